// SPDX-License-Identifier: Apache-2.0
//
// ExecutorPool: a pool made of somebody else's threads.
#ifndef HEDDLE_REFERENCE_EXECUTOR_POOL_H_
#define HEDDLE_REFERENCE_EXECUTOR_POOL_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "reference/thread_pool.h"

namespace heddle {

class ExecutorPool;

// What an Executor has to call, once: a function object that is cheap to copy
// and throws nothing.
class ExecutorJob {
 public:
  void operator()() const noexcept;

 private:
  friend class ExecutorPool;
  struct Lender;
  ExecutorJob(ExecutorPool& pool, Lender& lender)
      : pool_(&pool), lender_(&lender) {}

  ExecutorPool* pool_;
  Lender* lender_;
};

// A number of threads that some library keeps: all that has to be written for
// a pool around it.
class Executor {
 public:
  // Returns when no job is running and none will be called any more; of those
  // not yet begun, nobody waits for any.
  virtual ~Executor() = default;

  // Has one of the threads call job(), soon; the calling thread never does,
  // nor does it wait for one that runs. As many jobs as there are threads run
  // at the same time, however long they block. There are never more at once,
  // except that one may be given in while the thread that is to call it is on
  // its way back from another. If it throws, the job will not be called.
  //
  // The pool calls it with its mutex held, on any thread, one at a time.
  virtual void Execute(ExecutorJob job) = 0;
};

// Makes an Executor with that many threads, 1 or more. If it throws there are
// none. Called like Execute.
using ExecutorFactory = std::function<std::unique_ptr<Executor>(int threads)>;

// What it is: a queue in the order of submission, and up to max runners. A
// runner is a job on a thread of an Executor's: it runs tasks from the queue
// until none is left, or there are more runners than the limit, and gives the
// thread back. The pool does everything that the contract asks beside threads;
// impls/asio shows how little is left to write.
//
// Its states: PoolState for the pool. It asks for max threads when it starts,
// in one Executor, and for the rest in another when max is raised; a lowered
// max leaves threads without work. For PoolStats all of them are threads, and
// those without a task are idle.
//
// What the caller must do: what ThreadPool asks. A task must not end its
// thread by pthread_exit.
//
// What it promises, if the Executor keeps its word: every TP clause that needs
// no ability, `fifo`, `exact_stats` and
// `bounded`. `owns_threads` is the Executor's to
// offer: its threads have ended when it is destroyed, and where one cannot be
// created, its factory throws. The pool is not `elastic`, its workers have no
// names, and it has no WorkerControl. A task gets a runner at once if there
// are fewer than max: there are always min(tasks that run or wait, max) of
// them (TP-07).
//
// Happens-before: the mutex, for everything; the Executor need order nothing.
// A runner takes it before it looks at anything of the pool's, and giving it
// up is its last touch.
//
// Destruction: see ThreadPool. In a child of fork() all state is leaked, the
// Executors included: their threads do not exist.
class ExecutorPool final : public ThreadPool {
 public:
  // Throws std::invalid_argument for an illegal size or without a factory.
  ExecutorPool(const PoolOptions& options, ExecutorFactory factory);
  ~ExecutorPool() override;

  // Throws NoWorkerThread, and leaves the pool new, if max is not 0 and the
  // factory throws.
  void Start() override;
  // Threads that could not be had are asked for again by the next submission;
  // it is logged if there are none at all.
  void AdjustPoolSize(PoolSizeChange change) override;
  void RequestStop() override;
  PoolState State() const override;
  PoolSize Size() const override;
  std::vector<RunningTask> RunningTasks() const override;

 private:
  friend class ExecutorJob;
  using Lender = ExecutorJob::Lender;
  struct Shared;

  Submission Submit(Task&& task) override;
  bool Join(
      std::optional<std::chrono::steady_clock::time_point> deadline) override;
  PoolStats Figures() const override;

  // What a runner does with its thread.
  void RunTasks(Lender& lender);
  void RunNextTask(std::unique_lock<std::mutex>& lock);

  // For use in the process that made the pool; throws UsedInForkedChild
  // elsewhere, because there the mutex may never come free.
  std::unique_lock<std::mutex> Lock(const char* function) const;

  // With the mutex held:

  // Asks for the threads that there may be and are not.
  void Hire();
  // Sets off the runners that are wanted if `queued` tasks wait. False if
  // there should be one and is none.
  bool SetOffFor(std::size_t queued);
  // Sets off one runner, on a thread that has none.
  void SetOff();

  std::unique_ptr<Shared> shared_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_EXECUTOR_POOL_H_
