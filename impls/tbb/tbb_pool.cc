// SPDX-License-Identifier: Apache-2.0
#include "impls/tbb/tbb_pool.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <new>
#include <string>
#include <utility>

#include "impls/tbb/arena.h"
#include "impls/tbb/thread_loan.h"
#include "reference/backlog_bound.h"
#include "reference/coarse_clock.h"
#include "reference/errors.h"
#include "reference/log.h"
#include "reference/worker_scope.h"

namespace heddle {

// Belongs to the pool's mutex, once it is made.
class TbbPool::Runner {
 public:
  explicit Runner(TbbPool& pool) : pool_(pool) {}

  // Runs tasks on a borrowed thread.
  Enqueued SetOff() {
    return loan_.Use(
        [](void* argument) {
          Runner& self = *static_cast<Runner*>(argument);
          self.pool_.RunTasks(self);
        },
        this);
  }

  std::list<Runner>::iterator place;  // in one of the pool's lists
  bool busy = false;
  std::chrono::nanoseconds busy_since{};

 private:
  TbbPool& pool_;
  ThreadLoan loan_;
};

// Everything belongs to the mutex.
struct TbbPool::Shared {
  explicit Shared(const PoolOptions& options)
      : size(RequirePoolSize("TbbPool", options.size)),
        bound(options.max_backlog) {}

  mutable std::mutex mutex;
  std::condition_variable stopped;  // where Join() waits

  PoolLifecycle lifecycle;
  PoolSize size;
  const BacklogBound bound;
  std::deque<Task> queue;

  ArenaShare share;
  int limit = 0;            // the most runners: 0, later max; kept by a stop
  std::list<Runner> resting;  // the last to rest in front: its thread is warm
  std::list<Runner> lent;
  int busy = 0;             // those of the lent that have a task
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;  // of the completed
  bool short_of_threads = false;  // and nobody has been told

