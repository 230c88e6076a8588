// SPDX-License-Identifier: Apache-2.0
//
// TH-07 to TH-12: work for the pool that is cancelled, refused or late, and
// which pool it is.
#include <atomic>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <utility>

#include "conformance/rules/arrivals.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/threads.h"
#include "reference/worker_scope.h"

namespace heddle::conformance {
namespace {

// That it does not compile is for //conformance:th_07_test to show.
RULE(TH_07, WhatAFunctionCannotReturnACallbackCan) {
  History<Arrival<int>> arrivals("the inner Deferred's value");
  RunningReactor reactor;
  reactor.Do([&] {
    Collect(DeferToThread(*reactor, [] { return 3; })
                .AddCallback([&](int number) {
                  return DeferToThread(*reactor,
                                       [number] { return number + 4; });
                }),
            arrivals);
  });
  const Arrival<int> arrival = arrivals.Await(1).front();
  ASSERT_TRUE(arrival.outcome.ok()) << arrival.outcome.failure().Describe();
  EXPECT_EQ(arrival.outcome.value(), 7);
}

RULE(TH_08, CancellingFailsAtOnceAndTheLateResultIsSwallowed) {
  LogCapture log;
  for (const bool fails : {false, true}) {
    SCOPED_TRACE(fails ? "the late result is a failure"
                       : "the late result is a value");
    Event started("the task to start");
    Gate gate;
    Event gone("the task to be gone");
    History<Arrival<int>> arrivals("the cancellation");
    RunningReactor reactor;
    reactor.Do([&] {
      const Deferred<int> deferred = DeferToThread(*reactor, [&] {
        started.Happen();
        gate.Pass();
        if (fails) throw std::out_of_range("planted");
        return 1;
      });
      Collect(deferred, arrivals);
      started.Await();
      deferred.Cancel();
      EXPECT_EQ(arrivals.entries().size(), 1u) << "it did not fail at once";
    });
    gate.Open();
    // The pool is drained and late results have come before this returns.
    reactor.Stop();
    const auto all = arrivals.Await(1);
    EXPECT_EQ(all.size(), 1u);
    EXPECT_TRUE(FailedWith<CancelledError>(all.front()));
  }
  EXPECT_EQ(log.records().size(), 0u) << "a late result was logged";
}

RULE(TH_09, ATaskCancelledBeforeItStartedNeverRuns) {
  Event started("the first task to start");
  Gate gate;
  std::atomic<bool> ran = false;
  Event after("a task queued behind the cancelled one");
  History<Arrival<void>> arrivals("the cancellation");
  PoolHandle pool = MakePool(1, 1);
  pool->Start();
  RunningReactor reactor;
  MustCallInThread(*pool, [&] {
    started.Happen();
    gate.Pass();
  });
  started.Await();
  reactor.Do([&] {
    const Deferred<void> deferred =
        DeferToThreadPool(*reactor, *pool, [&] { ran = true; });
    Collect(deferred, arrivals);
    deferred.Cancel();
    EXPECT_EQ(arrivals.entries().size(), 1u) << "it did not fail at once";
  });
  MustCallInThread(*pool, [&] { after.Happen(); });
  gate.Open();
  after.Await();
  pool->Stop();
  EXPECT_FALSE(ran) << "the cancelled task ran";
  EXPECT_TRUE(FailedWith<CancelledError>(arrivals.Await(1).front()));
}

RULE(TH_09, ATaskCancelledWhileItRunsIsAskedToStop) {
  Event started("the task to start");
  Event asked("the running task to be asked to stop");
  std::atomic<bool> asked_before = true;
  History<Arrival<int>> arrivals("the cancellation");
  PoolHandle pool = MakePool(1, 1);
  pool->Start();
  RunningReactor reactor;
  std::optional<Deferred<int>> deferred;
  reactor.Do([&] {
    deferred = DeferToThreadPool(
        *reactor, *pool,
        [&](std::stop_token stop, int value) {
          asked_before = stop.stop_requested();
          const std::stop_callback tell(stop, [&] { asked.Happen(); });
          started.Happen();
          asked.Await();
          return value;
        },
        7);
    Collect(*deferred, arrivals);
  });
  started.Await();
  reactor.Do([&] { std::exchange(deferred, std::nullopt)->Cancel(); });
  asked.Await();
  pool->Stop();
  EXPECT_FALSE(asked_before) << "asked to stop before it was cancelled";
  EXPECT_TRUE(FailedWith<CancelledError>(arrivals.Await(1).front()));
}

RULE(TH_10, ThePoolAndTheReactorGivenAreUsed) {
  History<const ThreadPool*> pools("both tasks to run");
  History<Arrival<int>> arrivals("both results");
  PoolHandle own = MakePool(1, 1);
  own->Start();
  RunningReactor other;
  RunningReactor reactor;
  const auto task = [&] {
    pools.Add(WorkerScope::CurrentPool());
    return 1;
  };
  reactor.Do([&] {
    Collect(DeferToThreadPool(*reactor, *own, task), arrivals);
  });
  EXPECT_EQ(arrivals.Await(1)[0].thread, reactor.thread());
  EXPECT_EQ(pools.entries()[0], own.get());
  reactor.Do([&] {
    Collect(DeferToThreadPool(*reactor, *other->GetThreadPool(), task),
            arrivals);
  });
  EXPECT_EQ(arrivals.Await(2)[1].thread, reactor.thread());
  EXPECT_EQ(pools.entries()[1], other->GetThreadPool().get());
}

RULE(TH_11, OnAPoolNotYetStartedTheDeferredFiresAfterItsStart) {
  History<Arrival<int>> arrivals("the result");
  PoolHandle pool = MakePool(1, 1);
  RunningReactor reactor;
  reactor.Do([&] {
    Collect(DeferToThreadPool(*reactor, *pool, [] { return 7; }), arrivals);
  });
  reactor.Do([&] { EXPECT_EQ(arrivals.entries().size(), 0u); });
  pool->Start();
  const Arrival<int> arrival = arrivals.Await(1).front();
  ASSERT_TRUE(arrival.outcome.ok()) << arrival.outcome.failure().Describe();
  EXPECT_EQ(arrival.outcome.value(), 7);
}

RULE(TH_12, OnAStoppedPoolTheDeferredFailsWithPoolStoppedLater) {
  std::atomic<bool> ran = false;
  History<Arrival<void>> arrivals("the refusal");
  PoolHandle pool = MakePool(1, 1);
  pool->Start();
  pool->Stop();
  RunningReactor reactor;
  reactor.Do([&] {
    const Deferred<void> deferred =
        DeferToThreadPool(*reactor, *pool, [&] { ran = true; });
    EXPECT_FALSE(deferred.called()) << "it failed before it was returned";
    Collect(deferred, arrivals);
  });
  const Arrival<void> arrival = arrivals.Await(1).front();
  EXPECT_TRUE(FailedWith<PoolStopped>(arrival));
  EXPECT_EQ(arrival.thread, reactor.thread());
  EXPECT_FALSE(ran);
}

RULE(TH_12, WorkThatAPoolGivesBackFailsItsDeferred) {
  History<Arrival<void>> arrivals("the refusal");
  PoolHandle pool = MakePool(1, 1);
  RunningReactor reactor;
  reactor.Do(
      [&] { Collect(DeferToThreadPool(*reactor, *pool, [] {}), arrivals); });
  pool->Stop();  // it has never been started
  const Arrival<void> arrival = arrivals.Await(1).front();
  EXPECT_TRUE(FailedWith<PoolStopped>(arrival));
  EXPECT_EQ(arrival.thread, reactor.thread());
}

}  // namespace
}  // namespace heddle::conformance
