// SPDX-License-Identifier: Apache-2.0
//
// EventLoop: the two halves of a reactor's iteration.
#ifndef HEDDLE_REFERENCE_EVENT_LOOP_H_
#define HEDDLE_REFERENCE_EVENT_LOOP_H_

#include <chrono>
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
// Its states: asleep, in Poll(); waiting awake, in Poll(); or at work.
//
// What the caller must do: call both functions in turn, on the thread that has
// entered thread().
//
// What it promises: Poll() returns at the latest when a timer is due or a
// thread wants a turn, and at once if one of them has been so before.
//
// To be woken costs some microseconds, so Poll() may be told to wait awake
// first, for a short time. The reactor does so while somebody is about to call,
// and it knows that without an atomic operation of its own:
//
//   who calls                              the reactor's thread
//   C1. DeferToThread lists the call in    T1. after each batch: has the list
//       deferred_results, on this thread       changed since T1 before, and
//   C2. its result takes it off, likewise      are results still owed: then
//   C3. a blocking call, on this thread,       it waits awake, for results;
//       counts its answer                      has a blocking call been
//                                              answered: likewise, for the
//                                              next such call
//                                          T2. a turn is wanted, a descriptor
//                                              is ready, or the time is over:
//                                              it goes on, in the last case
//                                              asleep
//
// What must not happen is that it stays awake though nothing goes on: it waits
// awake once for each change, and for kLongestAwake at most. Nor is a wake-up
// lost, whatever it waits for: it sleeps by BeginSleep() alone. It does not
// wait awake on a machine, or in a set of processors, where that takes from the
// one it waits for the only processor.
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

  // How long waiting awake pays: the time of some wake-ups.
  static constexpr std::chrono::microseconds kLongestAwake{50};

  // Waits for a descriptor, a timer, a thread, or `latest`, and calls ready
  // descriptors. Waits awake for so long, before it sleeps.
  void Poll(std::optional<Clock::Time> latest,
            std::chrono::nanoseconds awake = {});

  const Clock& clock() const { return clock_; }
  LoopThread& thread() { return thread_; }
  TimerQueue& timers() { return timers_; }
  FdWatcher& watcher() { return watcher_; }
  ThreadCallQueue& calls() { return calls_; }

 private:
  // Where calls come faster than turns end, lets some come together, for half a
  // microsecond.
  void GatherCalls(Clock::Time now);
  // False when the time is over and nothing has happened.
  bool WaitAwake(std::chrono::nanoseconds limit);

  const Clock& clock_;
  const bool may_wait_awake_;
  LoopThread thread_;
  Wakeup wakeup_;
  FdWatcher watcher_;
  TimerQueue timers_;
  ThreadCallQueue calls_;
  Clock::Time last_poll_{};
};

// What to tell poll() and its kin for a wait from `now` to `until`: rounded up,
// so that no loop spins before a deadline, and clamped (RL-31); -1, for ever,
// if there is no deadline.
int PollMilliseconds(Clock::Time now, std::optional<Clock::Time> until);

// The same for ThreadCallQueue::Sleep(), to the nanosecond. `now` and `until`
// are the loop's clock's.
std::optional<std::chrono::steady_clock::time_point> SleepDeadline(
    Clock::Time now, std::optional<Clock::Time> until);

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_EVENT_LOOP_H_
