// SPDX-License-Identifier: Apache-2.0
#include "reference/delayed_call.h"

#include <cmath>
#include <stdexcept>
#include <string>

#include "reference/errors.h"
#include "reference/timer_queue.h"

namespace heddle {
namespace {

// Apart, as they are rarely called.
[[noreturn, gnu::cold, gnu::noinline]] void ThrowNoTimer(const char* function) {
  throw std::logic_error(std::string(function) +
                         ": this handle means no timer");
}

[[noreturn, gnu::cold, gnu::noinline]] void ThrowNotPending(
    const char* function, TimerState state) {
  if (state == TimerState::kCancelled) {
    throw AlreadyCancelled(std::string(function) +
                           ": the timer has been cancelled");
  }
  throw AlreadyCalled(std::string(function) + ": the timer has been called");
}

// `timer`, if there is one and this thread may touch it.
inline Timer& RequireTimer(const char* function, const TimerHandle& timer) {
  if (!timer) ThrowNoTimer(function);
  if (timer->queue != nullptr) timer->queue->thread().Require(function);
  return *timer;
}

inline Timer& RequirePending(const char* function, const TimerHandle& handle) {
  Timer& timer = RequireTimer(function, handle);
  if (timer.state != TimerState::kPending) {
    ThrowNotPending(function, timer.state);
  }
  return timer;
}

Seconds RequireNumber(const char* function, Seconds shift) {
  if (std::isnan(shift.count())) {
    throw std::invalid_argument(std::string(function) +
                                ": the shift is not a number (NaN)");
  }
  return shift;
}

}  // namespace

void DelayedCall::Cancel() {
  // What the timer holds may hold this handle: no more of it after this.
  RequirePending("DelayedCall::Cancel", timer_).queue->Cancel(timer_);
}

void DelayedCall::Reset(Seconds delay) {
  Timer& timer = RequirePending("DelayedCall::Reset", timer_);
  timer.queue->Reset(timer, RequireDelay("DelayedCall::Reset", delay));
}

void DelayedCall::Delay(Seconds shift) {
  Timer& timer = RequirePending("DelayedCall::Delay", timer_);
  timer.queue->Shift(timer, RequireNumber("DelayedCall::Delay", shift));
}

bool DelayedCall::active() const {
  return timer_ && RequireTimer("DelayedCall::active", timer_).state ==
                       TimerState::kPending;
}

Clock::Time DelayedCall::time() const {
  return RequireTimer("DelayedCall::time", timer_).due;
}

}  // namespace heddle
