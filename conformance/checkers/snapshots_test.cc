// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/snapshots.h"

#include <cstddef>
#include <cstdint>

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

PoolStats Stats(int threads, int idle, int busy, std::size_t backlog = 0,
                std::uint64_t completed = 0) {
  PoolStats stats;
  stats.threads = threads;
  stats.idle = idle;
  stats.busy = busy;
  stats.backlog = backlog;
  stats.completed = completed;
  return stats;
}

TEST(Snapshots, ThatAddUpWithinMaxAreFine) {
  EXPECT_EQ(CheckSnapshots({}, 0), Findings{});
  EXPECT_EQ(CheckSnapshots({Stats(0, 0, 0)}, 0), Findings{});
  EXPECT_EQ(CheckSnapshots({Stats(1, 1, 0), Stats(3, 1, 2), Stats(3, 1, 2)}, 3),
            Findings{});
}

TEST(Snapshots, ThatDoNotAddUpAreTold) {
  EXPECT_EQ(CheckSnapshots({Stats(2, 1, 1), Stats(2, 1, 2)}, 3),
            (Findings{"snapshot 1: expected threads = idle + busy, seen 2 "
                      "threads, 1 idle, 2 busy"}));
}

TEST(Snapshots, FiguresBelowZeroAreTold) {
  EXPECT_EQ(CheckSnapshots({Stats(1, -1, 2)}, 3),
            (Findings{"snapshot 0: expected no figure below 0, seen 1 threads, "
                      "-1 idle, 2 busy"}));
}

TEST(Snapshots, ThreadsAboveMaxAreTold) {
  EXPECT_EQ(CheckSnapshots({Stats(3, 2, 1)}, 2),
            (Findings{"snapshot 0: expected at most 2 threads, seen 3 threads, "
                      "2 idle, 1 busy"}));
}

TEST(Progress, MayStandStillButNotGoBack) {
  EXPECT_EQ(CheckProgress({}), Findings{});
  EXPECT_EQ(CheckProgress({Stats(0, 0, 0, 0, 5)}), Findings{});
  const PoolStats four = Stats(0, 0, 0, 0, 4);
  const PoolStats five = Stats(0, 0, 0, 0, 5);
  EXPECT_EQ(CheckProgress({four, four, five}), Findings{});
  EXPECT_EQ(CheckProgress({five, four}),
            (Findings{"snapshot 1: expected at least 5 completed tasks, as "
                      "before, seen 4"}));
}

TEST(Rest, WithinTheLimitsIsFine) {
  EXPECT_EQ(CheckRest(Stats(0, 0, 0), {0, 0}), Findings{});
  EXPECT_EQ(CheckRest(Stats(2, 2, 0), {2, 4}), Findings{});
  EXPECT_EQ(CheckRest(Stats(4, 4, 0), {2, 4}), Findings{});
}

TEST(Rest, WorkAndWorkersOutsideTheLimitsAreTold) {
  EXPECT_EQ(CheckRest(Stats(1, 0, 1, 3), {2, 4}),
            (Findings{"expected no backlog, seen 3",
                      "expected nobody to be busy, seen 1",
                      "expected 2 to 4 workers, seen 1"}));
  EXPECT_EQ(CheckRest(Stats(5, 5, 0), {2, 4}),
            (Findings{"expected 2 to 4 workers, seen 5"}));
}

}  // namespace
}  // namespace heddle::conformance
