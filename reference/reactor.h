// SPDX-License-Identifier: Apache-2.0
//
// Reactor: one thread that waits for time, descriptors and other threads, and
// calls back.
#ifndef HEDDLE_REFERENCE_REACTOR_H_
#define HEDDLE_REFERENCE_REACTOR_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reference/backend.h"
#include "reference/callable.h"
#include "reference/clock.h"
#include "reference/delayed_call.h"
#include "reference/pending_answers.h"
#include "reference/pool_size.h"
#include "reference/scheduler.h"
#include "reference/submission.h"
#include "reference/system_events.h"
#include "reference/task.h"
#include "reference/thread_pool.h"

namespace heddle {

struct ReactorOptions {
  // Of the reactor's own pool: 5 to 10 workers unless said otherwise (RT-23).
  PoolSize pool_size{.min = 5, .max = 10};
  // Makes that pool, when it is first wanted and not before; empty stands for
  // the reference pool. Must not use the reactor.
  PoolFactory make_pool;
  std::string pool_name = "reactor";
  // Where time comes from; null stands for SteadyClock (RL-33). Must outlive
  // the reactor.
  const Clock* clock = nullptr;
  // While Run() runs, SIGTERM stops the reactor, and so does SIGINT if nobody
  // else has a handler for it; a second SIGINT is Crash() (RL-20, BT-09).
  bool install_signal_handlers = true;
  // How long shutdown waits for the Deferreds of its before-triggers, and then
  // for the pool before it logs which tasks still run; for ever if empty
  // (BT-09). Not negative.
  std::optional<Seconds> shutdown_grace;
};

// What it is: an event loop. Each iteration runs, in this order, the calls
// other threads have queued, the timers that are due, and, once Stop() was
// called, the shutdown event; then it waits for the next thing to happen and
// calls ready readers and writers (RL-17). Several reactors may run at once,
// each on its own thread (RL-21, BT-32).
//
// Its states:
//
//              Run()                  Stop()             Crash()
//   new        -> running             ReactorNotRunning  no effect
//   running    ReactorAlreadyRunning  -> stopping        -> new, Run() returns
//   stopping   see below              ReactorNotRunning  -> stopped, likewise
//   stopped    ReactorNotRestartable  ReactorNotRunning  no effect
//
// stopping becomes stopped by itself, and Run() returns. While the loop still
// turns for before-shutdown triggers, Run() throws ReactorAlreadyRunning;
// from the during phase on it throws ReactorNotRestartable (RL-03).
//
// What the caller must do: use it on one thread, but for what says "any
// thread". Before Run() that is any one thread, from then on the thread in
// Run(); a call on another throws WrongThread naming the function and both
// threads, and changes nothing (BT-20). Never block that thread.
//
// What it promises: no accepted work vanishes unseen. Thread calls run exactly
// once, on the reactor's thread, in the order of their submission, or are given
// back by Task::Refuse when the reactor ends (RT-01, RT-03, BT-04); timers that
// are not due by then never fire (RL-19). What user code throws is logged and
// stops nothing else (RT-08). No lock is held while user code runs or is
// destroyed (RT-13).
//
// Happens-before: what a thread did before CallFromThread, Stop or WakeUp is
// visible to the iteration that follows from it; all that happened on the
// reactor's thread is visible to whoever returns from Run().
//
// Destruction: while no thread is in any member function. Gives back, visibly,
// what was accepted and has not run; stops and joins the reactor's pool if
// Crash() has left it running or Run() was never called (RT-21).
class Reactor final : public Scheduler {
 public:
  // Throws std::invalid_argument for an illegal size or grace.
  explicit Reactor(ReactorOptions options = {});
  ~Reactor();

  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // --- Life ---

