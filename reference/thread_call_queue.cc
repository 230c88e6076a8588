// SPDX-License-Identifier: Apache-2.0
#include "reference/thread_call_queue.h"

#include <utility>

namespace heddle {

Submission ThreadCallQueue::Post(Task&& call) {
  bool must_signal;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return Submission::Refused(Refusal::kReactorStopped);
    queue_.push_back(std::move(call));
    must_signal = WantTurn();
  }
  if (must_signal) wakeup_.Signal();
  return Submission::Accepted();
}

void ThreadCallQueue::WakeUp() {
  bool must_signal;
  {
    std::lock_guard lock(mutex_);
    must_signal = WantTurn();
  }
  if (must_signal) wakeup_.Signal();
}

bool ThreadCallQueue::WantTurn() {
  turn_wanted_ = true;
  return std::exchange(asleep_, false);
}

bool ThreadCallQueue::BeginSleep() {
  std::lock_guard lock(mutex_);
  asleep_ = !turn_wanted_;
  return asleep_;
}

void ThreadCallQueue::EndSleep() {
  std::lock_guard lock(mutex_);
  asleep_ = false;
}

void ThreadCallQueue::RunBatch() {
  {
    std::lock_guard lock(mutex_);
    turn_wanted_ = false;
    batch_.swap(queue_);
  }
  for (Task& call : batch_) call.Run();
  batch_.clear();
}

std::vector<Task> ThreadCallQueue::Close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  return std::exchange(queue_, {});
}

}  // namespace heddle
