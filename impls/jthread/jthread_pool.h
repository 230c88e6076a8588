// SPDX-License-Identifier: Apache-2.0
//
// JthreadPool: a pool of std::jthread workers that are told to leave through
// their stop tokens.
#ifndef HEDDLE_IMPLS_JTHREAD_JTHREAD_POOL_H_
#define HEDDLE_IMPLS_JTHREAD_JTHREAD_POOL_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "reference/thread_pool.h"

namespace heddle {

// What it is: the smallest pool of C++20 parts that offers every ability. One
// mutex, one queue in the order of submission, one std::jthread per worker,
// and one std::condition_variable on which idle workers wait. It is not a
// std::condition_variable_any, which could wait for a stop token by itself:
// that one takes a second, shared mutex in every wait and every notification.
//
// Its states: PoolState for the pool. A worker is idle, busy with one task, or
// dismissed; only idle workers are dismissed, and a busy one is idle for a
// moment, with the mutex held, between two tasks. The stop token says one
// thing only: leave now, and take no more tasks.
//
//   who is dismissed                          by whom
//   idle workers above the limit              AdjustPoolSize (TP-31)
//   a worker whose task has ended, if there   itself, before it looks for
//   are more than the limit                   more work (TP-33)
//   an idle worker, or the next to be idle    StopAWorker, or itself (TP-38)
//   idle workers when the pool stops and      RequestStop, or the worker that
//   nothing is queued any more                took the last task
//
// What the caller must do: what ThreadPool asks.
//
// What it promises: every TP clause; growth is one formula, Wanted(). A
// dismissal cannot be missed. The side that dismisses, with the mutex held:
// (1) requests the stop, (2) notifies all. The worker, with the mutex held:
// (1) sees neither a stop nor a task, (2) waits, which gives up the mutex only
// when it listens. The impossible order is: sees no stop, stop is requested
// and notified, waits. For the same reason a task's notification that goes to
// a worker which is then dismissed is not lost: the dismissal wakes the others.
//
// Happens-before: the mutex; and the joining of every thread before Join()
// returns true.
//
// Destruction: see ThreadPool. In a child of fork() all state is leaked: there
// the threads cannot be joined, the mutex may be held and the condition
// variable waited for by threads that do not exist.
class JthreadPool final : public ThreadPool, private WorkerControl {
 public:
  // Throws std::invalid_argument for an illegal size.
  explicit JthreadPool(const PoolOptions& options);
  ~JthreadPool() override;

  // Throws NoWorkerThread, and leaves the pool new, if it needs workers and no
  // thread can be created.
  void Start() override;
  // Threads that cannot be created are tried again by the next submission; it
  // is logged if there is no worker at all.
  void AdjustPoolSize(PoolSizeChange change) override;
  void RequestStop() override;
  PoolState State() const override;
  PoolSize Size() const override;
  std::vector<RunningTask> RunningTasks() const override;
  WorkerControl* worker_control() override { return this; }

 private:
  struct Worker;
  struct Shared;
  class Departure;

  Submission Submit(Task&& task) override;
  PoolStats Figures() const override;
  bool Join(std::optional<std::chrono::steady_clock::time_point> deadline)
      override;
  // Throws NoWorkerThread if no thread can be created.
  void StartAWorker() override;
  void StopAWorker() override;

  // The body of a worker's thread.
  void Work(Worker& self, const std::stop_token& dismissed);
  void RunNextTask(Worker& self, std::unique_lock<std::mutex>& lock);

  // For use in the process that made the pool; throws UsedInForkedChild
  // elsewhere, because there the mutex may never come free.
  std::unique_lock<std::mutex> Lock(const char* function) const;

  // With the mutex held:

  // How many workers there should be if `queued` tasks wait: one for each task
  // that runs or waits, whether or not a running one is about to end (TP-07);
  // not fewer than min nor more than the limit.
  int Wanted(std::size_t queued) const;
  // Hires what is wanted. False if that leaves none at all.
  bool HireFor(std::size_t queued);
  // Creates one worker. False if there is no thread for it.
  bool Hire();
  // Tells an idle worker to leave; it no longer counts.
  void Dismiss(Worker& worker);
  // Dismisses up to `count` idle workers, and wakes them.
  void DismissIdle(int count);
  // Whether a worker that has just become idle leaves.
  bool IsSurplus() const;
  // The pool stops, and all it had accepted has been given to workers.
  bool Drained() const;
  // The pool stops or has stopped, and no worker is left.
  bool Abandoned() const;
  // The last act of a worker's thread.
  void Leave(Worker& self);

  std::unique_ptr<Shared> shared_;
};

}  // namespace heddle

#endif  // HEDDLE_IMPLS_JTHREAD_JTHREAD_POOL_H_
