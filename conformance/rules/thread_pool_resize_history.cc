// SPDX-License-Identifier: Apache-2.0
//
// TP-34 to TP-38: limits over time, and single workers.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/chance.h"
#include "conformance/checkers/findings.h"
#include "conformance/checkers/snapshots.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

// At rest: nothing waits and nobody is busy.
void AwaitRestWithinLimits(const ThreadPool& pool) {
  const PoolSize size = pool.Size();
  AwaitStats(
      pool,
      [&](const PoolStats& stats) { return CheckRest(stats, size).empty(); },
      "rest, with at least " + std::to_string(size.min) + " and at most " +
          std::to_string(size.max) + " workers");
}

RULE(TP_34, MaxLoweredAndRaisedAgainWhileAllAreBusyLeavesNoDebt) {
  REQUIRE_ABILITY(elastic);
  BusyTasks busy(10);
  const auto pool = MakePool(0, 10);
  pool->Start();
  busy.Occupy(*pool);
  pool->AdjustPoolSize({.min = std::nullopt, .max = 5});
  pool->AdjustPoolSize({.min = 10, .max = 10});
  busy.Release();
  AwaitRestWithinLimits(*pool);
}

RULE(TP_34, RepeatingAResizeDoesNotRetireWorkersAgain) {
  REQUIRE_ABILITY(elastic);
  BusyTasks busy(8);
  const auto pool = MakePool(0, 8);
  pool->Start();
  busy.Occupy(*pool);
  for (int i = 0; i < 3; ++i) pool->AdjustPoolSize({.min = 3, .max = 5});
  busy.Release();
  AwaitRestWithinLimits(*pool);
}

RULE(TP_34, AtRestTheWorkersAreWithinTheLimitsWhateverTheHistory) {
  REQUIRE_ABILITY(elastic);
  constexpr int kHistories = 12;
  const Chance chance(kHistories);
  for (int history = 0; history < kHistories; ++history) {
    const auto attempt = chance.Try(history);
    RandomNumbers random = chance.Numbers(history);
    const auto pool = MakePool(random.Below(3), random.Between(3, 5));
    pool->Start();
    for (int step = 0; step < 60; ++step) {
      if (random.OneIn(3)) {
        const int min = random.Below(4);
        pool->AdjustPoolSize({.min = min, .max = min + random.Below(4)});
      } else {
        RequireAccepted(pool->CallInThread([] {}));
      }
    }
    pool->AdjustPoolSize({.min = 2, .max = random.Between(2, 4)});
    AwaitRestWithinLimits(*pool);
  }
}

RULE(TP_35, RaisingMaxWhileTasksWaitStartsThemAtOnce) {
  REQUIRE_ABILITY(elastic);
  Latch begun(2, "as many waiting tasks as there is room to begin");
  std::atomic<int> runs = 0;
  Gate gate;
  BusyTasks busy(1);
  const auto pool = MakePool(1, 1);
  pool->Start();
  busy.Occupy(*pool);
  for (int i = 0; i < 4; ++i) {
    RequireAccepted(pool->CallInThread([&] {
      ++runs;
      begun.CountDown();
      gate.Pass();
    }));
  }
  pool->AdjustPoolSize({.min = std::nullopt, .max = 3});
  begun.Await();
  AwaitStats(
      *pool,
      [](const PoolStats& stats) {
        return stats.threads == 3 && stats.backlog == 2;
      },
      "3 workers, and 2 tasks in the backlog");
  gate.Open();
  busy.Release();
  pool->Stop();
  EXPECT_EQ(runs, 4);
}

// What a worker does while nothing happens can only be looked for. The idle
// time is what 2000 tasks of another pool take; a keep-alive above that is
// missed.
RULE(TP_36, IdleWorkersDoNotExpireByThemselves) {
  REQUIRE_ABILITY(elastic);
  constexpr int kWorkers = 4;
  constexpr std::size_t kTasks = 2000;
  const Chance chance(kTasks,
                      "0 of 40 runs with mutant tp_36_idle_workers_expire");
  const bool exact = Subject().abilities.exact_stats.offered();
  History<int> elsewhere("a task of the other pool");
  const auto other = MakePool(1, 1);
  const auto pool = MakePool(kWorkers, kWorkers);
  pool->Start();
  other->Start();
  AwaitThreads(*pool, kWorkers);
  const auto idle_since = std::chrono::steady_clock::now();
  for (std::size_t i = 1; i <= kTasks; ++i) {
    RequireAccepted(other->CallInThread([&] { elsewhere.Add(0); }));
    elsewhere.Await(i);
    if (exact) {
      ASSERT_EQ(pool->Stats().threads, kWorkers) << "after " << i << " tasks";
    }
  }
  AwaitThreads(*pool, kWorkers);
  const std::chrono::duration<double> idle =
      std::chrono::steady_clock::now() - idle_since;
  std::printf("idle for %.3f s; a longer keep-alive is not seen\n",
              idle.count());
}

