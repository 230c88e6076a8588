// SPDX-License-Identifier: Apache-2.0
//
// TestClock: time and timers for tests, without a reactor.
#ifndef HEDDLE_REFERENCE_TEST_CLOCK_H_
#define HEDDLE_REFERENCE_TEST_CLOCK_H_

#include <vector>

#include "reference/clock.h"
#include "reference/delayed_call.h"
#include "reference/loop_thread.h"
#include "reference/scheduler.h"
#include "reference/task.h"
#include "reference/timer_queue.h"

namespace heddle {

// What it is: a clock that moves when a test says so, and then calls what is
// due. It stands in for a Reactor in code that takes a Scheduler&.
// From reference/examples/deterministic_test.cc:
//
//   heddle::TestClock clock;
//   Countdown countdown(clock, 3);
//   clock.Advance(seconds(1));
//
// Which of the two clocks for tests: this one where the code needs timers and
// no more, for then Advance() does everything; a ManualClock (clock.h) as
// ReactorOptions::clock where it needs a Reactor, for then timers belong to the
// reactor and fire in its Iterate(), among thread calls and descriptors. A
// TestClock given to a reactor would tell it the time, and no more.
//
// Its states: none but the time and the pending timers.
//
// What the caller must do: use it on one thread. Now() is for any.
//
// What it promises: time stands still but for Advance(). Timers are called in
// the order of their due times, and of their scheduling where those are equal,
// and never early (RL-36).
//
// Happens-before: none; one thread.
//
// Destruction: at any time but within Advance(). Pending timers are cancelled;
// handles may outlive it.
class TestClock final : public Clock, public Scheduler {
 public:
  explicit TestClock(Time now = Time()) : clock_(now) {}

  TestClock(const TestClock&) = delete;
  TestClock& operator=(const TestClock&) = delete;

  Time Now() const override { return clock_.Now(); }

  // Moves the time by `step`, all at once, and then calls what is due by then,
  // also what those calls add with no delay; a timer that always sets another
  // such one never lets it return. To see what happens between, advance in
  // smaller steps.
  // What a timer throws comes out. The time has moved, that timer counts as
  // called, the rest is pending: Advance(Seconds(0)) goes on with it.
  // Throws std::invalid_argument if `step` is negative, NaN, or beyond the end
  // of time, about 292 years; then nothing has changed.
  void Advance(Seconds step);

  // CallLater(delay, callable, args...) is inherited: see scheduler.h.
  using Scheduler::CallLater;

  std::vector<DelayedCall> GetDelayedCalls() const override;

 private:
  DelayedCall CallTaskLater(Seconds delay, Task task) override;

  ManualClock clock_;
  LoopThread thread_;  // nobody's: no thread is refused
  TimerQueue timers_{clock_, thread_};
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_TEST_CLOCK_H_
