// SPDX-License-Identifier: Apache-2.0
//
// MemoryThreadPool: a pool without threads, for tests.
#ifndef HEDDLE_REFERENCE_MEMORY_THREAD_POOL_H_
#define HEDDLE_REFERENCE_MEMORY_THREAD_POOL_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "reference/backlog_bound.h"
#include "reference/pool_lifecycle.h"
#include "reference/pool_size.h"
#include "reference/submission.h"
#include "reference/task.h"
#include "reference/thread_pool.h"

namespace heddle {

// What it is: a ThreadPool whose tasks wait until a test runs them, one by one,
// on the test's own thread. With a ManualClock and Reactor::Iterate() a test
// decides everything that happens and when, and it happens the same way every
// time. A reactor takes one by ReactorOptions::make_pool.
// From reference/examples/deterministic_test.cc:
//
//   options.clock = &clock_;
//   options.make_pool = [this](const heddle::PoolOptions& pool_options) {
//     auto pool = std::make_unique<heddle::MemoryThreadPool>(pool_options);
//     pool_ = pool.get();
//     return pool;
//   };
//   ...
//   reactor_.GetThreadPool()->Start();  // Run() would; Iterate() does not
//   ...
//   pool_->RunOne();
//   reactor_.Iterate();
//
// Its states: PoolState; see pool_lifecycle.h.
//
// What the caller must do: run the tasks. Declare the pool after what they use:
// Stop(), and so the destructor, runs those that still wait.
//
// What it promises: what ThreadPool does, on_result, context, refusals and all,
// but for what takes threads. No two tasks overlap unless two threads run them,
// so that tasks which wait for one another never end (TP-07); that is why this
// is no backend and is not registered as one. Tasks run on the reactor's thread
// where that is the one to run or stop the pool (against RT-19);
// BlockingCallFromThread() in a task throws there, and waits for ever elsewhere
// unless another thread turns the reactor. The size is kept and has no effect,
// 0 included.
//
// Happens-before: a submission before the task, on whichever threads.
//
// Destruction: see ThreadPool.
class MemoryThreadPool final : public ThreadPool {
 public:
  // Throws std::invalid_argument for an illegal size (TP-02). Keeps a
  // max_backlog.
  explicit MemoryThreadPool(const PoolOptions& options = {});
  ~MemoryThreadPool() override;

  // Runs the task that has waited longest, and its result callback, here. False
  // if none waits or the pool was not started. Throws std::logic_error inside a
  // task of this pool: tasks are never nested (TP-13).
  bool RunOne();

  // RunOne() until it is false, so what tasks submit is run too. Returns how
  // many ran.
  int RunAll();

  void Start() override;
  void AdjustPoolSize(PoolSizeChange change) override;
  // What was accepted waits for RunOne(), RunAll() or Stop().
  void RequestStop() override;
  PoolState State() const override;
  PoolSize Size() const override;
  // Without names; the pool looks at no clock and says 0 ns.
  std::vector<RunningTask> RunningTasks() const override;

 private:
  Submission Submit(Task&& task) override;
  // There are as many threads as are running a task.
  PoolStats Figures() const override;
  // Runs what still waits, on the caller, and looks at no deadline: nobody else
  // would run it later. Waits, and then with the deadline, for tasks that other
  // threads are running.
  bool Join(std::optional<std::chrono::steady_clock::time_point> deadline)
      override;

  // With the mutex, which is given up while the task runs.
  bool RunNext(std::unique_lock<std::mutex>& lock);
  // With the mutex.
  bool drained() const { return backlog_.empty() && busy_ == 0; }

  mutable std::mutex mutex_;
  std::condition_variable task_ended_;
  const BacklogBound bound_;
  PoolLifecycle lifecycle_;  // with the mutex, as all that follows
  PoolSize size_;
  std::deque<Task> backlog_;
  int busy_ = 0;
  std::uint64_t completed_ = 0;
  std::uint64_t failed_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_MEMORY_THREAD_POOL_H_
