// SPDX-License-Identifier: Apache-2.0
//
// PoolCoordinator: every decision of the reference pool, and no threads.
#ifndef HEDDLE_REFERENCE_POOL_COORDINATOR_H_
#define HEDDLE_REFERENCE_POOL_COORDINATOR_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "reference/backlog_bound.h"
#include "reference/pool_lifecycle.h"
#include "reference/pool_size.h"
#include "reference/submission.h"
#include "reference/task.h"
#include "reference/task_queue.h"
#include "reference/thread_pool.h"

namespace heddle {

// What it is: the pool's backlog and its count of workers, and what follows
// from them. A worker is only a number here; whoever drives the coordinator
// (threads in ReferenceThreadPool, plain calls in a test) creates as many as
// WorkersToStart() says and lets each ask Next() what to do.
//
// Its states: PoolState for the pool. A worker is
//
//   state  Next()                                            TaskEnded()
//   idle   kRun -> busy, kWait -> idle, kLeave -> gone       cannot happen
//   busy   cannot happen                                     -> idle
//
// What the caller must do: hold one lock around every call, but no lock while
// a task runs, is refused or is destroyed. After a call that may have changed
// what is wanted (Start, Submit, Resize): start workers. After a call that may make
// idle workers leave (Resize, StopAWorker, RequestStop): wake them all. After
// RequestStop and after a worker has left: refuse what TakeAbandoned() gives.
//
// What it promises: the one rule of growth, WorkersWanted(), and the one rule
// of retirement, in Next(), hold after any history of calls; nothing is owed
// from earlier ones (TP-34).
//
// Happens-before: the caller's lock.
//
// Destruction: when no worker will ask again; the backlog must be empty.
class PoolCoordinator {
 public:
  // Throws std::invalid_argument for an illegal size (TP-02).
  // max_backlog: see PoolOptions.
  explicit PoolCoordinator(PoolSize size, std::size_t max_backlog = 0);

  // True if the pool was new; false if it runs; PoolStopped after a stop.
  bool Start();
  // Back to new: no worker could be created. Only after Start() and before
  // any worker has started.
  void UndoStart();

  // Whether a task is taken now, and why not.
  Submission Admit() const;
  // Takes an admitted task to the end of the backlog.
  void Submit(Task&& task) { backlog_.push_back(std::move(task)); }
  // Gives back the task that Submit took last: no worker can be created for
  // it and there is none (TP-51).
  Task Withdraw() { return backlog_.pop_back(); }
  // Whether to wake an idle worker for the task that Submit took last. If
  // others wait before it, who was woken for them wakes the next; see below.
  bool IdleWorkerIsDue() const { return idle_ > 0 && backlog_.size() == 1; }

  // Changes the limits, or throws std::invalid_argument and changes nothing
  // (TP-28). While not running it only stores them (TP-29).
  void Resize(PoolSizeChange change);

  // Whether one worker more may start now (TP-38).
  bool StartAWorker();
  // Lets one worker leave when it is idle, unless too few would stay (TP-38).
  void StopAWorker();

  // True if this call made the difference.
  bool RequestStop();
  // Nothing is left to run, and no worker to run it.
  bool drained() const {
    return state() == PoolState::kStopped ||
           (state() == PoolState::kStopping && workers() == 0);
  }
  // Drained, and the threads have ended.
  void FinishStop() { lifecycle_.FinishStop(); }
  // Accepted tasks that no worker will ever run (TP-44); usually none.
  TaskQueue TakeAbandoned();

  // How many workers to create now.
  int WorkersToStart() const;
  // One was created; it is idle.
  void WorkerStarted() { ++idle_; }

  enum class Step {
    kRun,    // run what TakeTask() gives, then TaskEnded()
    kWait,   // ask again when woken
    kLeave,  // this worker is gone
  };
  // What an idle worker does next.
  Step Next();
  // The task for the worker whose step is kRun.
  Task TakeTask() { return backlog_.pop_front(); }
  // Whether who took a task must wake an idle worker for the next one.
  bool NextWorkerIsDue() const { return idle_ > 0 && !backlog_.empty(); }
  // A busy worker's task has ended and is destroyed.
  void TaskEnded(TaskEnding ending) {
    --busy_;
    ++idle_;
    ++completed_;
    if (ending == TaskEnding::kFailed) ++failed_;
  }

  PoolState state() const { return lifecycle_.state(); }
  PoolSize size() const { return size_; }
  int workers() const { return idle_ + busy_; }
  // All but `refused`, which is for who refuses to count.
  PoolStats stats() const;

 private:
  int WorkersWanted() const;
  bool MustLeave() const;

  // First what is hardly ever written, then what each task writes: the fewer
  // cache lines, the shorter the caller's lock is held.
  PoolLifecycle lifecycle_;
  const BacklogBound bound_;
  PoolSize size_;        // as last asked for
  PoolSize effective_;   // as in force; follows size_ while running
  int idle_ = 0;
  int busy_ = 0;
  std::uint64_t completed_ = 0;
  TaskQueue backlog_;
  std::uint64_t failed_ = 0;  // of the completed
  // Workers that StopAWorker lets go when they are idle; never so many that
  // fewer than min would stay, and none after a Resize.
  int retiring_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_POOL_COORDINATOR_H_
