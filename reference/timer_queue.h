// SPDX-License-Identifier: Apache-2.0
//
// TimerQueue: what shall be called when.
#ifndef HEDDLE_REFERENCE_TIMER_QUEUE_H_
#define HEDDLE_REFERENCE_TIMER_QUEUE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "reference/clock.h"
#include "reference/delayed_call.h"
#include "reference/loop_thread.h"
#include "reference/task.h"
#include "reference/timer.h"
#include "reference/timer_heap.h"

namespace heddle {

// `start` + `delay`, at the latest possible time if that overflows (RL-31).
Clock::Time TimeAfter(Clock::Time start, Seconds delay);

// `delay`; std::invalid_argument naming `function` and the value if it is
// negative or NaN.
Seconds RequireDelay(const char* function, Seconds delay);

// What it is: a heap of timers, in which each is found without a search.
// Adding, cancelling and moving one costs O(log n); nothing lingers (BT-24,
// RL-32). A pending timer is one allocation, and 28 bytes in the heap; where
// many are due at once, 16 bytes more for each.
//
// Its states: none but its content.
//
// What the caller must do: use it on the loop's thread.
//
// What it promises: timers are called in the order of their due times, and of
// their scheduling where those are equal (BT-23); none early (RL-23).
//
// Happens-before: none; one thread.
//
// Destruction: at any time but while it calls a timer; cancels what is pending.
class TimerQueue {
 public:
  // Both must outlive the queue; `thread` is what thread() returns.
  TimerQueue(const Clock& clock, const LoopThread& thread)
      : clock_(clock), thread_(thread) {}
  ~TimerQueue();

  TimerQueue(const TimerQueue&) = delete;
  TimerQueue& operator=(const TimerQueue&) = delete;

  // Will run `task` in `delay`, which RequireDelay accepts.
  TimerHandle Add(Seconds delay, Task&& task);

  // These want a pending timer of this queue.

  // Destroys its task before returning (RL-35), and that, maybe, the handle.
  void Cancel(const TimerHandle& timer);
  // Due `delay` from now; its place among equals is the last.
  void Reset(Timer& timer, Seconds delay);
  // Due `shift` later, or earlier; its place among equals is the last.
  void Shift(Timer& timer, Seconds shift);

  // Runs what is due by one reading of the clock (RL-25), but nothing that
  // was added or moved meanwhile (RL-09). A timer that is cancelled by one
  // before it does not run (RL-26). What it throws is logged (RL-29).
  void RunDue();

  // Calls the first timer that is due by the clock, whenever it was added, if
  // there is one; what it throws comes out.
  [[nodiscard]] bool InvokeDue();

  // When the next one is due.
  std::optional<Clock::Time> NextDue() const;

  // All of them, in the order they would run.
  std::vector<DelayedCall> Pending() const;

  const LoopThread& thread() const { return thread_; }

 private:
  void Schedule(Timer& timer, Clock::Time due);
  TimerHandle TakeFirst();

  const Clock& clock_;
  const LoopThread& thread_;
  TimerHeap heap_;
  std::uint64_t next_order_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_TIMER_QUEUE_H_
