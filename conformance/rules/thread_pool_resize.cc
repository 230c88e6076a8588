// SPDX-License-Identifier: Apache-2.0
//
// TP-28 to TP-33: changing the limits.
#include <atomic>
#include <deque>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/chance.h"
#include "conformance/checkers/exactly_once.h"
#include "conformance/checkers/findings.h"
#include "conformance/checkers/overlap.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "conformance/kit/thread_creation_fault.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

void ExpectRefusedResize(ThreadPool& pool, PoolSizeChange change,
                         const char* what) {
  const PoolSize before = pool.Size();
  EXPECT_THROW(pool.AdjustPoolSize(change), std::invalid_argument) << what;
  EXPECT_EQ(pool.Size(), before) << "a refused resize changed the size";
}

void CheckLimits(ThreadPool& pool) {
  pool.AdjustPoolSize({.min = 2, .max = 4});
  EXPECT_EQ(pool.Size(), (PoolSize{2, 4}));
  pool.AdjustPoolSize({.min = 3, .max = std::nullopt});
  EXPECT_EQ(pool.Size(), (PoolSize{3, 4})) << "max was left out";
  pool.AdjustPoolSize({.min = std::nullopt, .max = 5});
  EXPECT_EQ(pool.Size(), (PoolSize{3, 5})) << "min was left out";
  pool.AdjustPoolSize({});
  EXPECT_EQ(pool.Size(), (PoolSize{3, 5})) << "both were left out";
  ExpectRefusedResize(pool, {.min = std::nullopt, .max = 2},
                      "just max, below min");
  ExpectRefusedResize(pool, {.min = 6, .max = std::nullopt},
                      "just min, above max");
  ExpectRefusedResize(pool, {.min = -1, .max = 4}, "min below 0");
  ExpectRefusedResize(pool, {.min = 1, .max = -1}, "max below 0");
  ExpectRefusedResize(pool, {.min = 4, .max = 3}, "min above max");
}

RULE(TP_28, WhatIsLeftOutKeepsItsValueAndAnIllegalPairChangesNothing) {
  const auto fresh = MakePool(1, 1);
  CheckLimits(*fresh);
  const auto running = MakePool(1, 1);
  running->Start();
  CheckLimits(*running);
  if (Subject().abilities.elastic.offered()) AwaitThreads(*running, 3);
}

RULE(TP_29, OnAPoolThatDoesNotRunTheNumbersAreStoredAndNoThreadStarts) {
  if (!CanObserveThreadCreation()) {
    NOT_OBSERVABLE("thread creation cannot be counted in this build");
  }
  const auto pool = MakePool(1, 1);
  RequireAccepted(pool->CallInThread([] {}));
  const std::uint64_t created = ThreadsCreated();
  pool->AdjustPoolSize({.min = 3, .max = 6});
  EXPECT_EQ(pool->Size(), (PoolSize{3, 6}));
  EXPECT_EQ(pool->Stats().threads, 0);
  EXPECT_EQ(ThreadsCreated(), created) << "threads on a pool not yet started";
  pool->Start();
  if (Subject().abilities.elastic.offered()) AwaitThreads(*pool, 3);
  pool->Stop();

  const std::uint64_t created_before_stop = ThreadsCreated();
  pool->AdjustPoolSize({.min = 4, .max = 8});
  EXPECT_EQ(pool->Size(), (PoolSize{4, 8}));
  EXPECT_EQ(pool->Stats().threads, 0);
  EXPECT_EQ(ThreadsCreated(), created_before_stop)
      << "threads on a stopped pool";
}

RULE(TP_30, RaisingMinCreatesWorkersAtOnce) {
  REQUIRE_ABILITY(elastic);
  const auto pool = MakePool(1, 5);
  pool->Start();
  pool->AdjustPoolSize({.min = 3, .max = std::nullopt});
  if (Subject().abilities.exact_stats.offered()) {
    EXPECT_GE(pool->Stats().threads, 3);
  }
  AwaitThreads(*pool, 3);
}

RULE(TP_30, TheWorkersOfARaisedMinTakeBacklogFirst) {
  REQUIRE_ABILITY(elastic);
  Latch begun(2, "the waiting tasks to begin on the new workers");
  BusyTasks busy(1);
  const auto pool = MakePool(1, 1);
  pool->Start();
  busy.Occupy(*pool);
  for (int i = 0; i < 2; ++i) {
    RequireAccepted(pool->CallInThread([&] { begun.ArriveAndAwait(); }));
  }
  pool->AdjustPoolSize({.min = 3, .max = 3});
  begun.Await();
  busy.Release();
}

