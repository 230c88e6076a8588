// SPDX-License-Identifier: Apache-2.0
//
// ReferenceThreadPool: the contract's pool, written to be read.
#ifndef HEDDLE_REFERENCE_REFERENCE_THREAD_POOL_H_
#define HEDDLE_REFERENCE_REFERENCE_THREAD_POOL_H_

#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "reference/pool_coordinator.h"
#include "reference/thread_pool.h"

namespace heddle {

// What it is: threads around a PoolCoordinator. One mutex guards the
// coordinator and the list of workers; idle workers wait on one condition
// variable.
//
// Its states: PoolState.
//
// What the caller must do: what ThreadPool asks. A callable's move constructor
// may run under the mutex and must not use the pool.
//
// What it promises: every TP clause. No wake-up is lost:
//
//   submitter, with the mutex            worker, with the mutex
//   1. puts the task into the backlog    1. asks the coordinator: takes a task,
//   2. if it is the only one there and      or waits, which gives the mutex up
//      a worker idles, notifies one         and sleeps in one step
//                                        2. if it took one, others are left
//                                           and a worker idles, notifies one
//
// Impossible: a task waits, a worker sleeps, and nobody is on the way. A worker
// that has looked in vain is asleep before the mutex is free again, so the task
// is put in before it looks, or the notification comes after it sleeps. Who
// finds others in the backlog leaves the next notification to the worker that
// takes the first of them. A worker that leaves instead is one too many, and
// then all have been notified: stopping and shrinking notify everyone.
//
// Happens-before: the mutex, and for Stop() the joins.
//
// Destruction: see ThreadPool.
class ReferenceThreadPool final : public ThreadPool, private WorkerControl {
 public:
  // Throws std::invalid_argument for an illegal size (TP-02).
  explicit ReferenceThreadPool(const PoolOptions& options);
  ~ReferenceThreadPool() override;

  void Start() override;
  void AdjustPoolSize(PoolSizeChange change) override;
  void RequestStop() override;
  PoolState State() const override;
  PoolSize Size() const override;
  std::vector<RunningTask> RunningTasks() const override;
  WorkerControl* worker_control() override { return this; }

 private:
  struct Worker {
    std::string name;
    std::thread thread;
    bool busy = false;  // runs a task
    std::optional<std::chrono::nanoseconds> seen_busy;  // see BusySince
  };

  Submission Submit(Task&& task) override;
  PoolStats Figures() const override;
  bool Join(std::optional<std::chrono::steady_clock::time_point> deadline)
      override;
  void StartAWorker() override;
  void StopAWorker() override;

  // For use in the process that made the pool; see RequireOriginalProcess.
  std::unique_lock<std::mutex> Lock(const char* function) const;

  // Creates the workers that the coordinator wants. False if it wants some
  // and there is none at all, for want of threads. With the mutex.
  bool StartWorkers();
  // Creates one; false if there is no thread for it. With the mutex.
  bool StartWorker();
  // The body of a worker's thread.
  void RunWorker(std::list<Worker>::iterator self, int ordinal);
  // Runs a task, with the mutex given up meanwhile.
  void RunTask(std::unique_lock<std::mutex>& lock, Worker& self);
  // Since when `worker` has been seen busy; empty if it is idle. No clock is
  // read for tasks that nobody asks about: most have ended long before. With
  // the mutex.
  static std::optional<std::chrono::nanoseconds> BusySince(Worker& worker);
  // The last act of a worker that was told to leave.
  void Leave(std::unique_lock<std::mutex> lock,
             std::list<Worker>::iterator self);
  // Joins the last thread, once all workers have left; exactly one caller
  // does, the others wait for it.
  void JoinLast(std::unique_lock<std::mutex>& lock);

  // What a forked child must neither join nor destroy.
  struct Threads {
    std::condition_variable work;     // workers wait here for something to do
    std::condition_variable stopped;  // Join waits here
    std::list<Worker> workers;
    // The thread of the worker that left last. Who leaves next joins it, or
    // Join does: ended threads never pile up (BT-13).
    std::thread ended;
    bool joining = false;  // some Join joins it now
    int next_ordinal = 0;  // never used twice (BT-38)
  };

  // Begins a cache line: it and what each task needs of the coordinator lie on
  // two, and no core waits for a third while it holds the mutex.
  alignas(64) mutable std::mutex mutex_;
  PoolCoordinator coordinator_;  // with mutex_
  // The condition variables at any time, the rest with mutex_.
  std::unique_ptr<Threads> threads_ = std::make_unique<Threads>();
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_REFERENCE_THREAD_POOL_H_
