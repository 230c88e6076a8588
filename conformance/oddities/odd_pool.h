// SPDX-License-Identifier: Apache-2.0
//
// OddPool: a pool that offers everything, and leaves what is free to an Oddity.
#ifndef HEDDLE_CONFORMANCE_ODDITIES_ODD_POOL_H_
#define HEDDLE_CONFORMANCE_ODDITIES_ODD_POOL_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "conformance/oddities/oddity.h"
#include "reference/backlog_bound.h"
#include "reference/pool_lifecycle.h"
#include "reference/pool_size.h"
#include "reference/thread_pool.h"

namespace heddle::oddities {

// What it is: one backlog, one mutex, and workers that are handed their tasks
// each by itself: a task goes to an idle worker, else to a new one, else to the
// backlog. So whoever is idle has nothing waiting for him.
//
// Its states: PoolState. A worker is idle, busy (it has a task, or will have
// in a moment) or dismissed: no worker any more, though its thread still ends.
//
// What the caller must do: what ThreadPool asks.
//
// What it promises: every TP clause, with the plain Oddity.
//
// Happens-before: the mutex, and for Stop() the joins.
//
// Destruction: see ThreadPool.
class OddPool final : public ThreadPool, private WorkerControl {
 public:
  // Throws std::invalid_argument for an illegal size (TP-02).
  OddPool(const PoolOptions& options, std::unique_ptr<Oddity> oddity);
  ~OddPool() override;

  void Start() override;
  void AdjustPoolSize(PoolSizeChange change) override;
  void RequestStop() override;
  PoolState State() const override;
  PoolSize Size() const override;
  std::vector<RunningTask> RunningTasks() const override;
  WorkerControl* worker_control() override { return this; }

 private:
  struct Worker {
    OddThread thread;
    std::condition_variable woken;
    std::string name;
    Task task;
    // When it was given its task; empty while it is idle.
    std::optional<std::chrono::nanoseconds> busy_since;
    bool outlived_max = false;  // busy since before max was lowered
    bool dismissed = false;
  };
  using Place = std::list<Worker>::iterator;

  // What a forked child must neither join nor destroy.
  struct Threads {
    std::list<Worker> workers;  // whose threads have not ended
    std::deque<Place> idle;     // in the order of becoming idle
    OddThread ended;            // who leaves next joins it, or Join does
    std::condition_variable stopped;
    bool joining = false;  // some Join joins `ended`
    int next_ordinal = 0;
  };

  Submission Submit(Task&& task) override;
  PoolStats Figures() const override;
  bool Join(std::optional<std::chrono::steady_clock::time_point> deadline)
      override;
  void StartAWorker() override;
  void StopAWorker() override;

  std::unique_lock<std::mutex> Lock(const char* function) const;
  int idle() const { return static_cast<int>(threads_->idle.size()); }
  int workers() const { return idle() + busy_; }

  // All of these with the mutex.

  // Starts the workers that are missing. False if there is none at all, for
  // want of threads.
  bool Grow();
  // False if there is no thread to be had.
  bool StartWorker();
  // Lets idle workers go that are too many.
  void Shrink();
  // As above, after a change of the limits.
  void ShrinkToLimits();
  void DismissOneIdle();
  void Dismiss(Place worker);
  // Gives a task that waits to a worker that is not idle.
  void GiveNext(Worker& worker);
  void Give(Worker& worker, Task&& task);
  // What becomes of a worker whose task has ended: busy, idle or dismissed.
  void Settle(Place worker, TaskEnding ending);
  // Of one worker that is idle, or has just ended its task, if `instead` others
  // are left to leave later.
  bool MustLeave(int instead);
  // The waiting tasks, if no worker will ever run them (TP-44).
  std::deque<Waiting> TakeAbandoned();
  static void RefuseAll(std::deque<Waiting> abandoned);

  // The body of a worker's thread.
  void Work(Place self, int ordinal);
  TaskEnding RunTask(std::unique_lock<std::mutex>& lock, Worker& self);
  void Leave(std::unique_lock<std::mutex> lock, Place self);

  const std::unique_ptr<Oddity> oddity_;
  const BacklogBound bound_;
  mutable std::mutex mutex_;
  PoolLifecycle life_;  // with mutex_, as all that follows
  PoolSize size_;       // as asked for
  PoolSize limits_;     // as in force; follows size_ while running
  std::deque<Waiting> backlog_;
  int busy_ = 0;
  int retiring_ = 0;  // workers that StopAWorker lets go when they are idle
  std::uint64_t completed_ = 0;
  std::uint64_t failed_ = 0;
  std::unique_ptr<Threads> threads_ = std::make_unique<Threads>();
};

template <class O>
std::unique_ptr<ThreadPool> MakeOddPool(const PoolOptions& options) {
  return std::make_unique<OddPool>(options, std::make_unique<O>());
}

}  // namespace heddle::oddities

#endif  // HEDDLE_CONFORMANCE_ODDITIES_ODD_POOL_H_
