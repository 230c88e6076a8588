// SPDX-License-Identifier: Apache-2.0
//
// The reference pool's decisions, without a thread: workers are entries of a
// list, and the test says when each of them does what.
#include "reference/pool_coordinator.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>
#include <vector>

#include "reference/errors.h"

namespace heddle {
namespace {

// Drives a coordinator as the threaded shell does, one step at a time.
class InMemoryPool {
 public:
  explicit InMemoryPool(PoolSize size, std::size_t max_backlog = 0)
      : coordinator(size, max_backlog) {}

  void Start() {
    coordinator.Start();
    StartWorkers();
  }

  Submission Submit(int number) {
    const Submission submission = coordinator.Admit();
    if (submission.accepted()) {
      coordinator.Submit(Task([this, number] { ran.push_back(number); }));
      StartWorkers();
    }
    return submission;
  }

  void Resize(PoolSizeChange change) {
    coordinator.Resize(change);
    StartWorkers();
  }

  // Lets idle workers act until each waits, has a task in hand, or has left.
  void Settle() {
    while (idle > 0) {
      const PoolCoordinator::Step step = coordinator.Next();
      if (step == PoolCoordinator::Step::kWait) return;
      --idle;
      if (step == PoolCoordinator::Step::kRun) {
        in_hand.push_back(coordinator.TakeTask());
      }
    }
  }

  // Ends the task that was handed out first; its worker is idle then.
  void FinishOne() {
    Task task = std::move(in_hand.front());
    in_hand.erase(in_hand.begin());
    coordinator.TaskEnded(task.Run());
    ++idle;
  }

  void RunEverything() {
    for (Settle(); !in_hand.empty(); Settle()) FinishOne();
  }

  int busy() const { return static_cast<int>(in_hand.size()); }

  PoolCoordinator coordinator;
  int idle = 0;
  std::vector<Task> in_hand;
  std::vector<int> ran;

