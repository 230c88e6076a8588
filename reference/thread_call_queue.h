// SPDX-License-Identifier: Apache-2.0
//
// ThreadCallQueue: the calls other threads want made on the loop's thread, and
// the handshake that wakes it.
#ifndef HEDDLE_REFERENCE_THREAD_CALL_QUEUE_H_
#define HEDDLE_REFERENCE_THREAD_CALL_QUEUE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "reference/futex.h"
#include "reference/submission.h"
#include "reference/task.h"
#include "reference/task_inbox.h"
#include "reference/wakeup.h"

namespace heddle {

// What it is: a queue with many producers and one consumer, the loop.
//
// Its states: open, then closed for good; and, as far as the loop is
// concerned, awake or asleep.
//
// What the caller must do: the functions of the loop belong to one thread at
// a time. Before Destruction: Close(), and Refuse what it returns.
//
// What it promises: accepted calls run exactly once, in the order in which
// they were accepted, whoever made them (RT-03), or come out of Close(). No
// lock. No system call while the loop is awake, and one at most each time it
// goes to sleep (BT-25). No wake-up is lost (RT-02):
//
//   producer, Post() or WakeUp()           loop
//   P1. takes a place in the inbox, or     L1. BeginSleep(): says that it
//       says that a turn is wanted             sleeps
//   P2. Post(): puts the call there        L2. looks for a place taken, and a
//   P3. reads whether the loop sleeps          turn wanted: if there is one,
//   P4. if so, says that it sleeps no          it does not sleep
//       more; if it did until now, this    L3. Sleep(), or waits for the
//       producer is the one to wake it         Wakeup
//   P5. if it is the one: wakes it, as     L4. EndSleep(): it sleeps no more
//       it has said that it sleeps         L5. RunBatch(): no turn is wanted
//                                              any more; runs the calls that
//                                              are there by now, up to the
//                                              first that is not
//
// To be woken from Sleep() costs less, and its deadline is exact; it is for a
// loop that waits for nothing but threads and the time.
//
// What must not happen is that the loop sleeps beside a call it does not know
// of: that L2 comes before P1 and P3 before L1. P1, P3, L1 and L2 are
// sequentially consistent, so there is one order of the four, and it would be
// a circle: L1, L2, P1, P3, L1. Nor does it in Sleep(), which is over at once
// if P4 came first: it sleeps on the word that P4 changes. A late P5 costs one
// empty turn. A call that is
// between P1 and P2 keeps the loop from sleeping; it turns until the call is
// there, and so do those behind it wait.
//
// Happens-before: Post before the call; WakeUp before the RunBatch that
// follows.
//
// Destruction: while no thread is in a member function.
class ThreadCallQueue {
 public:
  // `wakeup` ends the loop's waiting; it must outlive the queue.
  explicit ThreadCallQueue(Wakeup& wakeup) : wakeup_(wakeup) {}

  ThreadCallQueue(const ThreadCallQueue&) = delete;
  ThreadCallQueue& operator=(const ThreadCallQueue&) = delete;

  // --- Any thread ---

  // Accepts the call and moves from it, or leaves it as it is: refused with
  // kReactorStopped once closed. Never blocks on calls.
  Submission Post(Task&& call);

  // Wants a turn without a call (RT-15).
  void WakeUp();

  // --- The loop ---

  // What the loop says that it is about to do: Sleep(), or wait for the
  // Wakeup, beside other descriptors.
  enum class Bed : std::uint32_t { kQueue = 1, kWakeup = 2 };

  // False if a turn is wanted, and then there is nothing to end.
  [[nodiscard]] bool BeginSleep(Bed bed);
  // After BeginSleep(Bed::kQueue): until a producer wakes the loop, or
  // `deadline`; or for no reason at all.
  void Sleep(std::optional<std::chrono::steady_clock::time_point> deadline);
  void EndSleep();

  // Whether there is something for RunBatch() to do: for a loop that waits
  // awake. It may say so late, but BeginSleep() does not.
  bool IsTurnWanted() const;

  // Runs what is queued now; what is queued meanwhile is for the next batch
  // (RT-06). What a call throws is logged, and the next one runs (RT-08). Each
  // is destroyed before the next one runs (RT-13).
  void RunBatch();

  // From now on calls are refused. Returns those that have not run.
  [[nodiscard]] std::vector<Task> Close();

 private:
  static constexpr std::uint32_t kAwake = 0;

  // P3 to P5.
  void Wake();

  Wakeup& wakeup_;
  TaskInbox inbox_;
  // Read by all, written when the loop sleeps.
  alignas(64) FutexWord asleep_ = kAwake;  // or a Bed
  std::atomic<bool> turn_wanted_ = false;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_THREAD_CALL_QUEUE_H_