  // Fires startup, then iterates until Stop() has been called and shutdown is
  // over, or Crash(). Order at the start: startup triggers before, during and
  // after, CallWhenRunning functions among the last; then thread calls, then
  // timers (RT-04, RT-20). Order at the end: before-triggers and what they
  // wait for; then blocking_calls() is closed, and the during-triggers run,
  // one of which drains and joins the pool; after-triggers; one pass over the
  // thread calls that are queued by then; the rest of them is given back with
  // Refusal::kReactorStopped; deferred_results() is closed (RT-25 to RT-28,
  // BT-04). After Crash() none of this happens, unless Stop() came before: then
  // the calls are given back and both are closed, but no trigger runs and
  // the pool is left to the destructor.
  // Throws ReactorAlreadyRunning, ReactorNotRestartable, UsedInForkedChild.
  void Run();

  // Any thread: begins the shutdown at the end of the iteration's timers, and
  // returns at once (RL-04, BT-21). Legal from the first startup trigger on
  // (RL-18). Throws ReactorNotRunning when not running and the second time.
  void Stop();

  // Any thread: ends Run() after the current iteration without shutdown.
  // The pool keeps running (RT-32). No effect when not running.
  void Crash();

  // One iteration without Run(): what is due, then waits up to `delay`, or
  // until the next timer, for descriptors (RL-22). Fires no event and starts
  // no pool. Throws std::invalid_argument for a negative delay or NaN,
  // ReactorAlreadyRunning inside an iteration (RT-16),
  // ReactorNotRestartable once stopped, UsedInForkedChild.
  void Iterate(Seconds delay = Seconds(0));

  // Any thread. True from the during phase of startup until the during phase
  // of shutdown (RL-12), or Crash().
  bool running() const;

  // Any thread: whether this thread is in Run() or Iterate() of this reactor
  // (RT-33).
  bool IsInIOThread() const;

  // Calls `callable(args...)`: at once if running(), else after startup, in
  // the order of the calls (RL-13). Throws ReactorStopped when that will never
  // be.
  template <class F, class... Args>
    requires CallableWith<F, Args...>
  void CallWhenRunning(F&& callable, Args&&... args) {
    RequireCallable("Reactor::CallWhenRunning", callable);
    CallTaskWhenRunning(
        Task(BindCall(std::forward<F>(callable), std::forward<Args>(args)...)));
  }

  // `trigger(args...)` will be called once, in that phase of that event, after
  // those added before it. Added while the event fires, to this phase or a
  // later one, it takes part (RL-11). If a trigger of Phase::kBefore returns a
  // Deferred<void>, the next phase begins when it has fired, either way;
  // meanwhile the loop turns (RL-07, RL-14). What it returns else is ignored
  // (RL-09). What it throws is logged (RL-08).
  template <class F, class... Args>
    requires CallableWith<F, Args...>
  TriggerId AddSystemEventTrigger(SystemEvent event, Phase phase, F&& trigger,
                                  Args&&... args) {
    RequireCallable("Reactor::AddSystemEventTrigger", trigger);
    return AddTrigger(event, phase,
                      MakeSystemTrigger(BindCall(std::forward<F>(trigger),
                                                 std::forward<Args>(args)...)));
  }

  // Throws std::invalid_argument if the trigger has run or was removed (RL-10).
  void RemoveSystemEventTrigger(TriggerId trigger);

  // --- Other threads ---

  // Any thread, the reactor's own included: asks for `callable(args...)` on
  // the reactor's thread, in the next iteration, and wakes it (RT-01 to RT-06).
  // Never runs it here, never blocks. Callable and arguments are copied, or
  // moved, now; they are destroyed on the reactor's thread (RT-13). No context
  // is carried unless the callable comes from WithCurrentContext (RT-12).
  // Before Run() calls are kept; afterwards refused (RT-18).
  template <class F, class... Args>
    requires CallableWith<F, Args...>
  Submission CallFromThread(F&& callable, Args&&... args) {
    RequireCallable("Reactor::CallFromThread", callable);
    return Post(
        Task(BindCall(std::forward<F>(callable), std::forward<Args>(args)...)));
  }

