// SPDX-License-Identifier: Apache-2.0
#include "reference/thread_call_queue.h"

#include <thread>
#include <utility>

namespace heddle {

std::vector<Task> ThreadCallQueue::Close() {
  inbox_.Close();
  std::vector<Task> rest;
  while (!inbox_.IsEmpty()) {
    Task* const call = inbox_.Front(inbox_.End());
    if (call == nullptr) {  // between P1 and P2
      std::this_thread::yield();
      continue;
    }
    rest.push_back(std::move(*call));
    inbox_.PopFront();
  }
  return rest;
}

Submission ThreadCallQueue::Post(Task&& call) {
  if (!inbox_.Put(std::move(call))) {
    return Submission::Refused(Refusal::kReactorStopped);
  }
  Wake();
  return Submission::Accepted();
}

void ThreadCallQueue::RunBatch() {
  struct Popper {
    TaskInbox& inbox;
    ~Popper() { inbox.PopFront(); }
  };
  if (turn_wanted_.load(std::memory_order_relaxed)) {
    turn_wanted_.exchange(false);
  }
  const TaskInbox::Place end = inbox_.EndOfReady();
  while (Task* const call = inbox_.Front(end)) {
    const Popper popper{inbox_};
    call->Run();
  }
}

bool ThreadCallQueue::BeginSleep(Bed bed) {
  if (IsTurnWanted()) return false;
  asleep_.store(static_cast<std::uint32_t>(bed));
  if (inbox_.IsEmpty() && !turn_wanted_.load()) return true;
  EndSleep();
  // A producer between P1 and P2 may be in need of this processor.
  if (!IsTurnWanted()) std::this_thread::yield();
  return false;
}

// Relaxed: a producer that reads it late signals, for an empty turn.
void ThreadCallQueue::EndSleep() {
  asleep_.store(kAwake, std::memory_order_relaxed);
}

void ThreadCallQueue::Sleep(
    std::optional<std::chrono::steady_clock::time_point> deadline) {
  SleepWhile(asleep_, static_cast<std::uint32_t>(Bed::kQueue), deadline);
}

bool ThreadCallQueue::IsTurnWanted() const {
  return inbox_.IsReady() || turn_wanted_.load(std::memory_order_relaxed);
}

void ThreadCallQueue::WakeUp() {
  turn_wanted_.store(true);
  Wake();
}

void ThreadCallQueue::Wake() {
  if (asleep_.load() == kAwake) return;
  const std::uint32_t bed = asleep_.exchange(kAwake);
  if (bed == static_cast<std::uint32_t>(Bed::kQueue)) WakeOne(asleep_);
  if (bed == static_cast<std::uint32_t>(Bed::kWakeup)) wakeup_.Signal();
}

}  // namespace heddle
