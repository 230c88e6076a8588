// SPDX-License-Identifier: Apache-2.0
//
// DelayedCall: what CallLater returns, to change one's mind with.
#ifndef HEDDLE_REFERENCE_DELAYED_CALL_H_
#define HEDDLE_REFERENCE_DELAYED_CALL_H_

#include <utility>

#include "reference/clock.h"
#include "reference/timer.h"

namespace heddle {

// What it is: a handle to one timer; copies mean the same timer.
//
// Its states: a timer is pending, then called or cancelled, for good. It
// counts as called while its function runs and also if that throws (RL-27). A
// default handle means no timer.
//
// What the caller must do: use it on the reactor's thread; else WrongThread
// (BT-20). Copying and dropping handles is free on any thread.
//
// What it promises: a cancelled timer never fires, and what its function holds
// is destroyed before Cancel() returns; that of a called one before the
// reactor goes on. A handle keeps neither alive (RL-26, RL-35, BT-34).
//
// Happens-before: none; one thread.
//
// Destruction: at any time, also after the reactor's, which cancels what is
// pending.
class DelayedCall {
 public:
  DelayedCall() = default;
  explicit DelayedCall(TimerHandle timer) : timer_(std::move(timer)) {}

  // These three throw AlreadyCancelled or AlreadyCalled unless the timer is
  // pending, and std::logic_error if there is none. They cost O(log n) of n
  // pending timers (BT-24).

  void Cancel();
  // Due `delay` from now, sooner or later than before. Not negative, not NaN:
  // std::invalid_argument. Among timers due at the same time it is the newest.
  void Reset(Seconds delay);
  // Due `shift` later, or earlier if negative. Not NaN.
  void Delay(Seconds shift);

  // Whether it is pending.
  bool active() const;
  // When it is due, or was, by the reactor's clock; throws std::logic_error
  // if there is no timer.
  Clock::Time time() const;

  // Whether both mean the same timer.
  friend bool operator==(const DelayedCall&, const DelayedCall&) = default;

 private:
  TimerHandle timer_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DELAYED_CALL_H_