 private:
  void StartWorkers() {
    while (coordinator.WorkersToStart() > 0) {
      coordinator.WorkerStarted();
      ++idle;
    }
  }
};

TEST(PoolCoordinator, RefusesIllegalSizes) {
  EXPECT_THROW(PoolCoordinator({.min = -1, .max = 4}), std::invalid_argument);
  EXPECT_THROW(PoolCoordinator({.min = 5, .max = 4}), std::invalid_argument);
  EXPECT_NO_THROW(PoolCoordinator({.min = 0, .max = 0}));
}

TEST(PoolCoordinator, StartsAsManyWorkersAsTheBacklogNeedsWithinTheLimits) {
  for (const auto& [tasks, workers] :
       std::vector<std::pair<int, int>>{{0, 3}, {2, 3}, {5, 5}, {20, 10}}) {
    InMemoryPool pool({.min = 3, .max = 10});
    for (int i = 0; i < tasks; ++i) ASSERT_TRUE(pool.Submit(i).accepted());
    EXPECT_EQ(pool.coordinator.workers(), 0);
    pool.Start();
    EXPECT_EQ(pool.coordinator.workers(), workers) << tasks << " tasks";
    pool.RunEverything();
  }
}

TEST(PoolCoordinator, TakesWhatTheBoundAllowsBesideWhatWorkersAreDueTo) {
  InMemoryPool pool({.min = 0, .max = 2}, 1);
  ASSERT_TRUE(pool.Submit(0).accepted());
  EXPECT_FALSE(pool.Submit(1).accepted()) << "no worker before the start";
  pool.Start();
  ASSERT_TRUE(pool.Submit(1).accepted());
  ASSERT_TRUE(pool.Submit(2).accepted());
  const Submission refused = pool.Submit(3);
  ASSERT_FALSE(refused.accepted());
  EXPECT_EQ(refused.refusal(), Refusal::kBacklogFull);
  pool.Settle();
  EXPECT_EQ(pool.busy(), 2);
  EXPECT_FALSE(pool.Submit(3).accepted()) << "how soon they begin is the same";
  pool.FinishOne();
  ASSERT_TRUE(pool.Submit(3).accepted());
  pool.RunEverything();
  EXPECT_EQ(pool.ran.size(), 4u);
}

TEST(PoolCoordinator, CountsFailuresAmongTheTasksThatEnded) {
  PoolCoordinator coordinator({.min = 2, .max = 2});
  coordinator.Start();
  coordinator.WorkerStarted();
  for (const TaskEnding ending : {TaskEnding::kSucceeded, TaskEnding::kFailed}) {
    ASSERT_TRUE(coordinator.Admit().accepted());
    coordinator.Submit(Task([] {}));
    ASSERT_EQ(coordinator.Next(), PoolCoordinator::Step::kRun);
    coordinator.TakeTask();
    coordinator.TaskEnded(ending);
  }
  EXPECT_EQ(coordinator.stats().completed, 2u);
  EXPECT_EQ(coordinator.stats().failed, 1u);
}

TEST(PoolCoordinator, AddsAWorkerForATaskOnlyIfNoneIdles) {
  InMemoryPool pool({.min = 1, .max = 3});
  pool.Start();
  ASSERT_TRUE(pool.Submit(0).accepted());
  EXPECT_EQ(pool.coordinator.workers(), 1);
  // The idle worker is promised to the first task already.
  ASSERT_TRUE(pool.Submit(1).accepted());
  EXPECT_EQ(pool.coordinator.workers(), 2);
  ASSERT_TRUE(pool.Submit(2).accepted());
  ASSERT_TRUE(pool.Submit(3).accepted());
  EXPECT_EQ(pool.coordinator.workers(), 3);
  pool.RunEverything();
  EXPECT_EQ(pool.ran, (std::vector{0, 1, 2, 3}));
}

TEST(PoolCoordinator, ARaisedLimitStartsBacklogOldestFirst) {
  InMemoryPool pool({.min = 0, .max = 1});
  pool.Start();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(pool.Submit(i).accepted());
  pool.Settle();
  EXPECT_EQ(pool.busy(), 1);
  pool.Resize({.max = 3});
  ASSERT_TRUE(pool.Submit(4).accepted());
  pool.Settle();
  EXPECT_EQ(pool.busy(), 3);
  pool.RunEverything();
  EXPECT_EQ(pool.ran, (std::vector{0, 1, 2, 3, 4}));
}

TEST(PoolCoordinator, ALoweredLimitHoldsAsSoonAsRunningTasksEnd) {
  InMemoryPool pool({.min = 0, .max = 4});
  pool.Start();
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(pool.Submit(i).accepted());
  pool.Settle();
  EXPECT_EQ(pool.busy(), 4);
  pool.Resize({.max = 1});
  EXPECT_EQ(pool.busy(), 4);
  for (int i = 0; i < 3; ++i) {
    pool.FinishOne();
    pool.Settle();
  }
  EXPECT_EQ(pool.busy(), 1);
  EXPECT_EQ(pool.coordinator.workers(), 1);
  pool.RunEverything();
  EXPECT_EQ(pool.ran.size(), 8u);
}

TEST(PoolCoordinator, ARefusedSizeChangesNothing) {
  InMemoryPool pool({.min = 2, .max = 4});
  EXPECT_THROW(pool.Resize({.max = 1}), std::invalid_argument);
  EXPECT_THROW(pool.Resize({.min = 5}), std::invalid_argument);
  EXPECT_THROW(pool.Resize({.min = -1}), std::invalid_argument);
  EXPECT_EQ(pool.coordinator.size(), (PoolSize{.min = 2, .max = 4}));
}

TEST(PoolCoordinator, TheDrainRunsEverythingAcceptedAndTakesNoMore) {
  InMemoryPool pool({.min = 1, .max = 1});
  pool.Start();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(pool.Submit(i).accepted());
  EXPECT_TRUE(pool.coordinator.RequestStop());
  EXPECT_FALSE(pool.coordinator.RequestStop());
  EXPECT_FALSE(pool.Submit(3).accepted());
  EXPECT_FALSE(pool.coordinator.drained());
  pool.RunEverything();
  EXPECT_EQ(pool.ran, (std::vector{0, 1, 2}));
  EXPECT_TRUE(pool.coordinator.drained());
  EXPECT_THROW(pool.coordinator.Start(), PoolStopped);
}

TEST(PoolCoordinator, GivesBackWhatNoWorkerWillEverRun) {
  InMemoryPool fresh({.min = 1, .max = 1});
  ASSERT_TRUE(fresh.Submit(0).accepted());
  fresh.coordinator.RequestStop();
  EXPECT_EQ(fresh.coordinator.TakeAbandoned().size(), 1u);

  InMemoryPool closed({.min = 0, .max = 0});
  closed.Start();
  ASSERT_TRUE(closed.Submit(0).accepted());
  EXPECT_EQ(closed.coordinator.TakeAbandoned().size(), 0u);
  closed.coordinator.RequestStop();
  EXPECT_EQ(closed.coordinator.TakeAbandoned().size(), 1u);
}

TEST(PoolCoordinator, TheDrainKeepsAWorkerForTheBacklogAlsoAtMaxZero) {
  InMemoryPool pool({.min = 0, .max = 1});
  pool.Start();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(pool.Submit(i).accepted());
  pool.Settle();
  pool.Resize({.max = 0});
  pool.coordinator.RequestStop();
  pool.RunEverything();
  EXPECT_EQ(pool.ran, (std::vector{0, 1, 2}));
  EXPECT_TRUE(pool.coordinator.drained());
}

TEST(PoolCoordinator, SingleWorkersComeAndGoWithinTheLimits) {
  InMemoryPool pool({.min = 1, .max = 2});
  EXPECT_FALSE(pool.coordinator.StartAWorker());
  pool.Start();
  ASSERT_TRUE(pool.coordinator.StartAWorker());
  pool.coordinator.WorkerStarted();
  ++pool.idle;
  EXPECT_FALSE(pool.coordinator.StartAWorker());
  pool.coordinator.StopAWorker();
  pool.coordinator.StopAWorker();
  pool.Settle();
  EXPECT_EQ(pool.coordinator.workers(), 1);
  pool.coordinator.StopAWorker();
  pool.Settle();
  EXPECT_EQ(pool.coordinator.workers(), 1);
  pool.coordinator.RequestStop();
  pool.Settle();
}

// TP-34: whatever came before, at rest the limits hold and nothing is owed.
TEST(PoolCoordinator, AtRestTheLimitsHoldAfterAnyHistory) {
  for (unsigned seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto upto = [&](int n) {
      return static_cast<int>(random() % static_cast<unsigned>(n + 1));
    };
    InMemoryPool pool({.min = 0, .max = 10});
    pool.Start();
    int submitted = 0;
    for (int step = 0; step < 60; ++step) {
      switch (upto(5)) {
        case 0: {
          const int min = upto(6);
          pool.Resize({.min = min, .max = min + upto(6)});
          break;
        }
        case 1:
          if (pool.coordinator.StartAWorker()) {
            pool.coordinator.WorkerStarted();
            ++pool.idle;
          }
          break;
        case 2:
          pool.coordinator.StopAWorker();
          break;
        case 3:
          if (pool.busy() > 0) pool.FinishOne();
          break;
        case 4:
          ASSERT_TRUE(pool.Submit(submitted++).accepted());
          break;
        default:
          pool.Settle();
      }
    }
    pool.Resize({.max = std::max(1, pool.coordinator.size().max)});
    pool.RunEverything();
    const PoolSize size = pool.coordinator.size();
    EXPECT_GE(pool.coordinator.workers(), size.min);
    EXPECT_LE(pool.coordinator.workers(), size.max);
    EXPECT_EQ(pool.coordinator.workers(), pool.idle);
    EXPECT_EQ(static_cast<int>(pool.ran.size()), submitted);
  }
}

}  // namespace
}  // namespace heddle
