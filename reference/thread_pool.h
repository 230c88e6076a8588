// SPDX-License-Identifier: Apache-2.0
//
// ThreadPool: the interface that callers use and backends implement.
#ifndef HEDDLE_REFERENCE_THREAD_POOL_H_
#define HEDDLE_REFERENCE_THREAD_POOL_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "reference/callable.h"
#include "reference/callback_call.h"
#include "reference/coarse_clock.h"
#include "reference/context.h"
#include "reference/pool_lifecycle.h"
#include "reference/pool_size.h"
#include "reference/process_identity.h"
#include "reference/submission.h"
#include "reference/task.h"

namespace heddle {

struct PoolOptions {
  PoolSize size = {};      // 5 to 20 workers unless said otherwise (TP-01)
  std::string name = "";   // part of the workers' names; may be empty (TP-50)
  // How many tasks may wait beyond those that a worker is due to; one more is
  // refused with kBacklogFull. 0: any number. Where the backend does not offer
  // `bounded` (backend.h), std::invalid_argument. (BT-16)
  std::size_t max_backlog = 0;
};

// A consistent picture of one instant. threads = idle + busy; a worker is busy
// from taking a task until its result callback has returned; backlog is work
// accepted and not yet given to a worker (TP-48). backlog + busy + completed
// are the tasks accepted, but for those given back (TP-44); refused are the
// others (BT-16).
struct PoolStats {
  int threads = 0;
  int idle = 0;
  int busy = 0;
  std::size_t backlog = 0;
  std::uint64_t completed = 0;  // tasks that have ended, however they ended
  // Those of the completed whose callable or callback threw. A failure that
  // went to a callback or to a Deferred counts.
  std::uint64_t failed = 0;
  // Submissions that were refused, for whatever reason.
  std::uint64_t refused = 0;
  // How long the oldest task of the backlog has waited, by a clock that is a
  // few milliseconds coarse (coarse_clock.h); 0 if none waits. May be of a
  // moment later than the counts, where a backend has several queues.
  std::chrono::nanoseconds oldest_wait{};
};

// A task that has not ended.
struct RunningTask {
  std::string worker;  // the worker's name, or empty
  // At least this long; a backend may count from RequestStop().
  std::chrono::nanoseconds running_for;
};

// What a stop with a deadline came to.
struct StopReport {
  bool stopped = false;                   // all work done, all workers ended
  std::vector<RunningTask> running = {};  // else: what still runs
  std::size_t backlog = 0;                // else: what still waits
};

// Adds and retires single workers, for pools that offer it (TP-38). Any
// thread; both are without effect on a pool that is not running.
class WorkerControl {
 public:
  // Adds one worker, unless there are max.
  virtual void StartAWorker() = 0;
  // Retires one idle worker, or the next to become idle, unless that would
  // leave fewer than min.
  virtual void StopAWorker() = 0;

 protected:
  ~WorkerControl() = default;
};

// What it is: workers that run tasks somebody else submits.
//
// Its states: PoolState; see pool_lifecycle.h.
//
// What the caller must do: look at every Submission; stop the pool from a
// thread that is not one of its workers, or let the destructor do it.
//
// What it promises: accepted work runs exactly once, never on the submitting
// thread and never nested in another task (TP-10, TP-13, TP-14), or is given
// back visibly by Task::Refuse if the pool stops without ever having had a
// worker for it (TP-44). No lock is held while work runs or is destroyed.
//
// Happens-before: what a thread did before it submitted work is visible to
// that work; what work and its result callback did is visible to whoever
// returns from Stop(), or from StopWithin() with `stopped`.
//
// Destruction: stops and joins first (TP-47). Not on one of its own workers,
// and not while another thread may still use it.
//
// A backend derives from this class, implements the pure virtuals, calls
// StopBeforeDestruction() first in its destructor, and registers itself
// (backend.h). Every public function may be called on any thread.
class ThreadPool {
 public:
  virtual ~ThreadPool() = default;

  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Begins to run work; at least min workers exist on return (TP-03). Without
  // effect if running (TP-04). Throws PoolStopped after a stop (TP-43).
  virtual void Start() = 0;

  // Asks for `callable(args...)` on a worker. Callable and arguments are
  // copied, or moved, now (TP-15), and so is the context (TP-24). Before
  // Start() work is kept (TP-05). What the callable throws is logged (TP-20),
  // what it returns is dropped. Never blocks on tasks (TP-10). Throws
  // std::invalid_argument if the callable is empty. On refusal nothing is kept.
  template <class F, class... Args>
    requires CallableWith<F, Args...>
  Submission CallInThread(F&& callable, Args&&... args) {
    RequireCallable("ThreadPool::CallInThread", callable);
    return SubmitInContext(
        BindCall(std::forward<F>(callable), std::forward<Args>(args)...));
  }

