// SPDX-License-Identifier: Apache-2.0
#include "reference/pool_coordinator.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace heddle {

PoolCoordinator::PoolCoordinator(PoolSize size, std::size_t max_backlog)
    : bound_(max_backlog),
      size_(RequirePoolSize("ThreadPool", size)),
      effective_(size_) {}

bool PoolCoordinator::Start() {
  if (!lifecycle_.Start()) return false;
  effective_ = size_;
  return true;
}

void PoolCoordinator::UndoStart() {
  assert(workers() == 0);
  lifecycle_.UndoStart();
}

Submission PoolCoordinator::Admit() const {
  const Submission submission = lifecycle_.Admit();
  if (!submission.accepted()) return submission;
  const int most = state() == PoolState::kRunning ? effective_.max : 0;
  if (bound_.IsReached(backlog_.size(), busy_, most)) {
    return Submission::Refused(Refusal::kBacklogFull);
  }
  return submission;
}

void PoolCoordinator::Resize(PoolSizeChange change) {
  size_ = ApplyPoolSizeChange("ThreadPool::AdjustPoolSize", size_, change);
  if (state() != PoolState::kRunning) return;
  effective_ = size_;
  retiring_ = 0;
}

bool PoolCoordinator::StartAWorker() {
  if (state() != PoolState::kRunning) return false;
  if (retiring_ > 0) {
    --retiring_;
    return false;
  }
  return workers() < effective_.max;
}

void PoolCoordinator::StopAWorker() {
  if (state() != PoolState::kRunning) return;
  if (workers() - retiring_ > effective_.min) ++retiring_;
}

bool PoolCoordinator::RequestStop() {
  // Where there are workers one stays for the backlog, whatever max is.
  effective_.max = std::max(effective_.max, 1);
  return lifecycle_.RequestStop();
}

TaskQueue PoolCoordinator::TakeAbandoned() {
  return drained() ? std::exchange(backlog_, {}) : TaskQueue();
}

// One worker for each task that runs or waits, within the limits. A busy
// worker is not counted on for what waits, however soon it may end, so tasks
// that need one another all get to run (TP-07).
int PoolCoordinator::WorkersWanted() const {
  if (state() != PoolState::kRunning) return 0;
  const std::size_t needed = static_cast<std::size_t>(busy_) + backlog_.size();
  const std::size_t most = static_cast<std::size_t>(effective_.max);
  return std::max(effective_.min, static_cast<int>(std::min(needed, most)));
}

int PoolCoordinator::WorkersToStart() const {
  return std::max(0, WorkersWanted() - workers());
}

bool PoolCoordinator::MustLeave() const {
  if (workers() > effective_.max) return true;  // also before backlog (TP-33)
  if (!backlog_.empty()) return false;
  return state() == PoolState::kStopping || retiring_ > 0;
}

PoolCoordinator::Step PoolCoordinator::Next() {
  if (MustLeave()) {
    --idle_;
    retiring_ = std::max(0, retiring_ - 1);
    return Step::kLeave;
  }
  if (backlog_.empty()) return Step::kWait;
  --idle_;
  ++busy_;
  return Step::kRun;
}

PoolStats PoolCoordinator::stats() const {
  return {.threads = workers(),
          .idle = idle_,
          .busy = busy_,
          .backlog = backlog_.size(),
          .completed = completed_,
          .failed = failed_,
          .oldest_wait = backlog_.empty() ? std::chrono::nanoseconds::zero()
                                          : backlog_.front().Waited()};
}

}  // namespace heddle
