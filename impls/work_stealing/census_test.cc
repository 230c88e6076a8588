// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/census.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::work_stealing {
namespace {

using Answer = Census::Answer;

Counts Running(int threads, int busy, std::uint64_t backlog) {
  return {.state = PoolState::kRunning,
          .threads = threads,
          .busy = busy,
          .backlog = backlog};
}

TEST(CensusTest, WantsAWorkerForEachTaskThatNoIdleWorkerStandsFor) {
  const PoolSize limits{.min = 0, .max = 3};
  EXPECT_FALSE(WantsWorker(Running(0, 0, 0), limits));
  EXPECT_TRUE(WantsWorker(Running(0, 0, 1), limits));
  EXPECT_FALSE(WantsWorker(Running(1, 0, 1), limits));
  EXPECT_TRUE(WantsWorker(Running(1, 0, 2), limits));
  EXPECT_TRUE(WantsWorker(Running(1, 1, 1), limits));
  EXPECT_FALSE(WantsWorker(Running(3, 3, 9), limits));
}

TEST(CensusTest, WantsWorkersUpToMinWhileItRuns) {
  const PoolSize limits{.min = 2, .max = 3};
  EXPECT_TRUE(WantsWorker(Running(1, 0, 0), limits));
  EXPECT_FALSE(WantsWorker(Running(2, 0, 0), limits));
  Counts counts = Running(0, 0, 5);
  for (PoolState state :
       {PoolState::kNew, PoolState::kStopping, PoolState::kStopped}) {
    counts.state = state;
    EXPECT_FALSE(WantsWorker(counts, limits));
  }
}

TEST(CensusTest, LetsWorkersLeaveAboveMaxAndAtTheEndOfADrain) {
  const PoolSize limits{.min = 0, .max = 1};
  EXPECT_FALSE(MayLeave(Running(1, 0, 0), limits, 0));
  EXPECT_TRUE(MayLeave(Running(2, 0, 0), limits, 0));
  EXPECT_TRUE(MayLeave(Running(2, 1, 7), limits, 0)) << "before backlog";
  EXPECT_TRUE(MayLeave(Running(1, 0, 0), limits, 1));
  EXPECT_FALSE(MayLeave(Running(1, 0, 1), limits, 1)) << "after backlog";
  Counts counts = Running(1, 0, 1);
  counts.state = PoolState::kStopping;
  EXPECT_FALSE(MayLeave(counts, limits, 0));
  counts.backlog = 0;
  EXPECT_TRUE(MayLeave(counts, limits, 0));
}

TEST(CensusTest, AdmitsNoMoreThanTheBoundAllows) {
  Census census({.min = 0, .max = 1}, 2);
  EXPECT_EQ(census.Admit().answer, Answer::kAdmitted);
  EXPECT_EQ(census.Admit().answer, Answer::kAdmitted);
  EXPECT_EQ(census.Admit().answer, Answer::kFull) << "before the start";
  census.SetState(PoolState::kRunning);
  census.AddWorker();
  EXPECT_EQ(census.Admit().answer, Answer::kAdmitted) << "for the worker";
  EXPECT_EQ(census.Admit().answer, Answer::kFull);
  census.Take();
  EXPECT_EQ(census.Admit().answer, Answer::kFull) << "it is busy";
  census.EndAndTake();
  EXPECT_EQ(census.Admit().answer, Answer::kAdmitted);
  EXPECT_EQ(census.Read().backlog, 2u);
}

TEST(CensusTest, CountsEachStep) {
  Census census({.min = 0, .max = 2});
  EXPECT_EQ(census.Read(), Counts());
  census.SetState(PoolState::kRunning);
  EXPECT_EQ(census.AddWorker(), Running(1, 0, 0));
  EXPECT_EQ(census.Admit().counts, Running(1, 0, 1));
  EXPECT_EQ(census.Admit().counts, Running(1, 0, 2));
  EXPECT_EQ(census.Take(), Running(1, 1, 1));
  EXPECT_EQ(census.EndAndTake(), Running(1, 1, 0));
  EXPECT_EQ(census.End(), Running(1, 0, 0));
  EXPECT_EQ(census.Admit().counts, Running(1, 0, 1));
  EXPECT_EQ(census.GiveBack(), Running(1, 0, 0));
  EXPECT_EQ(census.RemoveWorker(), Running(0, 0, 0));
  EXPECT_EQ(census.Read(), Running(0, 0, 0));
}

TEST(CensusTest, KeepsItsCountsApartWhenTheyAreLarge) {
  Census census({.min = 0, .max = Census::kMaxThreads});
  census.SetState(PoolState::kRunning);
  for (int i = 0; i < Census::kMaxThreads; ++i) {
    census.AddWorker();
    ASSERT_EQ(census.Admit().answer, Answer::kAdmitted);
    census.Take();
  }
  ASSERT_EQ(census.Admit().answer, Answer::kAdmitted);
  census.SetState(PoolState::kStopping);
  EXPECT_EQ(census.Read(), (Counts{.state = PoolState::kStopping,
                                   .threads = Census::kMaxThreads,
                                   .busy = Census::kMaxThreads,
                                   .backlog = 1}));
}

TEST(CensusTest, AdmitsUntilTheStopAndAsksForTheFirstWorker) {
  Census census({.min = 0, .max = 1});
  EXPECT_EQ(census.Admit().answer, Answer::kAdmitted) << "new: held";
  census.SetState(PoolState::kRunning);
  EXPECT_EQ(census.Admit().answer, Answer::kNeedsWorker);
  EXPECT_EQ(census.Read().backlog, 1u);
  census.SetLimits({.min = 0, .max = 0});
  EXPECT_EQ(census.Admit().answer, Answer::kAdmitted) << "waits (TP-37)";
  census.AddWorker();
  EXPECT_EQ(census.Admit().answer, Answer::kAdmitted);
  census.SetState(PoolState::kStopping);
  EXPECT_EQ(census.Admit().answer, Answer::kStopped);
  census.SetState(PoolState::kStopped);
  EXPECT_EQ(census.Admit().answer, Answer::kStopped);
  EXPECT_EQ(census.Read().backlog, 3u);
}

TEST(CensusTest, NeverAdmitsBehindAStopThatHasSeenTheBacklog) {
  constexpr int kRounds = 100;
  for (int round = 0; round < kRounds; ++round) {
    Census census({.min = 0, .max = 1});
    std::atomic<bool> begun = false;
    std::uint64_t admitted = 0;
    std::uint64_t seen = 0;
    {
      std::jthread submitter([&] {
        while (census.Admit().answer == Answer::kAdmitted) {
          ++admitted;
          begun = true;
        }
      });
      while (!begun) std::this_thread::yield();
      census.SetState(PoolState::kStopping);
      seen = census.Read().backlog;
    }
    ASSERT_EQ(seen, admitted);
  }
}

}  // namespace
}  // namespace heddle::work_stealing
