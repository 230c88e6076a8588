// SPDX-License-Identifier: Apache-2.0
#include "reference/blocking_call.h"

#include <stdexcept>
#include <string>

#include "reference/errors.h"
#include "reference/reactor.h"
#include "reference/submission.h"
#include "reference/task.h"

namespace heddle {

class BlockingCall::CallTask {
 public:
  explicit CallTask(std::shared_ptr<BlockingCall> call)
      : call_(std::move(call)) {}
  void operator()() {
    if (call_->Claim()) call_->Call();
  }
  // The reactor ends, and has abandoned what was on its list.
  void Refuse(Refusal) {}

 private:
  std::shared_ptr<BlockingCall> call_;
};

class BlockingCall::CancelTask {
 public:
  explicit CancelTask(std::shared_ptr<BlockingCall> call)
      : call_(std::move(call)) {}
  void operator()() { call_->CancelOnReactorThread(); }
  void Refuse(Refusal) { call_->ReleaseInner(); }

 private:
  std::shared_ptr<BlockingCall> call_;
};

void BlockingCall::RequireOtherThread(const char* function,
                                      const Reactor& reactor) {
  if (!reactor.IsInIOThread()) return;
  throw WouldDeadlock(std::string(function) +
                      ": called on the reactor's own thread, which would wait "
                      "for itself");
}

BlockingCall::Deadline BlockingCall::DeadlineAfter(
    const char* function, std::chrono::nanoseconds timeout) {
  using std::chrono::steady_clock;
  if (timeout < std::chrono::nanoseconds::zero()) {
    throw std::invalid_argument(std::string(function) + ": timeout is " +
                                std::to_string(timeout.count()) +
                                " ns, must not be negative");
  }
  const steady_clock::time_point now = steady_clock::now();
  if (timeout > steady_clock::time_point::max() - now) return std::nullopt;
  return now + timeout;
}

void BlockingCall::MakeAndWait(const char* function, Deadline deadline) {
  PendingAnswers& owed = reactor_.blocking_calls();
  const std::string name = function;
  self_ = shared_from_this();
  if (!owed.Add(*this)) {
    self_.reset();
    throw ReactorStopped(name + ": the reactor has stopped, or stops");
  }
  const Submission posted = reactor_.Post(Task(CallTask(shared_from_this())));
  const State end = posted.accepted() ? Await(deadline) : GiveUp();
  if (owed.Remove(*this)) self_.reset();
  posted.OrThrow();
  if (end == State::kAbandoned) {
    throw ReactorStopped(name + ": the reactor stopped before it answered");
  }
  if (end == State::kGivenUp) {
    throw TimeoutError(name + ": no answer before the deadline");
  }
}

BlockingCall::State BlockingCall::Await(Deadline deadline) {
  std::unique_lock lock(mutex_);
  const auto ended = [this] {
    return state_ != State::kWaiting && state_ != State::kBegun;
  };
  if (!deadline) {
    changed_.wait(lock, ended);
  } else if (!changed_.wait_until(lock, *deadline, ended)) {
    lock.unlock();
    return GiveUp();
  }
  return state_;
}

// It may have ended meanwhile, and then that counts.
BlockingCall::State BlockingCall::GiveUp() {
  State before;
  {
    std::lock_guard lock(mutex_);
    before = state_;
    if (before != State::kWaiting && before != State::kBegun) return before;
    state_ = State::kGivenUp;
  }
  if (before == State::kWaiting) {
    ReleaseFunction();
  } else {
    // Refused, the reactor has abandoned this call already.
    static_cast<void>(reactor_.Post(Task(CancelTask(shared_from_this()))));
  }
  return State::kGivenUp;
}

// Whether the function is the reactor's thread's now, to call or to destroy.
bool BlockingCall::Claim() {
  std::lock_guard lock(mutex_);
  if (state_ != State::kWaiting) return false;
  state_ = State::kBegun;
  return true;
}

void BlockingCall::Answer() {
  std::lock_guard lock(mutex_);
  if (state_ != State::kBegun) return;  // too late
  state_ = State::kAnswered;
  changed_.notify_one();
}

void BlockingCall::Abandon() noexcept {
  const std::shared_ptr<BlockingCall> self = std::move(self_);
  if (Claim()) ReleaseFunction();
  ReleaseInner();
  std::lock_guard lock(mutex_);
  if (state_ != State::kBegun) return;
  state_ = State::kAbandoned;
  changed_.notify_one();
}

void BlockingCall::CancelOnReactorThread() {
  CancelInner();
  ReleaseInner();
}

}  // namespace heddle