RULE(TP_31, LoweringMaxRetiresIdleWorkers) {
  REQUIRE_ABILITY(elastic);
  const auto pool = MakePool(8, 8);
  pool->Start();
  AwaitThreads(*pool, 8);
  pool->AdjustPoolSize({.min = 3, .max = 3});
  AwaitThreads(*pool, 3);
  pool->AdjustPoolSize({.min = 1, .max = 2});
  AwaitStats(
      *pool,
      [](const PoolStats& stats) {
        return 1 <= stats.threads && stats.threads <= 2;
      },
      "at least 1 and at most 2 workers");
  pool->AdjustPoolSize({.min = 0, .max = 0});
  AwaitThreads(*pool, 0);
}

// Counts the threads that have ended of those that called Touch().
struct EndOfThread {
  static inline std::atomic<int> ended = 0;
  ~EndOfThread() { ++ended; }
  void Touch() {}
};
thread_local EndOfThread end_of_thread;

RULE(TP_31, AThreadOfARetiredWorkerEnds) {
  REQUIRE_ABILITY(elastic);
  REQUIRE_ABILITY(owns_threads);
  constexpr int kWorkers = 4;
  Latch all(kWorkers, "every worker to be at work");
  const auto pool = MakePool(kWorkers, kWorkers);
  pool->Start();
  for (int i = 0; i < kWorkers; ++i) {
    RequireAccepted(pool->CallInThread([&] {
      end_of_thread.Touch();
      all.ArriveAndAwait();
    }));
  }
  all.Await();
  const int before = EndOfThread::ended;
  pool->AdjustPoolSize({.min = 1, .max = 1});
  Eventually([&] { return EndOfThread::ended == before + kWorkers - 1; },
             "the threads of 3 retired workers to end");
}

RULE(TP_32, ShrinkingInterruptsNoTaskAndSurplusWorkersRetireAfterTheirs) {
  constexpr int kWorkers = 3;
  constexpr int kQueued = 10;
  std::deque<std::atomic<int>> runs(kWorkers + kQueued);
  std::atomic<int> on_other_thread = 0;
  Latch begun(kWorkers, "3 tasks to run at the same time");
  Latch ended(kWorkers + kQueued, "every task to end");
  Gate gate;
  const auto pool = MakePool(kWorkers, kWorkers);
  pool->Start();
  for (std::size_t i = 0; i < kWorkers; ++i) {
    RequireAccepted(pool->CallInThread([&, i] {
      const std::thread::id before = std::this_thread::get_id();
      begun.CountDown();
      gate.Pass();
      if (std::this_thread::get_id() != before) ++on_other_thread;
      ++runs[i];
      ended.CountDown();
    }));
  }
  begun.Await();
  for (std::size_t i = kWorkers; i < kWorkers + kQueued; ++i) {
    RequireAccepted(pool->CallInThread([&, i] {
      ++runs[i];
      ended.CountDown();
    }));
  }
  pool->AdjustPoolSize({.min = 1, .max = 1});
  EXPECT_EQ(ended.seen(), 0);
  gate.Open();
  ended.Await();
  if (Subject().abilities.elastic.offered()) AwaitThreads(*pool, 1);
  pool->Stop();
  EXPECT_TRUE(Fine(CheckEachOnce(runs)));
  EXPECT_EQ(on_other_thread, 0);
}

// Which of the busy workers are too many is the pool's choice: one that ends its
// task may go on while those that leave are still at theirs.
RULE(TP_33, ALoweredMaxHoldsAsSoonAsTheRunningTasksHaveEnded) {
  REQUIRE_ABILITY(elastic);
  constexpr int kWorkers = 4;
  constexpr int kQueued = 20;
  const Chance chance(kQueued,
                      "0 of 60 runs with mutant "
                      "tp_33_backlog_before_retirement");
  History<Mark> marks("a waiting task to begin or to end");
  Latch begun(kWorkers, "4 tasks to run at the same time");
  Latch ended(kQueued, "the waiting tasks to end");
  Gate gate;
  const auto pool = MakePool(kWorkers, kWorkers);
  pool->Start();
  for (int i = 0; i < kWorkers; ++i) {
    RequireAccepted(pool->CallInThread([&] {
      begun.CountDown();
      gate.Pass();
    }));
  }
  begun.Await();
  for (int i = 0; i < kQueued; ++i) {
    RequireAccepted(pool->CallInThread([&, i] {
      marks.Add(Mark::kBegin);
      // Gives others the time to overlap, if there are any.
      for (int left = chance.Numbers(i).Below(20); left > 0; --left) {
        std::this_thread::yield();
      }
      marks.Add(Mark::kEnd);
      ended.CountDown();
    }));
  }
  pool->AdjustPoolSize({.min = 1, .max = 1});
  gate.Open();
  ended.Await();
  EXPECT_TRUE(Fine(CheckOverlap(marks.entries(), 1)))
      << "tasks that ran at the same time under max 1";
  AwaitThreads(*pool, 1);
}

}  // namespace
}  // namespace heddle::conformance
