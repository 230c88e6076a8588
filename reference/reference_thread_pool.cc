// SPDX-License-Identifier: Apache-2.0
#include "reference/reference_thread_pool.h"

#include <system_error>
#include <utility>

#include "reference/coarse_clock.h"
#include "reference/errors.h"
#include "reference/log.h"
#include "reference/worker_scope.h"

namespace heddle {
namespace {

void RefuseAll(TaskQueue tasks) {
  while (!tasks.empty()) tasks.pop_front().Refuse(Refusal::kPoolStopped);
}

}  // namespace

ReferenceThreadPool::ReferenceThreadPool(const PoolOptions& options)
    : ThreadPool(options.name),
      coordinator_(options.size, options.max_backlog) {}

ReferenceThreadPool::~ReferenceThreadPool() {
  if (!StopBeforeDestruction()) static_cast<void>(threads_.release());
}

std::unique_lock<std::mutex> ReferenceThreadPool::Lock(
    const char* function) const {
  RequireOriginalProcess(function);
  return std::unique_lock(mutex_);
}

void ReferenceThreadPool::Start() {
  const auto lock = Lock("ThreadPool::Start");
  if (!coordinator_.Start()) return;
  if (!StartWorkers()) {
    coordinator_.UndoStart();
    throw NoWorkerThread(std::string("ThreadPool::Start: ") +
                         Describe(Refusal::kNoWorkerThread));
  }
}

Submission ReferenceThreadPool::Submit(Task&& task) {
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    const Submission submission = coordinator_.Admit();
    if (!submission.accepted()) return submission;
    coordinator_.Submit(std::move(task));
    wake = coordinator_.IdleWorkerIsDue();
    if (!StartWorkers()) {
      task = coordinator_.Withdraw();
      return Submission::Refused(Refusal::kNoWorkerThread);
    }
  }
  if (wake) threads_->work.notify_one();
  return Submission::Accepted();
}

void ReferenceThreadPool::AdjustPoolSize(PoolSizeChange change) {
  bool started = false;
  {
    const auto lock = Lock("ThreadPool::AdjustPoolSize");
    coordinator_.Resize(change);
    started = StartWorkers();
  }
  threads_->work.notify_all();
  if (!started) {
    Log({Severity::kError,
         std::string("ThreadPool::AdjustPoolSize: ") +
             Describe(Refusal::kNoWorkerThread),
         nullptr});
  }
}

void ReferenceThreadPool::StartAWorker() {
  const auto lock = Lock("WorkerControl::StartAWorker");
  if (coordinator_.StartAWorker() && !StartWorker()) {
    throw NoWorkerThread("WorkerControl::StartAWorker: no thread could be "
                         "created");
  }
}

void ReferenceThreadPool::StopAWorker() {
  {
    const auto lock = Lock("WorkerControl::StopAWorker");
    coordinator_.StopAWorker();
  }
  threads_->work.notify_all();
}

void ReferenceThreadPool::RequestStop() {
  TaskQueue abandoned;
  {
    const auto lock = Lock("ThreadPool::RequestStop");
    if (!coordinator_.RequestStop()) return;
    for (Worker& worker : threads_->workers) BusySince(worker);
    abandoned = coordinator_.TakeAbandoned();
  }
  threads_->work.notify_all();
  RefuseAll(std::move(abandoned));
}

bool ReferenceThreadPool::Join(
    std::optional<std::chrono::steady_clock::time_point> deadline) {
  std::unique_lock lock(mutex_);
  const auto drained = [this] { return coordinator_.drained(); };
  if (!deadline) {
    threads_->stopped.wait(lock, drained);
  } else if (!threads_->stopped.wait_until(lock, *deadline, drained)) {
    return false;
  }
  JoinLast(lock);
  return true;
}

void ReferenceThreadPool::JoinLast(std::unique_lock<std::mutex>& lock) {
  Threads& threads = *threads_;
  threads.stopped.wait(lock, [&] { return !threads.joining; });
  if (coordinator_.state() == PoolState::kStopped) return;
  std::thread last = std::move(threads.ended);
  if (last.joinable()) {
    threads.joining = true;
    lock.unlock();
    last.join();
    lock.lock();
    threads.joining = false;
  }
  coordinator_.FinishStop();
  threads.stopped.notify_all();
}

bool ReferenceThreadPool::StartWorkers() {
  while (coordinator_.WorkersToStart() > 0) {
    if (!StartWorker()) return coordinator_.workers() > 0;
  }
  return true;
}

bool ReferenceThreadPool::StartWorker() {
  std::list<Worker>& workers = threads_->workers;
  const auto self = workers.emplace(workers.end());
  try {
    self->thread = std::thread(&ReferenceThreadPool::RunWorker, this, self,
                               threads_->next_ordinal);
  } catch (const std::system_error&) {
    workers.erase(self);
    return false;
  }
  ++threads_->next_ordinal;
  coordinator_.WorkerStarted();
  return true;
}

void ReferenceThreadPool::RunWorker(std::list<Worker>::iterator self,
                                    int ordinal) {
  const WorkerScope scope(*this, ordinal);
  std::unique_lock lock(mutex_);
  self->name = WorkerScope::CurrentName();
  for (;;) {
    switch (coordinator_.Next()) {
      case PoolCoordinator::Step::kRun:
        RunTask(lock, *self);
        break;
      case PoolCoordinator::Step::kWait:
        threads_->work.wait(lock);
        break;
      case PoolCoordinator::Step::kLeave:
        return Leave(std::move(lock), self);
    }
  }
}

void ReferenceThreadPool::RunTask(std::unique_lock<std::mutex>& lock,
                                  Worker& self) {
  Task task = coordinator_.TakeTask();
  const bool wake_next = coordinator_.NextWorkerIsDue();
  self.busy = true;
  if (coordinator_.state() == PoolState::kStopping) BusySince(self);
  lock.unlock();
  if (wake_next) threads_->work.notify_one();
  const TaskEnding ending = task.Run();
  lock.lock();
  self.busy = false;
  self.seen_busy.reset();
  coordinator_.TaskEnded(ending);
}

std::optional<std::chrono::nanoseconds> ReferenceThreadPool::BusySince(
    Worker& worker) {
  if (worker.busy && !worker.seen_busy) worker.seen_busy = CoarseNow();
  return worker.seen_busy;
}

void ReferenceThreadPool::Leave(std::unique_lock<std::mutex> lock,
                                std::list<Worker>::iterator self) {
  std::thread previous =
      std::exchange(threads_->ended, std::move(self->thread));
  threads_->workers.erase(self);
  TaskQueue abandoned = coordinator_.TakeAbandoned();
  lock.unlock();
  RefuseAll(std::move(abandoned));
  if (previous.joinable()) previous.join();
  lock.lock();
  if (coordinator_.drained()) threads_->stopped.notify_all();
}

PoolState ReferenceThreadPool::State() const {
  const auto lock = Lock("ThreadPool::State");
  return coordinator_.state();
}

PoolSize ReferenceThreadPool::Size() const {
  const auto lock = Lock("ThreadPool::Size");
  return coordinator_.size();
}

PoolStats ReferenceThreadPool::Figures() const {
  const auto lock = Lock("ThreadPool::Stats");
  return coordinator_.stats();
}

std::vector<RunningTask> ReferenceThreadPool::RunningTasks() const {
  std::vector<RunningTask> running;
  const auto lock = Lock("ThreadPool::RunningTasks");
  for (Worker& worker : threads_->workers) {
    if (const auto since = BusySince(worker)) {
      running.push_back({worker.name, CoarseNow() - *since});
    }
  }
  return running;
}

}  // namespace heddle
