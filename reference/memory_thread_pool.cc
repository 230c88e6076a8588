// SPDX-License-Identifier: Apache-2.0
#include "reference/memory_thread_pool.h"

#include <stdexcept>
#include <utility>

#include "reference/worker_scope.h"

namespace heddle {

MemoryThreadPool::MemoryThreadPool(const PoolOptions& options)
    : ThreadPool(options.name),
      bound_(options.max_backlog),
      size_(RequirePoolSize("ThreadPool", options.size)) {}

MemoryThreadPool::~MemoryThreadPool() {
  static_cast<void>(StopBeforeDestruction());
}

bool MemoryThreadPool::RunOne() {
  RequireOriginalProcess("MemoryThreadPool::RunOne");
  if (WorkerScope::CurrentPool() == this) {
    throw std::logic_error(
        "MemoryThreadPool::RunOne: called inside a task of the pool");
  }
  std::unique_lock lock(mutex_);
  return RunNext(lock);
}

int MemoryThreadPool::RunAll() {
  int ran = 0;
  while (RunOne()) ++ran;
  return ran;
}

void MemoryThreadPool::Start() {
  RequireOriginalProcess("ThreadPool::Start");
  std::lock_guard lock(mutex_);
  lifecycle_.Start();
}

void MemoryThreadPool::AdjustPoolSize(PoolSizeChange change) {
  RequireOriginalProcess("ThreadPool::AdjustPoolSize");
  std::lock_guard lock(mutex_);
  size_ = ApplyPoolSizeChange("ThreadPool::AdjustPoolSize", size_, change);
}

void MemoryThreadPool::RequestStop() {
  RequireOriginalProcess("ThreadPool::RequestStop");
  std::deque<Task> abandoned;
  {
    std::lock_guard lock(mutex_);
    if (!lifecycle_.RequestStop()) return;
    if (lifecycle_.state() == PoolState::kStopped) {  // it never started
      abandoned = std::exchange(backlog_, {});
    }
  }
  for (Task& task : abandoned) task.Refuse(Refusal::kPoolStopped);
}

bool MemoryThreadPool::Join(
    std::optional<std::chrono::steady_clock::time_point> deadline) {
  std::unique_lock lock(mutex_);
  while (RunNext(lock)) {
  }
  const auto ended = [this] { return drained(); };
  if (!deadline) {
    task_ended_.wait(lock, ended);
  } else if (!task_ended_.wait_until(lock, *deadline, ended)) {
    return false;
  }
  if (lifecycle_.state() == PoolState::kStopping) lifecycle_.FinishStop();
  return true;
}

bool MemoryThreadPool::RunNext(std::unique_lock<std::mutex>& lock) {
  const bool runs = lifecycle_.state() == PoolState::kRunning ||
                    lifecycle_.state() == PoolState::kStopping;
  if (!runs || backlog_.empty()) return false;
  Task task = std::move(backlog_.front());
  backlog_.pop_front();
  ++busy_;
  lock.unlock();
  TaskEnding ending;
  {
    const WorkerScope scope(*this);
    ending = task.Run();
  }
  lock.lock();
  --busy_;
  ++completed_;
  if (ending == TaskEnding::kFailed) ++failed_;
  task_ended_.notify_all();
  return true;
}

Submission MemoryThreadPool::Submit(Task&& task) {
  std::lock_guard lock(mutex_);
  const Submission submission = lifecycle_.Admit();
  if (!submission.accepted()) return submission;
  // Whoever runs tasks here is no worker that any of them is due to.
  if (bound_.IsReached(backlog_.size(), 0, 0)) {
    return Submission::Refused(Refusal::kBacklogFull);
  }
  backlog_.push_back(std::move(task));
  return submission;
}

PoolState MemoryThreadPool::State() const {
  RequireOriginalProcess("ThreadPool::State");
  std::lock_guard lock(mutex_);
  return lifecycle_.state();
}

PoolSize MemoryThreadPool::Size() const {
  RequireOriginalProcess("ThreadPool::Size");
  std::lock_guard lock(mutex_);
  return size_;
}

PoolStats MemoryThreadPool::Figures() const {
  RequireOriginalProcess("ThreadPool::Stats");
  std::lock_guard lock(mutex_);
  return {.threads = busy_,
          .idle = 0,
          .busy = busy_,
          .backlog = backlog_.size(),
          .completed = completed_,
          .failed = failed_,
          .oldest_wait = backlog_.empty() ? std::chrono::nanoseconds::zero()
                                          : backlog_.front().Waited()};
}

std::vector<RunningTask> MemoryThreadPool::RunningTasks() const {
  RequireOriginalProcess("ThreadPool::RunningTasks");
  std::lock_guard lock(mutex_);
  return std::vector<RunningTask>(
      static_cast<std::size_t>(busy_),
      {.worker = "", .running_for = std::chrono::nanoseconds::zero()});
}

}  // namespace heddle