RULE(TP_37, MaxZeroIsLegalOnARunningPoolAndTasksWait) {
  REQUIRE_ABILITY(elastic);
  History<bool> raised_when_run("the task, after max was raised");
  std::atomic<bool> raised = false;
  const auto pool = MakePool(1, 2);
  pool->Start();
  pool->AdjustPoolSize({.min = 0, .max = 0});
  AwaitThreads(*pool, 0);
  AwaitReturn("a submission to return at max 0", [&] {
    RequireAccepted(
        pool->CallInThread([&] { raised_when_run.Add(raised.load()); }));
  });
  AwaitStats(
      *pool, [](const PoolStats& stats) { return stats.backlog == 1; },
      "the task to be in the backlog");
  raised = true;
  pool->AdjustPoolSize({.min = std::nullopt, .max = 1});
  EXPECT_TRUE(raised_when_run.Await(1).front()) << "it ran at max 0";
}

constexpr const char* kOtherReasons =
    "the pool does not keep min, so workers come and go for other reasons too";

RULE(TP_38, StartAWorkerAddsOneUpToMax) {
  REQUIRE_ABILITY(worker_control);
  if (!Subject().abilities.elastic.offered()) NOT_OBSERVABLE(kOtherReasons);
  const auto pool = MakePool(1, 3);
  WorkerControl* const control = pool->worker_control();
  ASSERT_NE(control, nullptr) << "the backend declares worker_control";
  control->StartAWorker();
  AwaitThreads(*pool, 0);
  pool->Start();
  AwaitThreads(*pool, 1);
  const bool exact = Subject().abilities.exact_stats.offered();
  for (const int threads : {2, 3, 3, 3}) {
    control->StartAWorker();
    if (exact) {
      EXPECT_EQ(pool->Stats().threads, threads);
    }
  }
  AwaitThreads(*pool, 3);
}

RULE(TP_38, StopAWorkerRetiresAnIdleOneButNeverBelowMin) {
  REQUIRE_ABILITY(worker_control);
  if (!Subject().abilities.elastic.offered()) NOT_OBSERVABLE(kOtherReasons);
  BusyTasks busy(2);
  const auto pool = MakePool(2, 4);
  WorkerControl* const control = pool->worker_control();
  ASSERT_NE(control, nullptr) << "the backend declares worker_control";
  control->StopAWorker();  // not running: no debt may remain
  pool->Start();
  control->StartAWorker();
  control->StartAWorker();
  AwaitThreads(*pool, 4);
  control->StopAWorker();
  AwaitThreads(*pool, 3);
  for (int i = 0; i < 5; ++i) control->StopAWorker();
  AwaitThreads(*pool, 2);
  // A debt would be paid by a worker that ends a task.
  busy.Occupy(*pool);
  busy.Release();
  AwaitStats(
      *pool,
      [](const PoolStats& stats) {
        return stats.busy == 0 && stats.threads >= 2;
      },
      "at least min workers after StopAWorker, with none busy");
  EXPECT_GE(pool->Stats().threads, 2);
}

RULE(TP_38, StopAWorkerRetiresTheNextToBecomeIdleIfAllAreBusy) {
  REQUIRE_ABILITY(worker_control);
  if (!Subject().abilities.elastic.offered()) NOT_OBSERVABLE(kOtherReasons);
  BusyTasks busy(3);
  const auto pool = MakePool(1, 3);
  WorkerControl* const control = pool->worker_control();
  ASSERT_NE(control, nullptr) << "the backend declares worker_control";
  pool->Start();
  busy.Occupy(*pool);
  control->StopAWorker();
  busy.Release();
  AwaitThreads(*pool, 2);
}

}  // namespace
}  // namespace heddle::conformance
