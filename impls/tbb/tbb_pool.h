// SPDX-License-Identifier: Apache-2.0
//
// TbbPool: a pool whose threads oneTBB lends.
#ifndef HEDDLE_IMPLS_TBB_TBB_POOL_H_
#define HEDDLE_IMPLS_TBB_TBB_POOL_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "reference/thread_pool.h"

namespace heddle {

// What it is: a queue of our own in the order of submission, and up to max
// runners. A runner occupies one thread of oneTBB's (ThreadLoan), runs tasks
// from the queue until none is left or there are more runners than the limit,
// and gives the thread back. oneTBB shares its threads among all who use it in
// the process, so a quiet pool costs none.
//
// Its states: PoolState for the pool. A runner rests, or it is lent a thread,
// first without and then with a task. For PoolStats the lent ones are the
// threads; those still without a task are idle.
//
// What the caller must do: what ThreadPool asks; and, in a program with a
// tbb::global_control of its own, leave room for the sum of all pools' max. A
// task that uses oneTBB's algorithms has one thread for them, unless it brings
// a tbb::task_arena.
//
// What it promises: every TP clause that does not need threads of the pool's
// own; it keeps no standing workers (no min) and gives them no names. Tasks
// are handed over in order (TP-11). A task gets a runner at once if all runners
// lent are busy or bespoken and there are fewer than max (TP-07); at most
// ArenaShare::Available() run at once in all pools of the process, and a pool
// that may want more says so in the log when it starts or is resized, and so
// does one that submits work for which oneTBB could not create a thread.
//
// Happens-before: the mutex, for everything: oneTBB orders nothing for us. A
// runner takes it before it looks at anything of the pool's, and the runner
// that ends the drain says so with it held, and unlocking is its last touch.
//
// Destruction: see ThreadPool. Threads may still be on their way back to
// oneTBB then; they know nothing of the pool any more. In a child of fork()
// all state is leaked: the threads, perhaps holding the mutex, do not exist.
class TbbPool final : public ThreadPool {
 public:
  // Throws std::invalid_argument for an illegal size.
  explicit TbbPool(const PoolOptions& options);
  ~TbbPool() override;

  // Throws NoWorkerThread, and leaves the pool new, if work waits and there is
  // no memory for a runner.
  void Start() override;
  void AdjustPoolSize(PoolSizeChange change) override;
  void RequestStop() override;
  PoolState State() const override;
  PoolSize Size() const override;
  std::vector<RunningTask> RunningTasks() const override;

 private:
  class Runner;
  struct Shared;

  Submission Submit(Task&& task) override;
  PoolStats Figures() const override;
  bool Join(std::optional<std::chrono::steady_clock::time_point> deadline)
      override;

  // What a runner does with its thread.
  void RunTasks(Runner& self);
  void RunNextTask(Runner& self, std::unique_lock<std::mutex>& lock);

  // For use in the process that made the pool; throws UsedInForkedChild
  // elsewhere, because there the mutex may never come free.
  std::unique_lock<std::mutex> Lock(const char* function) const;

  // With the mutex held:

  // How many runners there should be if `queued` tasks wait: one for each task
  // that runs or waits, whether or not a running one is about to end, up to
  // the limit (TP-07).
  int Wanted(std::size_t queued) const;
  // Sets off what is wanted. False if that leaves no runner at all.
  bool LendFor(std::size_t queued);
  // Sets off one runner. False if there is no memory for it.
  bool Lend();
  // Changes how many runners there may be.
  void SetLimit(int limit);
  // Says that the pool has stopped, if it has.
  void FinishStopIfDone();

  // Gives the lock up, and logs it if oneTBB has been found short of threads.
  void UnlockAndReport(std::unique_lock<std::mutex> lock);

  std::unique_ptr<Shared> shared_;
};

}  // namespace heddle

#endif  // HEDDLE_IMPLS_TBB_TBB_POOL_H_
