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
#include <span>

#include "impls/work_stealing/census.h"
#include "impls/work_stealing/claimed_tasks.h"
#include "impls/work_stealing/parking_lot.h"
#include "impls/work_stealing/tally.h"
#include "impls/work_stealing/task_deque.h"
#include "impls/work_stealing/task_node.h"
#include "impls/work_stealing/workplace.h"
#include "reference/waiting_habit.h"

namespace heddle::work_stealing {

// What it is: one seat of the crew: a deque, a batch of claimed tasks, a tally,
// a bed, and the loop of the thread that has the seat. A seat outlives the
// thread and may get another.
//
// Its states:
//
//   from       to         when                             tally
//   -          searching  Work is called                   idle
//   looking    busy       Find has a task                  idle -> busy
//   busy       busy       the task has ended, Find has     busy
//                         another
//   busy       looking    the task has ended, Find has     busy -> idle
//                         none or there are too many
//                         workers
//   looking    searching  nothing is there, nobody else    idle
//                         searches (parking_lot.h), it
//                         has just run a task, and
//                         they come soon of late
//   searching  busy       Find has a task                  idle -> busy
//   either     asleep     nothing is there, for the time   idle
//                         of a search if it searches
//   asleep     searching  called, or something is there    idle
//                         after all
//   either     -          MayLeave (census.h)              idle
//
// Where Find looks: in its own deque for the newest, in its claimed tasks for
// the oldest, in the injection queue for the oldest, of which it claims its
// share, in the others' queues for their oldest. Every kTurn-th time it begins,
// in turn, with tasks from outside, its own oldest and the others' oldest, so
// that no task is passed over for ever, not even by one that always submits
// itself again, and not even behind a worker that is blocked (TP-11).
//
// Where short tasks come from outside faster than they can be claimed one by
// one, it lets some come together before it looks, for a microsecond at most.
//
// A search is the same in a loop, for kSearch at most and only where there is
// more than one core and nobody else wants it; it is what makes the next task
// begin at once. Where tasks come one by one with pauses between them, it
// sleeps at once (waiting_habit.h). A new thread also searches before it
// sleeps, beside others: tasks, or the stop, that follow its creation find it
// awake.
//
// What the caller must do: call Work on one thread at a time, and the
// functions marked so only on that thread.
//
// What it promises: nothing depends on this worker alone. Its queues can be
// stolen from at any time, also while its task blocks (TP-07, TP-53). When it
// ends a search because it has found a task while more wait, it wakes the next
// sleeper, so a call that it used for other work is passed on. While the pool
// stops, it sleeps no more: it works as long as there is a backlog (TP-39).
//
// Happens-before: what came before Submit is visible to the task, on whichever
// worker; the end of a task is visible to whoever sees it counted.
//
// Destruction: when no thread works here, the queues are empty, and no other
// worker may still steal.
class alignas(64) Worker {
 public:
  explicit Worker(Workplace& place);

  // Runs tasks until MayLeave.
  void Work();

  // Sleeps until called, unless there is something to do or the worker may
  // leave (S1 to S3 of parking_lot.h). The working thread, within Work.
  void Rest();

  // Moves what is left in its queues to the injection queue. The working
  // thread, before it goes.
  void HandOver();

  // The worker of `place` whose task the calling thread runs, or null.
  static Worker* Current(const Workplace& place) {
    Worker* const here = current_;
    return here != nullptr && &here->place_ == &place ? here : nullptr;
  }

  // Admits and enqueues a node, which it owns only if admitted. From a task
  // that this worker runs.
  Census::Answer Submit(TaskNode* node) {
    return Enqueue(node, place_.census.Admit(tally_));
  }
  // The same, for who has just seen that the census IsPlain.
  Census::Answer SubmitPlain(TaskNode* node) {
    return Enqueue(node, place_.census.AdmitPlain(tally_));
  }
  // Makes room for one Submit; may throw std::bad_alloc. Likewise.
  void Reserve() { deque_.Reserve(); }

  // Whether others find something here. Any thread; a guess.
  bool HasTasks() const { return !deque_.LooksEmpty() || !claimed_.IsEmpty(); }
  // When the oldest task of each queue was submitted. Any thread.
  std::optional<std::chrono::nanoseconds> OldestSubmitted() const {
    return deque_.OldestSubmitted();
  }
  std::optional<std::chrono::nanoseconds> OldestClaimedSubmitted() const {
    return claimed_.OldestSubmitted();
  }

  const Tally& tally() const { return tally_; }

  // Since when a task runs here, if one does; `began_before` for a task that
  // began before the pool was asked to stop. Any thread; approximate.
  std::optional<std::chrono::steady_clock::time_point> BusySince(
      std::chrono::steady_clock::time_point began_before) const;

 private:
  // A prime, so that it does not fall into step with periodic work. Often
  // enough that waiting is bounded, rarely enough that it costs nothing.
  static constexpr int kTurn = 61;

  // Takes `node`, and then what it finds, until there is nothing left.
  void RunFrom(TaskNode* node);
  TaskEnding Run(TaskNode* node);
  // What is rarely to be done between two tasks; false if it must go.
  bool LookAround();

  Census::Answer Enqueue(TaskNode* node, Census::Answer answer) {
    if (answer == Census::Answer::kAdmitted) [[likely]] deque_.Push(node);
    return answer;
  }

  TaskNode* Find() {
    if (--until_turn_ == 0) [[unlikely]] {
      until_turn_ = kTurn;
      if (TaskNode* node = FindInTurn()) return node;
    }
    if (TaskNode* node = deque_.Pop()) return node;
    if (TaskNode* node = claimed_.Take()) return node;
    return FindElsewhere();
  }
  [[gnu::cold]] TaskNode* FindInTurn();
  TaskNode* FindElsewhere();
  TaskNode* FindFromOutside();
  TaskNode* Claim();
  void LearnToGather(std::size_t count);
  // The first of these; the rest into claimed_, which is empty.
  TaskNode* Keep(std::span<TaskNode* const> nodes);
  TaskNode* StealFromOthers();
  TaskNode* StealFrom(Worker& victim);

  TaskNode* Search();
  void EndSearch();

  static constinit thread_local Worker* current_;

  Workplace& place_;
  Sleeper sleeper_;

  // The working thread's.
  bool searching_ = false;
  bool may_search_ = false;  // it is new, or has just run a task
  WaitingHabit habit_;  // how soon there is a task then
  bool learns_asleep_ = false;
  int rests_in_vain_ = 0;  // in a row
  int gather_ = 0;  // pauses before it looks for tasks from outside
  std::chrono::steady_clock::time_point last_claim_{};
  int interruptions_ = 0;  // of searches, of late, weighted
  int sleeps_first_ = 0;   // times that it does not search
  int until_turn_ = kTurn;
  std::uint32_t turns_ = 0;
  std::size_t victim_ = 0;

  // Written by the working thread, read by whoever wants to know: nanoseconds,
  // or 0 for a task that began before the stop.
  std::atomic<std::int64_t> began_{0};

  Tally tally_;
  TaskDeque deque_;
  ClaimedTasks claimed_;
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_WORKER_H_
