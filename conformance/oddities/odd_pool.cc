// SPDX-License-Identifier: Apache-2.0
#include "conformance/oddities/odd_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "reference/coarse_clock.h"
#include "reference/errors.h"
#include "reference/log.h"
#include "reference/worker_scope.h"

namespace heddle::oddities {

OddPool::OddPool(const PoolOptions& options, std::unique_ptr<Oddity> oddity)
    : ThreadPool(options.name),
      oddity_(std::move(oddity)),
      bound_(options.max_backlog),
      size_(RequirePoolSize("OddPool", options.size)),
      limits_(size_) {}

OddPool::~OddPool() {
  if (!StopBeforeDestruction()) static_cast<void>(threads_.release());
}

std::unique_lock<std::mutex> OddPool::Lock(const char* function) const {
  RequireOriginalProcess(function);
  return std::unique_lock(mutex_);
}

void OddPool::Start() {
  oddity_->Between();
  const auto lock = Lock("ThreadPool::Start");
  if (!life_.Start()) return;
  limits_ = size_;
  if (Grow()) return;
  life_.UndoStart();
  throw NoWorkerThread("ThreadPool::Start: no thread could be created");
}

Submission OddPool::Submit(Task&& task) {
  oddity_->Between();
  {
    std::lock_guard lock(mutex_);
    const Submission submission = life_.Admit();
    if (!submission.accepted()) return submission;
    const int most = life_.state() == PoolState::kRunning ? limits_.max : 0;
    if (bound_.IsReached(backlog_.size(), busy_, most)) {
      return Submission::Refused(Refusal::kBacklogFull);
    }
    auto& idle = threads_->idle;
    if (!idle.empty()) {
      const auto chosen =
          idle.begin() +
          static_cast<std::ptrdiff_t>(oddity_->NextWorker(idle.size()));
      const Place worker = *chosen;
      idle.erase(chosen);
      Give(*worker, std::move(task));
      worker->woken.notify_one();
    } else {
      backlog_.push_back({std::move(task), std::this_thread::get_id()});
      if (!Grow()) {
        task = std::move(backlog_.back().task);
        backlog_.pop_back();
        return Submission::Refused(Refusal::kNoWorkerThread);
      }
    }
  }
  oddity_->Between();
  return Submission::Accepted();
}

void OddPool::AdjustPoolSize(PoolSizeChange change) {
  oddity_->Between();
  bool grown = true;
  {
    const auto lock = Lock("ThreadPool::AdjustPoolSize");
    size_ = ApplyPoolSizeChange("ThreadPool::AdjustPoolSize", size_, change);
    if (life_.state() != PoolState::kRunning) return;
    limits_ = size_;
    retiring_ = 0;
    ShrinkToLimits();
    grown = Grow();
  }
  if (grown) return;
  Log({Severity::kError,
       "ThreadPool::AdjustPoolSize: no thread could be created", nullptr});
}

void OddPool::StartAWorker() {
  const auto lock = Lock("WorkerControl::StartAWorker");
  if (life_.state() != PoolState::kRunning) return;
  if (retiring_ > 0) {
    --retiring_;
  } else if (workers() < limits_.max && !StartWorker()) {
    throw NoWorkerThread("WorkerControl::StartAWorker: no thread");
  }
}

void OddPool::StopAWorker() {
  const auto lock = Lock("WorkerControl::StopAWorker");
  if (life_.state() != PoolState::kRunning) return;
  if (workers() - retiring_ <= limits_.min) return;
  ++retiring_;
  Shrink();
}

void OddPool::RequestStop() {
  oddity_->Between();
  std::deque<Waiting> abandoned;
  {
    const auto lock = Lock("ThreadPool::RequestStop");
    if (!life_.RequestStop()) return;
    // Where there are workers one stays for the backlog, whatever max is.
    limits_.max = std::max(limits_.max, 1);
    Shrink();
    abandoned = TakeAbandoned();
  }
  RefuseAll(std::move(abandoned));
}

bool OddPool::Join(
    std::optional<std::chrono::steady_clock::time_point> deadline) {
  oddity_->Between();
  Threads& threads = *threads_;
  std::unique_lock lock(mutex_);
  const auto gone = [&] { return threads.workers.empty() && !threads.joining; };
  if (!deadline) {
    threads.stopped.wait(lock, gone);
  } else if (!threads.stopped.wait_until(lock, *deadline, gone)) {
    return false;
  }
  if (life_.state() == PoolState::kStopped) return true;
  OddThread last = std::move(threads.ended);
  if (last) {
    threads.joining = true;
    lock.unlock();
    oddity_->Between();
    last->Join();
    lock.lock();
    threads.joining = false;
  }
  life_.FinishStop();
  threads.stopped.notify_all();
  return true;
}

bool OddPool::Grow() {
  if (life_.state() != PoolState::kRunning) return true;
  const auto missing = [this] {
    return workers() < std::min(oddity_->Least(limits_.min), limits_.max) ||
           (!backlog_.empty() && workers() < limits_.max);
  };
  while (missing()) {
    if (!StartWorker()) return workers() > 0;
  }
  return true;
}

bool OddPool::StartWorker() {
  const Place worker = threads_->workers.emplace(threads_->workers.end());
  try {
    worker->thread = oddity_->NewThread(
        [this, worker, ordinal = threads_->next_ordinal] {
          Work(worker, ordinal);
        });
  } catch (const std::system_error&) {
    threads_->workers.erase(worker);
    return false;
  }
  ++threads_->next_ordinal;
  if (backlog_.empty()) {
    threads_->idle.push_back(worker);
  } else {
    GiveNext(*worker);
  }
  return true;
}

void OddPool::ShrinkToLimits() {
  for (Worker& worker : threads_->workers) {
    worker.outlived_max = worker.busy_since && workers() > limits_.max;
  }
  const bool lowered = workers() > limits_.max;
  Shrink();
  while (lowered && oddity_->ShrinksToMin() && idle() > 0 &&
         workers() > limits_.min) {
    DismissOneIdle();
  }
}

void OddPool::Shrink() {
  while (idle() > 0 && MustLeave(0)) DismissOneIdle();
}

bool OddPool::MustLeave(int instead) {
  // Also before backlog (TP-33).
  if (workers() - limits_.max > instead) return true;
  if (!backlog_.empty()) return false;
  return life_.state() == PoolState::kStopping || retiring_ > 0;
}

void OddPool::DismissOneIdle() {
  const Place worker = threads_->idle.front();
  threads_->idle.pop_front();
  Dismiss(worker);
}

void OddPool::Dismiss(Place worker) {
  worker->dismissed = true;
  worker->woken.notify_one();
  retiring_ = std::max(0, retiring_ - 1);
}

void OddPool::GiveNext(Worker& worker) {
  const auto chosen = backlog_.begin() + static_cast<std::ptrdiff_t>(
                                             oddity_->NextTask(backlog_));
  Task task = std::move(chosen->task);
  backlog_.erase(chosen);
  Give(worker, std::move(task));
}

void OddPool::Give(Worker& worker, Task&& task) {
  worker.task = std::move(task);
  worker.busy_since = CoarseNow();
  ++busy_;
}

std::deque<Waiting> OddPool::TakeAbandoned() {
  const bool nobody = life_.state() >= PoolState::kStopping && workers() == 0;
  return nobody ? std::exchange(backlog_, {}) : std::deque<Waiting>();
}

void OddPool::RefuseAll(std::deque<Waiting> abandoned) {
  for (Waiting& waiting : abandoned) {
    waiting.task.Refuse(Refusal::kPoolStopped);
  }
}

void OddPool::Work(Place self, int ordinal) {
  oddity_->Between();
  const WorkerScope scope(*this, ordinal);
  std::unique_lock lock(mutex_);
  self->name = WorkerScope::CurrentName();
  if (oddity_->BringsAnother() && life_.state() == PoolState::kRunning &&
      workers() < limits_.max) {
    StartWorker();
  }
  for (;;) {
    if (self->task) {
      Settle(self, RunTask(lock, *self));
    } else if (self->dismissed) {
      return Leave(std::move(lock), self);
    } else {
      oddity_->Wait(self->woken, lock);
    }
  }
}

TaskEnding OddPool::RunTask(std::unique_lock<std::mutex>& lock, Worker& self) {
  Task task = std::move(self.task);
  lock.unlock();
  oddity_->Between();
  const TaskEnding ending = task.Run();
  oddity_->Between();
  lock.lock();
  return ending;
}

void OddPool::Settle(Place worker, TaskEnding ending) {
  ++completed_;
  if (ending == TaskEnding::kFailed) ++failed_;
  worker->busy_since.reset();
  worker->outlived_max = false;
  const auto others = std::count_if(
      threads_->workers.begin(), threads_->workers.end(),
      [](const Worker& other) { return other.outlived_max; });
  const bool must =
      MustLeave(oddity_->LeftToLeave(static_cast<int>(others)));
  const bool may = backlog_.empty() || life_.state() == PoolState::kRunning;
  const bool leaves =
      must || (may && oddity_->Leaves(backlog_.empty(), workers() - 1));
  --busy_;
  // Without a thread for a new worker the old one stays.
  if (leaves && ((Grow() && backlog_.empty()) || workers() >= limits_.max)) {
    Dismiss(worker);
  } else if (!backlog_.empty()) {
    GiveNext(*worker);
  } else {
    threads_->idle.push_back(worker);
  }
}

void OddPool::Leave(std::unique_lock<std::mutex> lock, Place self) {
  OddThread previous =
      std::exchange(threads_->ended, std::move(self->thread));
  lock.unlock();
  oddity_->Between();
  if (previous) previous->Join();
  lock.lock();
  threads_->workers.erase(self);
  if (threads_->workers.empty()) threads_->stopped.notify_all();
}

PoolStats OddPool::Figures() const {
  const auto lock = Lock("ThreadPool::Stats");
  const PoolStats exact = {
      .threads = workers(),
      .idle = idle(),
      .busy = busy_,
      .backlog = backlog_.size(),
      .completed = completed_,
      .failed = failed_,
      .oldest_wait = backlog_.empty() ? std::chrono::nanoseconds::zero()
                                      : backlog_.front().task.Waited()};
  return life_.state() == PoolState::kStopped ? exact : oddity_->Report(exact);
}

PoolState OddPool::State() const {
  const auto lock = Lock("ThreadPool::State");
  return life_.state();
}

PoolSize OddPool::Size() const {
  const auto lock = Lock("ThreadPool::Size");
  return size_;
}

std::vector<RunningTask> OddPool::RunningTasks() const {
  const auto lock = Lock("ThreadPool::RunningTasks");
  const std::chrono::nanoseconds now = CoarseNow();
  std::vector<RunningTask> running;
  for (const Worker& worker : threads_->workers) {
    if (worker.busy_since) {
      running.push_back({worker.name, now - *worker.busy_since});
    }
  }
  return running;
}

}  // namespace heddle::oddities
