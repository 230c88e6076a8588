// SPDX-License-Identifier: Apache-2.0
//
// What is special to this pool; the contract's rules are in //conformance.
#include "impls/work_stealing/work_stealing_pool.h"

#include <atomic>
#include <future>
#include <latch>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "reference/errors.h"
#include "reference/worker_scope.h"

namespace heddle::work_stealing {
namespace {

TEST(WorkStealingPoolTest, GivesExactFiguresWhileTasksComeAndGo) {
  constexpr int kOutside = 3000;
  constexpr int kNested = 3;
  std::atomic<std::uint64_t> begun = 0;
  std::atomic<std::uint64_t> accepted = 0;
  WorkStealingPool pool({.size = {.min = 1, .max = 4}, .name = "figures"});
  const auto submit = [&](auto task) {
    ++begun;
    pool.CallInThread(task).OrThrow();
    ++accepted;
  };
  pool.Start();
  std::jthread submitter([&] {
    for (int i = 0; i < kOutside; ++i) {
      submit([&] {
        for (int n = 0; n < kNested; ++n) submit([] {});
      });
    }
  });
  constexpr std::uint64_t kAll = kOutside * (1 + kNested);
  for (PoolStats stats; stats.completed < kAll;) {
    const std::uint64_t at_least = accepted.load();
    stats = pool.Stats();
    const std::uint64_t at_most = begun.load();
    const std::uint64_t seen = stats.backlog + stats.busy + stats.completed;
    ASSERT_EQ(stats.threads, stats.idle + stats.busy);
    ASSERT_LE(stats.threads, 4);
    ASSERT_GE(stats.idle, 0);
    ASSERT_GE(seen, at_least);
    ASSERT_LE(seen, at_most);
  }
  submitter.join();
  pool.Stop();
  EXPECT_EQ(pool.Stats().completed, kAll);
}

// The worker is always about to fall asleep (S1 to S3 of parking_lot.h), and
// always about to count (R1 and R2 of census.h).
TEST(WorkStealingPoolTest, LosesNoTaskAndNoFigureWhenTasksComeOneByOne) {
  constexpr std::uint64_t kTasks = 20'000;
  WorkStealingPool pool({.size = {.min = 1, .max = 1}, .name = ""});
  pool.Start();
  for (std::uint64_t accepted = 1; accepted <= kTasks; ++accepted) {
    pool.CallInThread([] {}).OrThrow();
    for (PoolStats stats; stats.completed < accepted;) {
      stats = pool.Stats();
      ASSERT_EQ(stats.backlog + stats.busy + stats.completed, accepted);
      if (stats.completed < accepted) std::this_thread::yield();
    }
  }
}

TEST(WorkStealingPoolTest, RunsWhatABlockedTaskHasSubmitted) {
  std::latch child_ran(1);
  WorkStealingPool pool({.size = {.min = 2, .max = 2}, .name = ""});
  pool.Start();
  pool.CallInThread([&] {
        pool.CallInThread([&] { child_ran.count_down(); }).OrThrow();
        child_ran.wait();
      })
      .OrThrow();
  child_ran.wait();
}

TEST(WorkStealingPoolTest, MakesAWorkerForWhatABlockedTaskHasSubmitted) {
  std::latch child_ran(1);
  WorkStealingPool pool({.size = {.min = 1, .max = 2}, .name = ""});
  pool.Start();
  pool.CallInThread([&] {
        pool.CallInThread([&] { child_ran.count_down(); }).OrThrow();
        child_ran.wait();
      })
      .OrThrow();
  child_ran.wait();
  EXPECT_EQ(pool.Stats().threads, 2);
}

TEST(WorkStealingPoolTest, RunsEverythingWhileItsSizeGoesUpAndDown) {
  constexpr int kRounds = 200;
  constexpr int kTasks = 20;
  std::atomic<int> ran = 0;
  WorkStealingPool pool({.size = {.min = 1, .max = 4}, .name = "tide"});
  pool.Start();
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kTasks; ++i) {
      pool.CallInThread([&] {
            ++ran;
            pool.CallInThread([&] { ++ran; }).OrThrow();
          })
          .OrThrow();
    }
    pool.AdjustPoolSize({.min = 0, .max = round % 5});
    pool.worker_control()->StopAWorker();
  }
  pool.AdjustPoolSize({.min = 1, .max = 1});
  // Wait for the nested submissions, which a stop would refuse.
  while (ran.load() < 2 * kRounds * kTasks) std::this_thread::yield();
  pool.Stop();
  EXPECT_EQ(ran.load(), 2 * kRounds * kTasks);
}