  // As CallInThread, and then, on the same worker, at once and exactly once,
  // `on_result(outcome)` with the Outcome of the call (TP-17, TP-18, TP-19).
  // The callable is destroyed before (TP-23). If the pool refuses, on_result
  // is called with the refusal's error as Failure: on this thread, before the
  // call returns, if it is refused now (TP-41); on the thread that stops the
  // pool if it was accepted and then given back (TP-44).
  template <class OnResult, class F, class... Args>
    requires CallableWith<F, Args...>
  Submission CallInThreadWithCallback(OnResult&& on_result, F&& callable,
                                      Args&&... args) {
    using Value = ValueOf<CallResult<F, Args...>>;
    static_assert(std::is_invocable_v<std::decay_t<OnResult>, Outcome<Value>>,
                  "on_result must accept Outcome<T> for the T the callable "
                  "returns");
    RequireCallable("ThreadPool::CallInThreadWithCallback", on_result);
    RequireCallable("ThreadPool::CallInThreadWithCallback", callable);
    auto bound =
        BindCall(std::forward<F>(callable), std::forward<Args>(args)...);
    return SubmitOrRefuse(CallbackCallTask(
        std::make_unique<TypedCallbackCall<Value, std::decay_t<OnResult>,
                                           decltype(bound)>>(
            std::forward<OnResult>(on_result), std::move(bound))));
  }

  // Changes the limits. Throws std::invalid_argument for an illegal pair and
  // has then changed nothing (TP-28). Takes effect on workers only while
  // running (TP-29); running tasks are never disturbed (TP-32).
  virtual void AdjustPoolSize(PoolSizeChange change) = 0;

  // From now on work is refused; returns at once; idempotent. May be called
  // on the pool's own workers (BT-07).
  virtual void RequestStop() = 0;

  // RequestStop(), then returns when everything accepted has run and every
  // worker has ended (TP-39). Idempotent; concurrent callers all wait for the
  // same drain (TP-42). Throws WouldDeadlock on one of the pool's own workers
  // (TP-45) and UsedInForkedChild in a child of fork(), with nothing changed.
  void Stop();

  // As Stop(), but gives up waiting after `timeout`, which must not be
  // negative, and then reports what still runs. The pool goes on stopping.
  // (TP-46)
  StopReport StopWithin(std::chrono::nanoseconds timeout);

  virtual PoolState State() const = 0;
  virtual PoolSize Size() const = 0;

  // The backend's figures and `refused`, of one instant (TP-48, BT-16). Never
  // waits for a task.
  PoolStats Stats() const;

  // The tasks now running, one for each busy worker.
  virtual std::vector<RunningTask> RunningTasks() const = 0;

  // Null where single workers cannot be added or retired; owned by the pool.
  virtual WorkerControl* worker_control() { return nullptr; }

  // Logs three records: idle workers, busy workers, all threads with the tasks'
  // figures (TP-49).
  void DumpStats() const;

  const std::string& name() const { return name_; }

 protected:
  explicit ThreadPool(std::string name) : name_(std::move(name)) {}

  // Accepts the task and moves from it, or refuses it and leaves it as it is.
  // Worker threads call Task::Run, which neither throws nor leaves anything
  // of the task behind.
  virtual Submission Submit(Task&& task) = 0;

  // For Stats(): all figures but `refused`. Of one instant where the backend
  // offers exact_stats. Count `failed` together with `completed`, from what
  // Task::Run returns; `oldest_wait` is Waited() of the task first in line.
  virtual PoolStats Figures() const = 0;

  // Waits, after RequestStop(), until everything accepted has ended and the
  // workers too: true; or until `deadline`: false. Several threads may wait.
  // Never called on one of the pool's own workers.
  virtual bool Join(
      std::optional<std::chrono::steady_clock::time_point> deadline) = 0;

  // Throws UsedInForkedChild, naming `function`, in a child of fork(), where
  // a lock may be held for ever by a thread that is not there. For the verbs
  // a backend implements; Submit and Join are not reached there.
  void RequireOriginalProcess(const char* function) const;

  // For a backend's destructor: Stop(). False in a child of fork(), where
  // there are no threads to join and their handles must be left alone. Ends
  // the process, with a message, on one of the pool's own workers.
  [[nodiscard]] bool StopBeforeDestruction() noexcept;

 private:
  void RequireStoppable(const char* function) const;

  Submission SubmitHere(Task&& task) {
    if (!process_.IsOriginal()) [[unlikely]] {
      return Submission::Refused(Refusal::kForkedChild);
    }
    task.set_submitted(CoarseNow());
    const Submission submission = Submit(std::move(task));
    if (!submission.accepted()) [[unlikely]] CountRefusal();
    return submission;
  }

  void CountRefusal();

  // Of a temporary, which moves once: into the task.
  template <class F>
    requires(!std::is_reference_v<F>)
  static Task MakeTask(F&& callable) {
    if (Context::CurrentIsEmpty()) [[likely]] return Task(std::move(callable));
    return Task(InContext<F>(Context::Current(), std::move(callable)));
  }

  template <class F>
  Submission SubmitInContext(F&& callable) {
    return SubmitHere(MakeTask(std::move(callable)));
  }

  template <class F>
  Submission SubmitOrRefuse(F&& callable) {
    Task task = MakeTask(std::move(callable));
    const Submission submission = SubmitHere(std::move(task));
    if (!submission.accepted()) task.Refuse(submission.refusal());
    return submission;
  }

  const std::string name_;
  const ProcessIdentity process_;
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_THREAD_POOL_H_