  int runners() const { return static_cast<int>(lent.size()); }
};

TbbPool::TbbPool(const PoolOptions& options)
    : ThreadPool(options.name),
      shared_(std::make_unique<Shared>(options)) {}

TbbPool::~TbbPool() {
  if (!StopBeforeDestruction()) static_cast<void>(shared_.release());
}

std::unique_lock<std::mutex> TbbPool::Lock(const char* function) const {
  RequireOriginalProcess(function);
  return std::unique_lock(shared_->mutex);
}

void TbbPool::Start() {
  auto lock = Lock("ThreadPool::Start");
  Shared& s = *shared_;
  if (!s.lifecycle.Start()) return;
  SetLimit(s.size.max);
  if (!LendFor(s.queue.size())) {
    s.lifecycle.UndoStart();
    SetLimit(0);
    throw NoWorkerThread(std::string("TbbPool::Start: ") +
                         Describe(Refusal::kNoWorkerThread));
  }
  UnlockAndReport(std::move(lock));
}

Submission TbbPool::Submit(Task&& task) {
  Shared& s = *shared_;
  std::unique_lock lock(s.mutex);
  const Submission admission = s.lifecycle.Admit();
  if (!admission.accepted()) return admission;
  if (s.bound.IsReached(s.queue.size(), s.busy, s.limit)) {
    return Submission::Refused(Refusal::kBacklogFull);
  }
  if (!LendFor(s.queue.size() + 1)) {
    return Submission::Refused(Refusal::kNoWorkerThread);
  }
  s.queue.push_back(std::move(task));
  UnlockAndReport(std::move(lock));
  return Submission::Accepted();
}

void TbbPool::AdjustPoolSize(PoolSizeChange change) {
  auto lock = Lock("ThreadPool::AdjustPoolSize");
  Shared& s = *shared_;
  s.size = ApplyPoolSizeChange("TbbPool::AdjustPoolSize", s.size, change);
  if (s.lifecycle.state() != PoolState::kRunning) return;
  SetLimit(s.size.max);
  if (!LendFor(s.queue.size())) s.short_of_threads = true;
  UnlockAndReport(std::move(lock));
}

void TbbPool::RequestStop() {
  std::deque<Task> held;
  {
    const auto lock = Lock("ThreadPool::RequestStop");
    Shared& s = *shared_;
    if (!s.lifecycle.RequestStop()) return;
    if (s.lent.empty()) held.swap(s.queue);
    s.limit = std::max(s.limit, 1);  // if there are runners, one must stay
    FinishStopIfDone();
  }
  for (Task& task : held) task.Refuse(Refusal::kPoolStopped);
}

bool TbbPool::Join(
    std::optional<std::chrono::steady_clock::time_point> deadline) {
  auto lock = Lock("ThreadPool::Join");
  Shared& s = *shared_;
  const auto stopped = [&s] {
    return s.lifecycle.state() == PoolState::kStopped;
  };
  if (deadline) return s.stopped.wait_until(lock, *deadline, stopped);
  s.stopped.wait(lock, stopped);
  return true;
}

PoolState TbbPool::State() const {
  const auto lock = Lock("ThreadPool::State");
  return shared_->lifecycle.state();
}

PoolSize TbbPool::Size() const {
  const auto lock = Lock("ThreadPool::Size");
  return shared_->size;
}

PoolStats TbbPool::Figures() const {
  const auto lock = Lock("ThreadPool::Stats");
  const Shared& s = *shared_;
  return {.threads = s.runners(),
          .idle = s.runners() - s.busy,
          .busy = s.busy,
          .backlog = s.queue.size(),
          .completed = s.completed,
          .failed = s.failed,
          .oldest_wait = s.queue.empty() ? std::chrono::nanoseconds::zero()
                                         : s.queue.front().Waited()};
}

std::vector<RunningTask> TbbPool::RunningTasks() const {
  const auto lock = Lock("ThreadPool::RunningTasks");
  const std::chrono::nanoseconds now = CoarseNow();
  std::vector<RunningTask> running;
  for (const Runner& runner : shared_->lent) {
    if (runner.busy) running.push_back({"", now - runner.busy_since});
  }
  return running;
}

void TbbPool::RunTasks(Runner& self) {
  const WorkerScope scope(*this);
  Shared& s = *shared_;
  std::unique_lock lock(s.mutex);
  while (!s.queue.empty() && s.runners() <= s.limit) RunNextTask(self, lock);
  s.resting.splice(s.resting.begin(), s.lent, self.place);
  FinishStopIfDone();
}

void TbbPool::RunNextTask(Runner& self, std::unique_lock<std::mutex>& lock) {
  Shared& s = *shared_;
  Task task = std::move(s.queue.front());
  s.queue.pop_front();
  ++s.busy;
  self.busy = true;
  self.busy_since = CoarseNow();
  lock.unlock();
  const TaskEnding ending = task.Run();
  lock.lock();
  self.busy = false;
  --s.busy;
  ++s.completed;
  if (ending == TaskEnding::kFailed) ++s.failed;
}

int TbbPool::Wanted(std::size_t queued) const {
  const Shared& s = *shared_;
  return static_cast<int>(std::min(static_cast<std::size_t>(s.busy) + queued,
                                   static_cast<std::size_t>(s.limit)));
}

bool TbbPool::LendFor(std::size_t queued) {
  const int wanted = Wanted(queued);
  while (shared_->runners() < wanted) {
    if (!Lend()) return shared_->runners() > 0;
  }
  return true;
}

bool TbbPool::Lend() {
  Shared& s = *shared_;
  try {
    if (s.resting.empty()) {
      s.resting.emplace_front(*this);
      s.resting.front().place = s.resting.begin();
    }
  } catch (const std::bad_alloc&) {
    return false;
  }
  Runner& runner = s.resting.front();
  const Enqueued enqueued = runner.SetOff();
  if (enqueued == Enqueued::kNo) return false;
  if (enqueued == Enqueued::kWithoutThread) s.short_of_threads = true;
  s.lent.splice(s.lent.end(), s.resting, runner.place);
  return true;
}

void TbbPool::SetLimit(int limit) {
  shared_->limit = limit;
  if (!shared_->share.Set(limit)) shared_->short_of_threads = true;
}

void TbbPool::FinishStopIfDone() {
  Shared& s = *shared_;
  if (s.lifecycle.state() != PoolState::kStopping || !s.lent.empty()) return;
  s.lifecycle.FinishStop();
  s.stopped.notify_all();
}

void TbbPool::UnlockAndReport(std::unique_lock<std::mutex> lock) {
  const bool report = std::exchange(shared_->short_of_threads, false);
  lock.unlock();
  if (!report) return;
  Log({Severity::kWarning,
       "TbbPool: oneTBB may lack threads for all pools of this process (it "
       "can have " +
           std::to_string(ArenaShare::Available()) +
           "): tasks may wait for one another",
       nullptr});
}

}  // namespace heddle
