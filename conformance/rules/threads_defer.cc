// SPDX-License-Identifier: Apache-2.0
//
// TH-01 to TH-06, HB-5: results of work for the pool.
#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/kit/chance.h"
#include "conformance/checkers/findings.h"
#include "conformance/checkers/hand_out.h"
#include "conformance/rules/arrivals.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/outcome.h"
#include "reference/threads.h"
#include "reference/worker_scope.h"

namespace heddle::conformance {
namespace {

RULE(TH_01, DeferToThreadUsesTheReactorsPool) {
  History<Arrival<const ThreadPool*>> arrivals("the task's pool");
  RunningReactor reactor;
  reactor.Do([&] {
    Collect(DeferToThread(*reactor, [] { return WorkerScope::CurrentPool(); }),
            arrivals);
  });
  const auto arrival = arrivals.Await(1).front();
  ASSERT_TRUE(arrival.outcome.ok());
  EXPECT_EQ(arrival.outcome.value(), reactor->GetThreadPool().get())
      << "not on the reactor's pool";
}

RULE(TH_02, TheValueArrivesOnTheReactorThread) {
  Gate attached("the callback to be attached");
  History<std::thread::id> task_threads("the task to run");
  History<std::pair<std::thread::id, std::string>> values("the value");
  RunningReactor reactor;
  reactor.Do([&] {
    DeferToThread(
        *reactor,
        [&](const std::string& text, std::unique_ptr<int> number) {
          attached.Pass();
          task_threads.Add(std::this_thread::get_id());
          return std::make_unique<std::string>(text + std::to_string(*number));
        },
        "seven is ", std::make_unique<int>(7))
        .AddCallback([&](std::unique_ptr<std::string> value) {
          values.Add({std::this_thread::get_id(), *value});
        });
    attached.Open();
  });
  const auto value = values.Await(1).front();
  EXPECT_EQ(value.first, reactor.thread()) << "not on the reactor's thread";
  EXPECT_EQ(value.second, "seven is 7");
  EXPECT_NE(task_threads.Await(1).front(), reactor.thread());
}

RULE(TH_02, ATaskWithoutAValueFiresItsDeferredToo) {
  Gate attached("the callback to be attached");
  History<Arrival<void>> arrivals("the end of the task");
  RunningReactor reactor;
  reactor.Do([&] {
    Collect(DeferToThread(*reactor, [&] { attached.Pass(); }), arrivals);
    attached.Open();
  });
  const auto arrival = arrivals.Await(1).front();
  EXPECT_TRUE(arrival.outcome.ok());
  EXPECT_EQ(arrival.thread, reactor.thread());
}

// Nothing but the Deferred orders the two threads. Its full power is with
// ThreadSanitizer.
RULE(HB_5, WhatTheTaskDidIsVisibleToTheCallbacks) {
  constexpr int kTasks = 200;
  const Chance chance(kTasks,
                      "0 of 40 runs with mutant "
                      "hb_5_fired_while_the_task_runs");
  Latch checked(kTasks, "every callback");
  std::vector<int> written(kTasks, 0);
  RunningReactor reactor;
  reactor.Do([&] {
    for (int task = 0; task < kTasks; ++task) {
      int& number = written[task];
      DeferToThread(*reactor, [&chance, &number, task] {
        chance.Numbers(task).Pause();
        number = task + 1;
      }).AddCallback([&checked, &number, task] {
        EXPECT_EQ(number, task + 1);
        checked.CountDown();
      });
    }
  });
  checked.Await();
}

RULE(TH_03, TheOriginalExceptionArrivesOnTheReactorThreadUnlogged) {
  LogCapture log;
  const std::exception_ptr planted =
      std::make_exception_ptr(std::out_of_range("planted"));
  History<Arrival<int>> arrivals("the failure");
  RunningReactor reactor;
  reactor.Do([&] {
    Collect(DeferToThread(*reactor,
                          [&]() -> int { std::rethrow_exception(planted); }),
            arrivals);
    Collect(DeferToThread(*reactor, []() -> int { throw 42; }), arrivals);
  });
  int originals = 0;
  int numbers = 0;
  for (const Arrival<int>& arrival : arrivals.Await(2)) {
    EXPECT_EQ(arrival.thread, reactor.thread());
    ASSERT_FALSE(arrival.outcome.ok());
    originals += arrival.outcome.failure().exception() == planted;
    numbers += FailedWith<int>(arrival);
  }
  EXPECT_EQ(originals, 1) << "the exception object was replaced";
  EXPECT_EQ(numbers, 1) << "an exception of type int was replaced";
  reactor.Stop();
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(TH_03, AFailureNobodyHandlesIsLoggedOnce) {
  LogCapture log;
  RunningReactor reactor;
  reactor.Do([&] {
    DeferToThread(*reactor, [] { throw std::out_of_range("planted"); });
  });
  log.Await(1);
  reactor.Stop();
  EXPECT_EQ(log.Count<std::out_of_range>(), 1);
  EXPECT_EQ(log.records().size(), 1u);
}

RULE(TH_04, TheDeferredIsUnfiredHoweverFastTheTaskIs) {
  constexpr int kTries = 100;
  Latch fired(kTries, "every Deferred to fire");
  std::shared_ptr<ThreadPool> pool;
  RunningReactor reactor;
  pool = reactor->GetThreadPool();
  reactor.Do([&] {
    for (int attempt = 0; attempt < kTries; ++attempt) {
      Event ran("the task to run");
      const Deferred<void> deferred =
          DeferToThread(*reactor, [&] { ran.Happen(); });
      EXPECT_FALSE(deferred.called()) << "on return";
      // Nor while the reactor's thread is busy, though the task has run.
      ran.Await();
      AwaitStats(*pool, [](const PoolStats& stats) { return stats.busy == 0; },
                 "the worker to be done with the task");
      EXPECT_FALSE(deferred.called()) << "before the caller returned";
      deferred.AddCallback([&] { fired.CountDown(); });
    }
  });
  fired.Await();
}

RULE(TH_05, WithOneWorkerResultsArriveInTheOrderOfSubmission) {
  REQUIRE_ABILITY(fifo);
  constexpr int kTasks = 200;
  History<int> results("all results");
  PoolHandle pool = MakePool(1, 1);
  pool->Start();
  RunningReactor reactor;
  reactor.Do([&] {
    for (int task = 0; task < kTasks; ++task) {
      DeferToThreadPool(*reactor, *pool, [task] { return task; })
          .AddCallback([&](int result) { results.Add(result); });
    }
    // So that results come together.
    AwaitStats(
        *pool,
        [](const PoolStats& stats) {
          return stats.busy == 0 && stats.backlog == 0;
        },
        "all tasks to end");
  });
  EXPECT_TRUE(Fine(CheckHandOut(results.Await(kTasks))))
      << "results out of order";
}

RULE(TH_05, WithSeveralWorkersResultsArriveAsTheirTasksEnd) {
  Gate gate("the second task's result");
  History<int> results("both results");
  PoolHandle pool = MakePool(2, 2);
  pool->Start();
  RunningReactor reactor;
  reactor.Do([&] {
    DeferToThreadPool(*reactor, *pool, [&] {
      gate.Pass();
      return 1;
    }).AddCallback([&](int result) { results.Add(result); });
    DeferToThreadPool(*reactor, *pool, [] {
      return 2;
    }).AddCallback([&](int result) {
      results.Add(result);
      gate.Open();
    });
  });
  EXPECT_EQ(results.Await(2), (std::vector{2, 1}));
}

RULE(TH_06, AReturnedFailureTakesTheErrorPath) {
  LogCapture log;
  History<Arrival<void>> arrivals("the failure");
  History<Arrival<int>> outcomes("the Outcome");
  RunningReactor reactor;
  reactor.Do([&] {
    Collect(DeferToThread(
                *reactor, [] { return Failure::Of(std::out_of_range("one")); }),
            arrivals);
    Collect(DeferToThread(*reactor,
                          []() -> Outcome<int> {
                            return Failure::Of(std::out_of_range("two"));
                          }),
            outcomes);
  });
  EXPECT_TRUE(FailedWith<std::out_of_range>(arrivals.Await(1).front()));
  EXPECT_TRUE(FailedWith<std::out_of_range>(outcomes.Await(1).front()));
  reactor.Stop();
  EXPECT_EQ(log.records().size(), 0u);
}

}  // namespace
}  // namespace heddle::conformance
