// SPDX-License-Identifier: Apache-2.0
//
// Worker: finds tasks, runs them, and sleeps in between.
#ifndef HEDDLE_IMPLS_WORK_STEALING_WORKER_H_
#define HEDDLE_IMPLS_WORK_STEALING_WORKER_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "impls/work_stealing/census.h"
#include "impls/work_stealing/parking_lot.h"
#include "impls/work_stealing/task_deque.h"
#include "impls/work_stealing/task_node.h"
#include "impls/work_stealing/workplace.h"

namespace heddle::work_stealing {

// Tasks that have ended.
struct EndedTasks {
  std::uint64_t all = 0;
  std::uint64_t failed = 0;

  friend bool operator==(const EndedTasks&, const EndedTasks&) = default;
};

// What it is: one seat of the crew: a deque, a bed, and the loop of the
// thread that has the seat. A seat outlives the thread and may get another.
//
// Its states:
//
//   from       to         when                             census
//   -          searching  Work is called                   idle
//   searching  busy       Find has a task                  idle -> busy
//   busy       busy       the task has ended, Find has     busy
//                         another
//   busy       searching  the task has ended, Find has     busy -> idle
//                         none or there are too many
//                         workers
//   searching  asleep     nothing is there (parking_lot.h) idle
//   asleep     searching  called                           idle
//   searching  -          MayLeave (census.h)              idle
//
// Where Find looks: in its own deque for the newest, in the injection queue
// for the oldest, in the other deques for their oldest. Every kTurn-th time it
// begins, in turn, with the injection queue, its own oldest and the others'
// oldest, so that no task is passed over for ever, not even by one that always
// submits itself again, and not even behind a worker that is blocked (TP-11).
//
// What the caller must do: call Work on one thread at a time, and the
// functions marked so only on that thread.
//
// What it promises: nothing depends on this worker alone. Its deque can be
// stolen from at any time, also while its task blocks (TP-07, TP-53). When it
// takes a task while more wait, it wakes the next sleeper, so a call that it
// used for other work is passed on. When it takes the last task of a pool that
// stops, it wakes all, who may then leave.
//
// Happens-before: what came before Submit is visible to the task, on whichever
// worker; the end of a task is visible to whoever sees it counted.
//
// Destruction: when no thread works here, the deque is empty, and no other
// worker may still steal.
class alignas(64) Worker {
 public:
  explicit Worker(Workplace& place) : place_(place) {}

  // Runs tasks until MayLeave.
  void Work();

  // Sleeps until called, unless there is something to do or the worker may
  // leave (S1 to S3 of parking_lot.h). The working thread, within Work.
  void Rest();

  // Moves what is left in the deque to the injection queue. The working
  // thread, before it goes.
  void HandOver();

  // The worker of `place` whose task the calling thread runs, or null.
  static Worker* Current(const Workplace& place);

  // Admits and enqueues a node, which it owns only if admitted. From a task
  // that this worker runs.
  Census::Admission Submit(TaskNode* node);
  // Makes room for one Submit; may throw std::bad_alloc. Likewise.
  void Reserve() { deque_.Reserve(); }

  // The oldest task in the deque, or null. Any thread.
  TaskNode* Steal() { return deque_.Steal(); }
  bool HasTasks() const { return !deque_.LooksEmpty(); }
  // When that task was submitted.
  std::optional<std::chrono::nanoseconds> OldestSubmitted() const {
    return deque_.OldestSubmitted();
  }

  // How many tasks have ended in this seat; none while one is being counted.
  // Any thread; see CountEnd.
  std::optional<EndedTasks> Ended() const;

  // Since when a task runs here, if one does; `began_before` for a task that
  // began before the pool was asked to stop. Any thread; approximate.
  std::optional<std::chrono::steady_clock::time_point> BusySince(
      std::chrono::steady_clock::time_point began_before) const;

 private:
  // Takes `node`, and then what it finds, until there is nothing left.
  void RunFrom(TaskNode* node);
  TaskEnding Run(TaskNode* node);
  void PassOn(const Counts& counts);
  template <class Step>
  Counts CountEnd(TaskEnding ending, Step step);

  TaskNode* Find();
  TaskNode* FindInTurn();
  TaskNode* StealFromOthers();

  bool SeesWork() const;

  Workplace& place_;
  Sleeper sleeper_;

  // The working thread's.
  std::uint32_t searches_ = 0;
  std::uint32_t turns_ = 0;
  std::size_t victim_ = 0;

  // Written by the working thread, read by whoever wants to know.
  std::atomic<std::uint64_t> ended_{0};   // twice the number; see CountEnd
  std::atomic<std::uint64_t> failed_{0};  // of these
  std::atomic<std::int64_t> began_{0};    // nanoseconds, or one of worker.cc

  TaskDeque deque_;
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_WORKER_H_
