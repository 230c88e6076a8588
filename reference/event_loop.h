// SPDX-License-Identifier: Apache-2.0
//
// EventLoop: the two halves of a reactor's iteration.
#ifndef HEDDLE_REFERENCE_EVENT_LOOP_H_
#define HEDDLE_REFERENCE_EVENT_LOOP_H_

#include <optional>

#include "reference/clock.h"
#include "reference/fd_watcher.h"
#include "reference/loop_thread.h"
#include "reference/thread_call_queue.h"
#include "reference/timer_queue.h"
#include "reference/wakeup.h"

namespace heddle {

// What it is: thread calls, timers and descriptors, put together. It knows
// nothing of starting and stopping.
//
// Its states: asleep, in Poll(); or awake.
//
// What the caller must do: call both functions in turn, on the thread that has
// entered thread().
//
// What it promises: Poll() returns at the latest when a timer is due or a
// thread wants a turn, and at once if one of them has been so before.
//
// Happens-before: that of ThreadCallQueue.
//
// Destruction: when no loop turns and no thread posts.
class EventLoop {
 public:
  // `clock` must outlive the loop.
  explicit EventLoop(const Clock& clock);

  // The thread calls queued by now, then the timers that are due (RT-09).
  void RunUntilCurrent();

  // Waits for a descriptor, a timer, a thread, or `latest`, and calls ready
  // descriptors.
  void Poll(std::optional<Clock::Time> latest);

  const Clock& clock() const { return clock_; }
  LoopThread& thread() { return thread_; }
  TimerQueue& timers() { return timers_; }
  FdWatcher& watcher() { return watcher_; }
  ThreadCallQueue& calls() { return calls_; }

 private:
  const Clock& clock_;
  LoopThread thread_;
  Wakeup wakeup_;
  FdWatcher watcher_;
  TimerQueue timers_;
  ThreadCallQueue calls_;
};

// What to tell poll() and its kin for a wait from `now` to `until`: rounded up,
// so that no loop spins before a deadline, and clamped (RL-31); -1, for ever,
// if there is no deadline.
int PollMilliseconds(Clock::Time now, std::optional<Clock::Time> until);

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_EVENT_LOOP_H_
