// SPDX-License-Identifier: Apache-2.0
#include "reference/blocking_call.h"

#include <stdexcept>
#include <string>
#include <thread>

#include "reference/errors.h"
#include "reference/processors.h"
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
  owed_ = &reactor_.blocking_calls();
  const std::string name = function;
  self_ = shared_from_this();
  if (!owed_->Add(*this)) {
    self_.reset();
    throw ReactorStopped(name + ": the reactor has stopped, or stops");
  }
  const Submission posted = reactor_.Post(Task(CallTask(shared_from_this())));
  const State end = posted.accepted() ? Await(deadline) : GiveUp();
  if (owed_->Remove(*this)) self_.reset();
  posted.OrThrow();
  if (end == State::kAbandoned) {
    throw ReactorStopped(name + ": the reactor stopped before it answered");
  }
  if (end == State::kGivenUp) {
    throw TimeoutError(name + ": no answer before the deadline");
  }
}

BlockingCall::State BlockingCall::Await(Deadline deadline) {
  if (AwaitAwake()) return state();
  for (;;) {
    std::uint32_t word = word_.load(std::memory_order_acquire);
    if (IsEnd(state())) return state();
    if (!word_.compare_exchange_strong(word, word | kSleeps)) continue;
    if (!SleepWhile(word_, word | kSleeps, deadline)) return GiveUp();
  }
}

// Some microseconds at most. True if the call has ended.
bool BlockingCall::AwaitAwake() const {
  constexpr int kRounds = 12;
  constexpr int kLooks = 8;
  for (int round = 0; round < kRounds; ++round) {
    for (int look = 0; look < kLooks; ++look) {
      if (IsEnd(state())) return true;
      SpinPause();
    }
    // The reactor may have been woken on this processor.
    std::this_thread::yield();
  }
  return false;
}

// It may have ended meanwhile, and then that counts.
BlockingCall::State BlockingCall::GiveUp() {
  if (Move(State::kWaiting, State::kGivenUp)) {
    ReleaseFunction();
    return State::kGivenUp;
  }
  if (Move(State::kBegun, State::kGivenUp)) {
    // Refused, the reactor has abandoned this call already.
    static_cast<void>(reactor_.Post(Task(CancelTask(shared_from_this()))));
    return State::kGivenUp;
  }
  return state();
}

// Whether the function is the reactor's thread's now, to call or to destroy.
bool BlockingCall::Claim() { return Move(State::kWaiting, State::kBegun); }

void BlockingCall::Answer() {
  owed_->CountAnswered();
  static_cast<void>(Move(State::kBegun, State::kAnswered));  // or too late
}

void BlockingCall::Abandon() noexcept {
  const std::shared_ptr<BlockingCall> self = std::move(self_);
  if (Claim()) ReleaseFunction();
  ReleaseInner();
  static_cast<void>(Move(State::kBegun, State::kAbandoned));
}

bool BlockingCall::Move(State from, State to) {
  std::uint32_t word = word_.load(std::memory_order_relaxed);
  do {
    if (static_cast<State>(word & ~kSleeps) != from) return false;
  } while (!word_.compare_exchange_weak(
      word, static_cast<std::uint32_t>(to) | (IsEnd(to) ? 0 : word & kSleeps),
      std::memory_order_acq_rel, std::memory_order_relaxed));
  if (IsEnd(to) && (word & kSleeps) != 0) WakeOne(word_);
  return true;
}

void BlockingCall::CancelOnReactorThread() {
  CancelInner();
  ReleaseInner();
}

}  // namespace heddle
