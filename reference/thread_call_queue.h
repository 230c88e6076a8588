// SPDX-License-Identifier: Apache-2.0
//
// ThreadCallQueue: the calls other threads want made on the loop's thread, and
// the handshake that wakes it.
#ifndef HEDDLE_REFERENCE_THREAD_CALL_QUEUE_H_
#define HEDDLE_REFERENCE_THREAD_CALL_QUEUE_H_

#include <mutex>
#include <vector>

#include "reference/submission.h"
#include "reference/task.h"
#include "reference/wakeup.h"

namespace heddle {

// What it is: a queue with many producers and one consumer, the loop.
//
// Its states: open, then closed for good; and, as far as the loop is
// concerned, awake or asleep.
//
// What the caller must do: the functions of the loop belong to one thread at
// a time. A callable's move constructor may run under the mutex and must not
// use the queue. Before Destruction: Close(), and Refuse what it returns.
//
// What it promises: accepted calls run exactly once, in the order in which
// they were accepted, whoever made them (RT-03), or come out of Close(). No
// system call while the loop is awake, and one Signal() at most each time it
// sleeps (BT-25). No wake-up is lost (RT-02):
//
//   producer, Post() or WakeUp()           loop
//   P1. locks                              L1. BeginSleep(): locks; if a turn
//   P2. puts the call into the queue           is wanted, does not sleep
//   P3. says that a turn is wanted         L2. else says that it sleeps;
//   P4. if the loop sleeps: it does not        unlocks
//       any more, and this producer is     L3. waits for the Wakeup
//       the one to wake it                 L4. EndSleep(): it sleeps no more
//   P5. unlocks                            L5. RunBatch(): locks; no turn is
//   P6. if it is the one: Signal()             wanted any more; takes the
//                                              queue; unlocks; runs it
//
// What must not happen is that the loop sleeps beside a call it does not know
// of. P1-P5, L1-L2 and the first half of L5 exclude one another: if P comes
// before L1, the loop sees at L1 that a turn is wanted; if after L2, the
// producer sees at P4 that it sleeps. At L5 the wish and the call go together.
// A late P6 costs one empty turn.
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

  // False if a turn is wanted, and then there is nothing to end.
  [[nodiscard]] bool BeginSleep();
  void EndSleep();

  // Runs what is queued now; what is queued meanwhile is for the next batch
  // (RT-06). What a call throws is logged, and the next one runs (RT-08). Each
  // is destroyed before the next one runs (RT-13).
  void RunBatch();

  // From now on calls are refused. Returns those that have not run.
  [[nodiscard]] std::vector<Task> Close();

 private:
  // What P3 and P4 say: whether the caller must do P6. With the mutex.
  bool WantTurn();

  Wakeup& wakeup_;
  std::mutex mutex_;
  std::vector<Task> queue_;  // with the mutex, and so are these three
  bool turn_wanted_ = false;
  bool asleep_ = false;
  bool closed_ = false;
  std::vector<Task> batch_;  // the loop's; kept for its memory
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_THREAD_CALL_QUEUE_H_
