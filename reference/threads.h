// SPDX-License-Identifier: Apache-2.0
//
// Calls between a reactor's thread and others: results that come back as
// Deferreds, and threads that wait for the reactor.
#ifndef HEDDLE_REFERENCE_THREADS_H_
#define HEDDLE_REFERENCE_THREADS_H_

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <vector>

#include "reference/blocking_call.h"
#include "reference/callable.h"
#include "reference/deferred.h"
#include "reference/outcome.h"
#include "reference/submission.h"
#include "reference/task.h"
#include "reference/thread_call.h"
#include "reference/thread_pool.h"

namespace heddle {

class Reactor;

// A callable that wants to know, while it runs, that its result is no longer
// wanted: as with std::jthread, its first parameter is a std::stop_token.
template <class F, class... Args>
concept StoppableWith = CallableWith<F, std::stop_token, Args...>;

// Used by the templates below.
template <class F, class... Args>
auto DeferBoundCall(Reactor& reactor, ThreadPool* pool, std::stop_source stop,
                    F&& callable, Args&&... args) {
  using Result = CallResult<F, Args...>;
  static_assert(!kIsDeferred<std::decay_t<Result>>,
                "DeferToThread: the function returns a Deferred, which would "
                "belong to a worker that cannot fire it; let it return a plain "
                "value and add a callback that returns the Deferred: "
                "DeferToThread(reactor, f).AddCallback(g)");
  auto bound = BindCall(std::forward<F>(callable), std::forward<Args>(args)...);
  auto call =
      std::make_unique<TypedThreadCall<ValueOf<Result>, decltype(bound)>>(
          reactor, std::move(stop), std::move(bound));
  Deferred<ValueOf<Result>> deferred = call->MakeDeferred();
  call.release()->Submit(pool);
  return deferred;
}

// Used by the templates below.
template <class F, class... Args>
auto DeferThreadCall(Reactor& reactor, ThreadPool* pool, F&& callable,
                     Args&&... args) {
  if constexpr (StoppableWith<F, Args...>) {
    std::stop_source stop;
    std::stop_token token = stop.get_token();
    return DeferBoundCall(reactor, pool, std::move(stop),
                          std::forward<F>(callable), std::move(token),
                          std::forward<Args>(args)...);
  } else {
    return DeferBoundCall(reactor, pool, std::stop_source(std::nostopstate),
                          std::forward<F>(callable),
                          std::forward<Args>(args)...);
  }
}

// Calls `callable(args...)` on a worker of `pool`, which need not be the
// reactor's, and returns a Deferred that fires on the reactor's thread with
// what came of it: the value, or the original exception (TH-02, TH-03), or a
// returned Failure (TH-06). A callable that returns a Deferred does not
// compile (BT-37).
//
// On the reactor's thread; or, before the reactor runs, on the thread that
// sets it up. Callable and arguments are copied, or moved, now; the callable
// is destroyed on the worker, before its result travels. It and the callbacks
// that its result runs see the context in effect now (BT-19).
//
// The Deferred has not fired when it is returned (TH-04), with one exception:
// where the reactor has stopped and nothing can fire it later, it has failed
// with ReactorStopped. It fails
//   with PoolStopped     later, if the pool refuses the call (TH-12)
//   with ReactorStopped  if the reactor ends before the result comes (BT-04)
//   with CancelledError  at once, if it is cancelled; a call that has not
//                        begun then never runs (TH-09), the result of one
//                        that has is dropped (TH-08)
// A callable whose first parameter is a std::stop_token, before `args`, gets
// one; stop is requested, on the reactor's thread, if the Deferred is cancelled
// or the reactor ends while it runs (BT-17).
// The pool may outlive the reactor. Throws std::invalid_argument if the
// callable is empty, WrongThread, UsedInForkedChild, and what submitting to the
// pool throws.
template <class F, class... Args>
  requires CallableWith<F, Args...> || StoppableWith<F, Args...>
auto DeferToThreadPool(Reactor& reactor, ThreadPool& pool, F&& callable,
                       Args&&... args) {
  RequireCallable("DeferToThreadPool", callable);
  return DeferThreadCall(reactor, &pool, std::forward<F>(callable),
                         std::forward<Args>(args)...);
}

// The same with the reactor's own pool (TH-01), which is made if there is none.
template <class F, class... Args>
  requires CallableWith<F, Args...> || StoppableWith<F, Args...>
auto DeferToThread(Reactor& reactor, F&& callable, Args&&... args) {
  RequireCallable("DeferToThread", callable);
  return DeferThreadCall(reactor, nullptr, std::forward<F>(callable),
                         std::forward<Args>(args)...);
}

// Runs `calls` one after another, in this order, on one worker of the
// reactor's pool (TH-13). Each is destroyed as soon as it has run. The first
// that throws ends the list: the exception is logged, the rest do not run
// (TH-14). The list is copied now (TH-15); it may be empty. Any thread. Throws
// std::invalid_argument, with nothing submitted, if a call is empty.
Submission CallMultipleInThread(Reactor& reactor,
                                std::vector<std::function<void()>> calls);

// Used by the template below.
Submission CallTasksInThread(Reactor& reactor, std::vector<Task> tasks);

// The same for callables of any type, also move-only ones.
template <class... F>
  requires(sizeof...(F) > 0 && (CallableWith<F> && ...))
Submission CallMultipleInThread(Reactor& reactor, F&&... calls) {
  (RequireCallable("CallMultipleInThread", calls), ...);
  std::vector<Task> tasks;
  tasks.reserve(sizeof...(F));
  (tasks.emplace_back(std::forward<F>(calls)), ...);
  return CallTasksInThread(reactor, std::move(tasks));
}

// A callable for the reactor's thread that wants to know which reactor it is:
// its first parameter is a Reactor&.
template <class F, class... Args>
concept TakesReactor = !CallableWith<F, Args...> &&
                       CallableWith<F, std::reference_wrapper<Reactor>, Args...>;

// Used by the templates below.
template <class F, class... Args>
  requires CallableWith<F, Args...>
auto MakeBlockingCall(const char* function, Reactor& reactor,
                      BlockingCall::Deadline deadline, F&& callable,
                      Args&&... args) {
  RequireCallable(function, callable);
  BlockingCall::RequireOtherThread(function, reactor);
  using Value = ChainValueOf<CallResult<F, Args...>>;
  auto bound = BindCall(std::forward<F>(callable), std::forward<Args>(args)...);
  const auto call = std::make_shared<TypedBlockingCall<Value, decltype(bound)>>(
      reactor, std::move(bound));
  call->MakeAndWait(function, deadline);
  return call->TakeAnswer();
}

template <class F, class... Args>
  requires TakesReactor<F, Args...>
auto MakeBlockingCall(const char* function, Reactor& reactor,
                      BlockingCall::Deadline deadline, F&& callable,
                      Args&&... args) {
  return MakeBlockingCall(function, reactor, deadline,
                          std::forward<F>(callable), std::ref(reactor),
                          std::forward<Args>(args)...);
}

// Calls `callable(args...)` on the reactor's thread, after the calls this
// thread has posted before (TH-20), and returns its value; if it returns a
// Deferred, waits for that one's value and consumes it (TH-16 to TH-19). An
// exception, or a failure, is thrown here, unchanged (TH-18). A callable whose
// first parameter is a Reactor&, before `args`, is given the reactor.
//
// On any thread but the reactor's: WouldDeadlock (TH-24). Before the reactor
// runs it blocks until it does (TH-21). Throws ReactorStopped when the reactor
// has stopped, or stops before it has answered (TH-25, TH-26); a callable that
// has not begun by then never runs. Callable and arguments are copied, or
// moved, now, and destroyed before this returns. Throws std::invalid_argument
// if the callable is empty, UsedInForkedChild.
//
// A pool's worker that waits here is one less for the work the reactor may be
// waiting for (TH-23).
template <class F, class... Args>
  requires CallableWith<F, Args...> || TakesReactor<F, Args...>
auto BlockingCallFromThread(Reactor& reactor, F&& callable, Args&&... args) {
  return MakeBlockingCall("BlockingCallFromThread", reactor, std::nullopt,
                          std::forward<F>(callable),
                          std::forward<Args>(args)...);
}

// The same, but gives up when `timeout` has passed, which must not be
// negative, and throws TimeoutError. A callable that has not begun by then
// never runs; a Deferred it has returned is cancelled, on the reactor's thread;
// whatever still comes is dropped (TH-27). A callable that is running then
// goes on running: it must not refer to what goes with the caller's frame.
template <class F, class... Args>
  requires CallableWith<F, Args...> || TakesReactor<F, Args...>
auto BlockingCallFromThreadWithin(Reactor& reactor,
                                  std::chrono::nanoseconds timeout,
                                  F&& callable, Args&&... args) {
  constexpr const char* kFunction = "BlockingCallFromThreadWithin";
  return MakeBlockingCall(
      kFunction, reactor, BlockingCall::DeadlineAfter(kFunction, timeout),
      std::forward<F>(callable), std::forward<Args>(args)...);
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_THREADS_H_