  // The same for a Task, which must not be empty; moves from it only if it
  // accepts.
  Submission Post(Task&& task);

  // Any thread: a turn of the loop, if need be an empty one (RT-15). Harmless
  // at any time.
  void WakeUp();

  // --- The reactor's pool ---

  // Any thread: asks for `callable(args...)` on a worker of the reactor's pool
  // (RT-19, RT-31). Kept until startup is over (RT-20). Refused once shutdown
  // has stopped the pool (RT-29). Makes the pool if there is none, and then
  // throws what making it throws.
  template <class F, class... Args>
    requires CallableWith<F, Args...>
  Submission CallInThread(F&& callable, Args&&... args) {
    RequireCallable("Reactor::CallInThread", callable);
    std::shared_ptr<ThreadPool> pool;
    const Submission found = FindPool(pool);
    if (!found.accepted()) return found;
    return pool->CallInThread(std::forward<F>(callable),
                              std::forward<Args>(args)...);
  }

  // Any thread: the pool, made on first use and started when startup is over,
  // or at once if it is (RT-22). The reactor stops it. Throws ReactorStopped
  // when there is none any more, UsedInForkedChild, and what making it throws.
  std::shared_ptr<ThreadPool> GetThreadPool();

  // Any thread: at most `size` workers from now on, and at least so many of
  // the configured minimum as that allows (RT-24). Makes the pool. Throws
  // std::invalid_argument if negative, else as GetThreadPool.
  void SuggestThreadPoolSize(int size);

  // --- Time ---

  // CallLater(delay, callable, args...) is inherited: see scheduler.h.
  using Scheduler::CallLater;

  // Every pending timer, in the order they would fire (RL-30).
  std::vector<DelayedCall> GetDelayedCalls() const override;

  // --- Descriptors ---

  // Calls `on_ready` in every iteration that finds `fd` readable (writable),
  // ended or broken, until it is removed; replaces a former one. The reactor
  // does not own `fd`: remove it before closing it. A callback that throws is
  // logged and removed. Throws std::invalid_argument naming the descriptor if
  // it cannot be watched, or if `on_ready` is empty.
  void AddReader(int fd, std::function<void()> on_ready);
  void AddWriter(int fd, std::function<void()> on_ready);

  // No effect if it is not watched; std::invalid_argument if negative. Once
  // removed it is not called again, in this iteration either.
  void RemoveReader(int fd);
  void RemoveWriter(int fd);

  // --- What the reactor still owes ---

  // Both throw UsedInForkedChild: what they list is the parent's (BT-33).

  // Any thread. Threads that wait for an answer from the reactor; closed
  // before shutdown joins the pool, so that a worker among them is let go.
  PendingAnswers& blocking_calls();

  // The reactor's thread. Results on their way to it; closed there at the very
  // end of Run(). While there are some the loop may wait for them awake, for a
  // short time; see event_loop.h.
  AnswerList& deferred_results();

 private:
  friend class ThreadCall;
  struct Parts;

  // For ThreadCall; on the reactor's thread.

  // Throws WrongThread, naming `function`, on another.
  void RequireThread(const char* function) const;

  // As CallInThread, but without a lock where there is a pool.
  template <class F>
  Submission CallInOwnPool(F&& callable) {
    ThreadPool* const pool = OwnPool();
    if (pool == nullptr) return CallInThread(std::forward<F>(callable));
    return pool->CallInThread(std::forward<F>(callable));
  }
  ThreadPool* OwnPool();

  // Those that have arrived before the worker had left.
  AnswerList& leaving_results();

  void CallTaskWhenRunning(Task task);
  TriggerId AddTrigger(SystemEvent event, Phase phase, SystemTrigger trigger);
  Submission FindPool(std::shared_ptr<ThreadPool>& pool);
  DelayedCall CallTaskLater(Seconds delay, Task task) override;

  const std::unique_ptr<Parts> parts_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_REACTOR_H_