TEST(WorkStealingPoolTest, RefusesToWaitForTheStopThatGivesTheCallerBack) {
  WorkStealingPool pool({.size = {.min = 1, .max = 1}, .name = ""});
  bool would_deadlock = false;
  pool.CallInThreadWithCallback(
          [&](Outcome<void> outcome) {
            EXPECT_TRUE(outcome.failure().Check<PoolStopped>());
            try {
              pool.Stop();
            } catch (const WouldDeadlock&) {
              would_deadlock = true;
            }
          },
          [] {})
      .OrThrow();
  pool.Stop();
  EXPECT_TRUE(would_deadlock);
  EXPECT_EQ(pool.State(), PoolState::kStopped);
}

TEST(WorkStealingPoolTest, RunsTheBacklogAlsoWhenAllItsWorkersAreTooMany) {
  constexpr int kWorkers = 3;
  constexpr int kTasks = 100;
  std::latch running(kWorkers);
  std::latch go_on(1);
  std::atomic<int> ran = 0;
  WorkStealingPool pool(
      {.size = {.min = kWorkers, .max = kWorkers}, .name = ""});
  pool.Start();
  for (int i = 0; i < kWorkers; ++i) {
    pool.CallInThread([&] {
          running.count_down();
          go_on.wait();
        })
        .OrThrow();
  }
  running.wait();
  for (int i = 0; i < kTasks; ++i) pool.CallInThread([&] { ++ran; }).OrThrow();
  pool.AdjustPoolSize({.min = 0, .max = 0});
  pool.RequestStop();
  go_on.count_down();
  pool.Stop();
  EXPECT_EQ(ran.load(), kTasks);
  EXPECT_EQ(pool.Stats().backlog, 0u);
  EXPECT_EQ(pool.Stats().completed, std::uint64_t{kWorkers + kTasks});
}

TEST(WorkStealingPoolTest, SaysHowLongTasksHaveRunSinceTheStop) {
  std::promise<void> running;
  std::latch go_on(1);
  WorkStealingPool pool({.size = {.min = 1, .max = 1}, .name = "slow"});
  pool.Start();
  pool.CallInThread([&] {
        running.set_value();
        go_on.wait();
      })
      .OrThrow();
  running.get_future().wait();
  const auto patience = std::chrono::milliseconds(20);
  const StopReport report = pool.StopWithin(patience);
  EXPECT_FALSE(report.stopped);
  ASSERT_EQ(report.running.size(), 1u);
  EXPECT_EQ(report.running[0].worker, "PoolThread-slow-0");
  EXPECT_GE(report.running[0].running_for, patience);
  go_on.count_down();
}

TEST(WorkStealingPoolTest, CanBeStoppedAtAnyMoment) {
  for (int round = 0; round < 300; ++round) {
    std::atomic<int> accepted = 0;
    std::atomic<int> ran = 0;
    WorkStealingPool pool({.size = {.min = 0, .max = 3}, .name = ""});
    pool.Start();
    std::latch begun(1);
    std::jthread submitter([&] {
      for (int i = 0; i < 50; ++i) {
        const Submission submission = pool.CallInThread([&] {
          ++ran;
          accepted += pool.CallInThread([&] { ++ran; }).accepted();
        });
        accepted += submission.accepted();
        if (i == round % 50) begun.count_down();
      }
    });
    begun.wait();
    pool.Stop();
    submitter.join();
    ASSERT_EQ(ran.load(), accepted.load());
  }
}

}  // namespace
}  // namespace heddle::work_stealing
