// SPDX-License-Identifier: Apache-2.0
#include "reference/executor_pool.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <list>
#include <stdexcept>
#include <string>
#include <utility>

#include "reference/backlog_bound.h"
#include "reference/coarse_clock.h"
#include "reference/errors.h"
#include "reference/log.h"
#include "reference/worker_scope.h"

namespace heddle {

// An Executor and what the pool knows of it. Belongs to the pool's mutex.
struct ExecutorJob::Lender {
  std::unique_ptr<Executor> executor;
  int threads;
  int runners;
};

void ExecutorJob::operator()() const noexcept { pool_->RunTasks(*lender_); }

// Everything belongs to the mutex but what is constant.
struct ExecutorPool::Shared {
  Shared(const PoolOptions& options, ExecutorFactory factory)
      : factory(std::move(factory)),
        bound(options.max_backlog),
        size(RequirePoolSize("ExecutorPool", options.size)) {}

  const ExecutorFactory factory;
  const BacklogBound bound;
  mutable std::mutex mutex;
  std::condition_variable changed;  // where Join() waits

  PoolLifecycle lifecycle;
  PoolSize size;
  std::deque<Task> queue;

  int limit = 0;  // the most runners: 0, later max; kept by a stop
  int threads = 0;
  int runners = 0;
  std::list<Lender> lenders;
  // Since when each of those that run a task does so.
  std::vector<const std::chrono::nanoseconds*> busy;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::exception_ptr no_threads;  // why the factory gave none, the last time
};

ExecutorPool::ExecutorPool(const PoolOptions& options, ExecutorFactory factory)
    : ThreadPool(options.name) {
  if (!factory) {
    throw std::invalid_argument("ExecutorPool: factory is empty");
  }
  shared_ = std::make_unique<Shared>(options, std::move(factory));
}

ExecutorPool::~ExecutorPool() {
  if (!StopBeforeDestruction()) static_cast<void>(shared_.release());
}

std::unique_lock<std::mutex> ExecutorPool::Lock(const char* function) const {
  RequireOriginalProcess(function);
  return std::unique_lock(shared_->mutex);
}

void ExecutorPool::Start() {
  const auto lock = Lock("ThreadPool::Start");
  Shared& s = *shared_;
  if (!s.lifecycle.Start()) return;
  s.limit = s.size.max;
  Hire();
  if (SetOffFor(s.queue.size()) && (s.threads > 0 || s.limit == 0)) return;
  s.lifecycle.UndoStart();
  s.limit = 0;
  throw NoWorkerThread(std::string("ExecutorPool::Start: ") +
                       Describe(Refusal::kNoWorkerThread));
}

Submission ExecutorPool::Submit(Task&& task) {
  Shared& s = *shared_;
  const std::lock_guard lock(s.mutex);
  const Submission admission = s.lifecycle.Admit();
  if (!admission.accepted()) return admission;
  const int busy = static_cast<int>(s.busy.size());
  if (s.bound.IsReached(s.queue.size(), busy, s.limit)) {
    return Submission::Refused(Refusal::kBacklogFull);
  }
  Hire();
  if (!SetOffFor(s.queue.size() + 1)) {
    return Submission::Refused(Refusal::kNoWorkerThread);
  }
  s.queue.push_back(std::move(task));
  return Submission::Accepted();
}

void ExecutorPool::AdjustPoolSize(PoolSizeChange change) {
  std::exception_ptr reason;
  {
    const auto lock = Lock("ThreadPool::AdjustPoolSize");
    Shared& s = *shared_;
    s.size =
        ApplyPoolSizeChange("ExecutorPool::AdjustPoolSize", s.size, change);
    if (s.lifecycle.state() != PoolState::kRunning) return;
    s.limit = s.size.max;
    Hire();
    if (!SetOffFor(s.queue.size()) || (s.threads == 0 && s.limit > 0)) {
      reason = s.no_threads;
    }
  }
  if (reason) LogException("ExecutorPool: there is no thread", reason);
}

void ExecutorPool::RequestStop() {
  std::deque<Task> held;
  {
    const auto lock = Lock("ThreadPool::RequestStop");
    Shared& s = *shared_;
    if (!s.lifecycle.RequestStop()) return;
    // One must run what is left, if there is any.
    if (s.threads > 0) s.limit = std::max(s.limit, 1);
    SetOffFor(s.queue.size());
    if (s.runners == 0) {
      held.swap(s.queue);
      s.changed.notify_all();
    }
  }
  for (Task& task : held) task.Refuse(Refusal::kPoolStopped);
}

bool ExecutorPool::Join(
    std::optional<std::chrono::steady_clock::time_point> deadline) {
  auto lock = Lock("ThreadPool::Join");
  Shared& s = *shared_;
  const auto wait_for = [&](auto condition) {
    if (deadline) return s.changed.wait_until(lock, *deadline, condition);
    s.changed.wait(lock, condition);
    return true;
  };
  if (!wait_for([&] { return s.runners == 0; })) return false;
  // Whoever comes first sees to it that the threads end.
  std::list<Lender> lenders = std::exchange(s.lenders, {});
  if (!lenders.empty()) {
    lock.unlock();
    lenders.clear();
    lock.lock();
    s.threads = 0;
  }
  if (s.threads == 0 && s.lifecycle.state() == PoolState::kStopping) {
    s.lifecycle.FinishStop();
    s.changed.notify_all();
  }
  return wait_for([&] { return s.lifecycle.state() == PoolState::kStopped; });
}

PoolState ExecutorPool::State() const {
  const auto lock = Lock("ThreadPool::State");
  return shared_->lifecycle.state();
}

PoolSize ExecutorPool::Size() const {
  const auto lock = Lock("ThreadPool::Size");
  return shared_->size;
}

PoolStats ExecutorPool::Figures() const {
  const auto lock = Lock("ThreadPool::Stats");
  const Shared& s = *shared_;
  const int busy = static_cast<int>(s.busy.size());
  return {.threads = s.threads,
          .idle = s.threads - busy,
          .busy = busy,
          .backlog = s.queue.size(),
          .completed = s.completed,
          .failed = s.failed,
          .oldest_wait = s.queue.empty() ? std::chrono::nanoseconds(0)
                                         : s.queue.front().Waited()};
}

std::vector<RunningTask> ExecutorPool::RunningTasks() const {
  const auto lock = Lock("ThreadPool::RunningTasks");
  const std::chrono::nanoseconds now = CoarseNow();
  std::vector<RunningTask> running;
  for (const std::chrono::nanoseconds* since : shared_->busy) {
    running.push_back({"", now - *since});
  }
  return running;
}

void ExecutorPool::RunTasks(Lender& lender) {
  const WorkerScope scope(*this);
  Shared& s = *shared_;
  std::unique_lock lock(s.mutex);
  while (!s.queue.empty() && s.runners <= s.limit) RunNextTask(lock);
  --lender.runners;
  --s.runners;
  if (s.runners == 0) s.changed.notify_all();
}

void ExecutorPool::RunNextTask(std::unique_lock<std::mutex>& lock) {
  Shared& s = *shared_;
  Task task = std::move(s.queue.front());
  s.queue.pop_front();
  const std::chrono::nanoseconds since = CoarseNow();
  s.busy.push_back(&since);
  lock.unlock();
  const TaskEnding ending = task.Run();
  lock.lock();
  std::erase(s.busy, &since);
  ++s.completed;
  if (ending == TaskEnding::kFailed) ++s.failed;
}

void ExecutorPool::Hire() {
  Shared& s = *shared_;
  const int missing = s.limit - s.threads;
  if (missing <= 0) return;
  try {
    s.busy.reserve(static_cast<std::size_t>(s.limit));
    s.lenders.push_back({nullptr, missing, 0});
    s.lenders.back().executor = s.factory(missing);
    s.threads += missing;
  } catch (...) {
    s.no_threads = std::current_exception();
    if (!s.lenders.empty() && !s.lenders.back().executor) s.lenders.pop_back();
  }
}

bool ExecutorPool::SetOffFor(std::size_t queued) {
  Shared& s = *shared_;
  const auto wanted =
      std::min(s.busy.size() + queued, static_cast<std::size_t>(s.limit));
  const int possible = std::min(static_cast<int>(wanted), s.threads);
  try {
    while (s.runners < possible) SetOff();
  } catch (...) {
    s.no_threads = std::current_exception();
  }
  return wanted == 0 || s.runners > 0;
}

void ExecutorPool::SetOff() {
  Shared& s = *shared_;
  const auto lender =
      std::find_if(s.lenders.begin(), s.lenders.end(),
                   [](const Lender& l) { return l.runners < l.threads; });
  lender->executor->Execute(ExecutorJob(*this, *lender));
  ++lender->runners;
  ++s.runners;
}

}  // namespace heddle
