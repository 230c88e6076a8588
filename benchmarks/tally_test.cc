// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/tally.h"

#include <cstdint>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::workloads {
namespace {

constexpr int kThreads = 3;

// Adds 0, 1, ... runs - 1 on each of kThreads threads.
void AddOnThreads(Tally& tally, std::uint64_t runs) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&tally, runs] {
      for (std::uint64_t j = 0; j < runs; ++j) tally.Add(j);
    });
  }
}

class TallyTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(TallyTest, WaitsForEveryRunOfEveryThread) {
  constexpr std::uint64_t kRuns = 10'001;  // no whole number of batches
  Tally tally(GetParam());
  tally.Expect(kThreads * kRuns);
  std::jthread adder([&] { AddOnThreads(tally, kRuns); });
  ASSERT_TRUE(tally.Wait());
  EXPECT_EQ(tally.runs(), kThreads * kRuns);
  EXPECT_EQ(tally.sum(), kThreads * (kRuns * (kRuns - 1) / 2));
}

TEST_P(TallyTest, WaitsForEveryRoundOnTheSameThread) {
  constexpr int kRounds = 100;
  constexpr std::uint64_t kRuns = 100;
  Tally tally(GetParam());
  Event round_begins;
  std::jthread adder([&] {
    for (int round = 0; round < kRounds; ++round) {
      if (!round_begins.Wait()) return;
      for (std::uint64_t i = 0; i < kRuns; ++i) tally.Add(1);
    }
  });
  for (int round = 1; round <= kRounds; ++round) {
    tally.Expect(kRuns);
    round_begins.Set();
    ASSERT_TRUE(tally.Wait());
    ASSERT_EQ(tally.runs(), static_cast<std::uint64_t>(round) * kRuns);
  }
}

TEST_P(TallyTest, CountsFewerRunsThanABatch) {
  Tally tally(GetParam());
  tally.Expect(1);
  std::jthread adder([&] { tally.Add(5); });
  ASSERT_TRUE(tally.Wait());
  EXPECT_EQ(tally.runs(), 1u);
  EXPECT_EQ(tally.sum(), 5u);
}

TEST_P(TallyTest, ReturnsAtOnceIfEverythingHasRun) {
  Tally tally(GetParam());
  tally.Expect(1'000);
  for (int i = 0; i < 1'000; ++i) tally.Add(0);
  EXPECT_TRUE(tally.Wait());
}

TEST_P(TallyTest, TellsTalliesApartThatTheSameThreadWorksFor) {
  for (int i = 0; i < 10; ++i) {
    Tally tally(GetParam());
    tally.Expect(3);
    for (int j = 0; j < 3; ++j) tally.Add(1);
    ASSERT_TRUE(tally.Wait());
    EXPECT_EQ(tally.sum(), 3u);
  }
}

TEST_P(TallyTest, CountsOnThreadsThatChangeWithinARound) {
  constexpr std::uint64_t kRuns = 70;  // a little more than a batch
  constexpr int kChanges = 50;
  Tally tally(GetParam());
  tally.Expect(kChanges * kRuns);
  std::jthread adder([&] {
    for (int i = 0; i < kChanges; ++i) {
      std::jthread([&] {
        for (std::uint64_t j = 0; j < kRuns; ++j) tally.Add(1);
      }).join();
    }
  });
  ASSERT_TRUE(tally.Wait());
  EXPECT_EQ(tally.runs(), kChanges * kRuns);
}

INSTANTIATE_TEST_SUITE_P(Batches, TallyTest, testing::Values(1, 64),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace heddle::workloads
