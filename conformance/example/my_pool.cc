// SPDX-License-Identifier: Apache-2.0
//
// A complete backend of the simplest kind: max threads from Start to Stop.
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "reference/backend.h"
#include "reference/coarse_clock.h"
#include "reference/errors.h"
#include "reference/worker_scope.h"

namespace {

class MyPool final : public heddle::ThreadPool {
 public:
  explicit MyPool(const heddle::PoolOptions& options)
      : ThreadPool(options.name),
        size_(heddle::RequirePoolSize("MyPool", options.size)) {}

  ~MyPool() override {
    // A forked child has no threads to join: leave their handles alone.
    if (!StopBeforeDestruction()) static_cast<void>(threads_.release());
  }

  void Start() override {
    std::lock_guard lock(mutex_);
    if (!life_.Start()) return;
    Grow();
    if (working_ > 0 || limit_ == 0) return;
    life_.UndoStart();
    throw heddle::NoWorkerThread("MyPool::Start: no thread to be had");
  }

  void AdjustPoolSize(heddle::PoolSizeChange change) override {
    std::lock_guard lock(mutex_);
    size_ = heddle::ApplyPoolSizeChange("MyPool", size_, change);
    if (life_.state() == heddle::PoolState::kRunning) Grow();
    threads_->changed.notify_all();
  }

  void RequestStop() override {
    std::deque<heddle::Task> abandoned;  // nobody will ever run these
    {
      std::lock_guard lock(mutex_);
      if (!life_.RequestStop()) return;
      if (working_ == 0) abandoned.swap(backlog_);
      limit_ = std::max(limit_, 1);  // whoever works runs what is left
      threads_->changed.notify_all();
    }
    for (auto& task : abandoned) task.Refuse(heddle::Refusal::kPoolStopped);
  }

  heddle::PoolState State() const override {
    std::lock_guard lock(mutex_);
    return life_.state();
  }

  heddle::PoolSize Size() const override {
    std::lock_guard lock(mutex_);
    return size_;
  }

  std::vector<heddle::RunningTask> RunningTasks() const override {
    std::lock_guard lock(mutex_);
    std::vector<heddle::RunningTask> running;
    for (const auto& [worker, since] : running_since_) {
      running.push_back({worker, heddle::CoarseNow() - since});
    }
    return running;
  }

 private:
  struct Threads {
    std::condition_variable changed;
    std::vector<std::thread> all;
    std::mutex joining;
  };

  heddle::Submission Submit(heddle::Task&& task) override {
    std::lock_guard lock(mutex_);
    const heddle::Submission submission = life_.Admit();
    if (!submission.accepted()) return submission;
    backlog_.push_back(std::move(task));
    threads_->changed.notify_one();
    return submission;
  }

  heddle::PoolStats Figures() const override {
    std::lock_guard lock(mutex_);
    heddle::PoolStats figures = figures_;
    figures.threads = working_;
    figures.idle = working_ - busy();
    figures.busy = busy();
    figures.backlog = backlog_.size();
    if (!backlog_.empty()) figures.oldest_wait = backlog_.front().Waited();
    return figures;
  }

  bool Join(std::optional<std::chrono::steady_clock::time_point> deadline)
      override {
    std::unique_lock lock(mutex_);
    const auto done = [this] { return working_ == 0; };
    if (!deadline) {
      threads_->changed.wait(lock, done);
    } else if (!threads_->changed.wait_until(lock, *deadline, done)) {
      return false;
    }
    lock.unlock();
    std::lock_guard joining(threads_->joining);
    for (std::thread& thread : threads_->all) thread.join();
    threads_->all.clear();
    lock.lock();
    if (life_.state() == heddle::PoolState::kStopping) life_.FinishStop();
    return true;
  }

  void Grow() {
    limit_ = size_.max;
    try {
      for (int i = static_cast<int>(threads_->all.size()); i < limit_; ++i) {
        threads_->all.emplace_back([this, i] { Work(i); });
        ++working_;
      }
    } catch (const std::system_error&) {  // fewer threads, then
    }
  }

  int busy() const { return static_cast<int>(running_since_.size()); }

  void Work(int ordinal) {
    const heddle::WorkerScope scope(*this, ordinal);
    const std::string name(heddle::WorkerScope::CurrentName());
    std::unique_lock lock(mutex_);
    for (;;) {
      if (!backlog_.empty() && busy() < limit_) {
        heddle::Task task = std::move(backlog_.front());
        backlog_.pop_front();
        running_since_[name] = heddle::CoarseNow();
        lock.unlock();
        const auto ending = task.Run();  // without the lock
        lock.lock();
        running_since_.erase(name);
        ++figures_.completed;
        if (ending == heddle::TaskEnding::kFailed) ++figures_.failed;
      } else if (backlog_.empty() &&
                 life_.state() == heddle::PoolState::kStopping) {
        --working_;
        threads_->changed.notify_all();
        return;
      } else {
        threads_->changed.wait(lock);
      }
    }
  }

  mutable std::mutex mutex_;
  heddle::PoolLifecycle life_;
  heddle::PoolSize size_;  // as asked for
  int limit_ = 0;          // max as in force; follows size_ while running
  int working_ = 0;        // threads that have not ended
  std::map<std::string, std::chrono::nanoseconds> running_since_;
  heddle::PoolStats figures_;  // of tasks that have ended
  std::deque<heddle::Task> backlog_;
  std::unique_ptr<Threads> threads_ = std::make_unique<Threads>();
};

const heddle::BackendRegistration kRegistration({
    .name = "my_pool",
    .make =
        [](const heddle::PoolOptions& options) {
          return std::make_unique<MyPool>(options);
        },
    .abilities =
        {.elastic = heddle::Ability::NotOffered("it has max threads, always"),
         .worker_control = heddle::Ability::NotOffered("likewise")},
});

}  // namespace
