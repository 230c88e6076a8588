// SPDX-License-Identifier: Apache-2.0
//
// TP-07 to TP-09: growth with the work.
#include <functional>
#include <memory>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/chance.h"
#include "conformance/checkers/findings.h"
#include "conformance/checkers/overlap.h"
#include "conformance/checkers/snapshots.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "conformance/kit/thread_creation_fault.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

RULE(TP_07, AsManyTasksAsMaxThatNeedOneAnotherRunAtTheSameTime) {
  for (const PoolSize size : {PoolSize{0, 4}, PoolSize{1, 4}, PoolSize{4, 4},
                              PoolSize{3, 10}, PoolSize{0, 1}}) {
    SCOPED_TRACE(testing::Message() << "a pool of " << size);
    // In two lots, so that the second finds busy workers and an empty backlog.
    BusyTasks first(size.max / 2);
    BusyTasks second(size.max - size.max / 2);
    const auto pool = MakePool(size.min, size.max);
    pool->Start();
    first.Occupy(*pool);
    second.Occupy(*pool);
    // Measured: none has ended.
    RecordProperty("at_the_same_time_of_max_" + std::to_string(size.max),
                   first.running() + second.running());
    first.Release();
    second.Release();
    pool->Stop();
  }
}

RULE(TP_07, ATaskThatNeedsALaterOneGetsItWhileThereIsRoom) {
  constexpr std::size_t kTasks = 4;
  History<int> begun("each task to begin while those before it still run");
  Gate gate;
  const auto pool = MakePool(1, kTasks);
  pool->Start();
  for (std::size_t i = 1; i <= kTasks; ++i) {
    RequireAccepted(pool->CallInThread([&] {
      begun.Add(0);
      gate.Pass();
    }));
    begun.Await(i);
  }
  gate.Open();
  pool->Stop();
}

RULE(TP_07, ATaskThatNeedsOneItSubmittedItselfGetsItWhileThereIsRoom) {
  constexpr int kTasks = 4;
  Latch begun(kTasks, "each task to get the one that it has submitted");
  std::function<void(int)> task;
  const auto pool = MakePool(1, kTasks);
  task = [&](int later) {
    begun.CountDown();
    if (later > 0) RequireAccepted(pool->CallInThread(std::ref(task), later - 1));
    begun.Await();
  };
  pool->Start();
  RequireAccepted(pool->CallInThread(std::ref(task), kTasks - 1));
  begun.Await();
  pool->Stop();
}

// The workers of one round are about to end, and not yet idle, when the next
// round's tasks come.
RULE(TP_07, AWorkerAboutToEndIsNotCountedAsRoom) {
  constexpr int kRounds = 200;
  constexpr int kTasks = 3;
  const Chance chance(kRounds);
  RandomNumbers random = chance.Numbers();
  std::vector<std::unique_ptr<Latch>> rounds;
  for (int i = 0; i < kRounds; ++i) {
    rounds.push_back(std::make_unique<Latch>(
        kTasks, "the tasks of round " + std::to_string(i) + " to meet"));
  }
  const auto pool = MakePool(0, kTasks);
  pool->Start();
  for (const auto& round : rounds) {
    for (int i = 0; i < kTasks; ++i) {
      RequireAccepted(
          pool->CallInThread([latch = round.get()] { latch->ArriveAndAwait(); }));
      random.Pause();
    }
    round->Await();
  }
  pool->Stop();
}

RULE(TP_08, AnIdleWorkerIsReusedAndNoneIsCreated) {
  REQUIRE_ABILITY(elastic);
  constexpr int kWorkers = 3;
  History<int> done("a task to end");
  const auto pool = MakePool(kWorkers, 10);
  pool->Start();
  const auto await_idle = [&] {
    AwaitStats(
        *pool,
        [](const PoolStats& stats) {
          return stats.idle == kWorkers && stats.threads == kWorkers;
        },
        "the 3 workers of the start to be idle, and no others");
  };
  await_idle();
  const std::uint64_t created = ThreadsCreated();
  for (std::size_t i = 1; i <= 50; ++i) {
    RequireAccepted(pool->CallInThread([&] { done.Add(0); }));
    done.Await(i);
    await_idle();
  }
  if (Subject().abilities.owns_threads.offered()) {
    EXPECT_EQ(ThreadsCreated(), created) << "workers were created";
  }
}

RULE(TP_09, GrowthNeverTakesTheWorkerCountAboveMax) {
  constexpr int kRounds = 20;
  constexpr int kMax = 3;
  constexpr int kSubmitters = 4;
  constexpr int kTasksEach = 5;
  const Chance chance(kRounds, "0 of 40 runs with mutant tp_09_one_too_many");
  const bool exact = Subject().abilities.exact_stats.offered();
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    History<Mark> marks("a task to begin or to end");
    History<PoolStats> snapshots("a look at the pool");
    Latch begun(kMax, "as many tasks as max to run at the same time");
    Gate gate;
    const auto pool = MakePool(round % 2, kMax);
    pool->Start();
    {
      std::vector<HelperThread> submitters;
      for (int i = 0; i < kSubmitters; ++i) {
        submitters.emplace_back([&, i] {
          RandomNumbers random = chance.Numbers(round * kSubmitters + i);
          for (int j = 0; j < kTasksEach; ++j) {
            random.Pause();
            RequireAccepted(pool->CallInThread([&] {
              marks.Add(Mark::kBegin);
              begun.CountDown();
              gate.Pass();
              marks.Add(Mark::kEnd);
            }));
            snapshots.Add(pool->Stats());
          }
        });
      }
    }
    begun.Await();
    snapshots.Add(pool->Stats());
    gate.Open();
    pool->Stop();
    ASSERT_TRUE(Fine(CheckOverlap(marks.entries(), kMax)))
        << "more tasks than max ran at the same time";
    if (exact) {
      ASSERT_TRUE(Fine(CheckSnapshots(snapshots.entries(), kMax)))
          << "more workers than max, or figures that contradict themselves";
    }
  }
}

}  // namespace
}  // namespace heddle::conformance
