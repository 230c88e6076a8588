// SPDX-License-Identifier: Apache-2.0
//
// WorkStealingPool: a thread pool whose workers keep what their tasks submit
// and take from one another what they lack.
#ifndef HEDDLE_IMPLS_WORK_STEALING_WORK_STEALING_POOL_H_
#define HEDDLE_IMPLS_WORK_STEALING_WORK_STEALING_POOL_H_

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "impls/work_stealing/census.h"
#include "impls/work_stealing/crew.h"
#include "reference/thread_pool.h"

namespace heddle::work_stealing {

// What it is: a ThreadPool with one deque for each worker (task_deque.h), an
// injection queue for what comes from other threads (injection_queue.h), which
// workers claim in batches (claimed_tasks.h), a place to sleep (parking_lot.h),
// counts (census.h), and the crew that works there (crew.h). worker.h says who
// looks where. Nodes come from node_cache.h.
//
// Its states: PoolState.
//
// What the caller must do: what ThreadPool asks.
//
// What it promises: every TP clause but the order of TP-11 and TP-12 for work
// that tasks submit: a worker takes the newest of its own tasks first. Work
// from other threads alone is handed out in the order of submission.
//
// Submission, the same for all: admit (the census counts it), enqueue (W1 of
// parking_lot.h), wake a sleeper (W2, W3), make a worker if idle ones are
// fewer than waiting tasks. Admission precedes the enqueueing, so a stop
// always waits for a task that is still on its way into a queue. From outside
// the task is moved to its place in between: its move constructor must not wait
// for the pool.
//
// Happens-before: as ThreadPool says, by the queues, the census and the joins.
//
// Destruction: as ThreadPool says. In a child of fork() what the pool shared
// with its threads stays behind, because they may have held its locks.
class WorkStealingPool final : public ThreadPool, private WorkerControl {
 public:
  // Throws std::invalid_argument for an illegal size (TP-02).
  explicit WorkStealingPool(const PoolOptions& options);
  ~WorkStealingPool() override;

  // All of these throw UsedInForkedChild in a child of fork(), where a lock may
  // be held for ever and the figures are nobody's.
  void Start() override;
  void AdjustPoolSize(PoolSizeChange change) override;
  void RequestStop() override;
  std::vector<RunningTask> RunningTasks() const override;

  WorkerControl* worker_control() override { return this; }
  PoolState State() const override;
  PoolSize Size() const override;

 private:
  Submission Submit(Task&& task) override;
  PoolStats Figures() const override;
  bool Join(std::optional<std::chrono::steady_clock::time_point> deadline)
      override;

  void StartAWorker() override;
  void StopAWorker() override;

  std::unique_ptr<Crew> crew_;
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_WORK_STEALING_POOL_H_
