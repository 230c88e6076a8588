// SPDX-License-Identifier: Apache-2.0
#include "reference/backlog_bound.h"

#include <limits>

#include "gtest/gtest.h"

namespace heddle {
namespace {

TEST(BacklogBound, OfZeroIsNeverReached) {
  const BacklogBound bound(0);
  EXPECT_FALSE(bound.IsReached(0, 0, 0));
  EXPECT_FALSE(bound.IsReached(1'000'000, 4, 4));
}

TEST(BacklogBound, WithoutWorkersCountsEveryTaskThatWaits) {
  const BacklogBound bound(2);
  EXPECT_FALSE(bound.IsReached(1, 0, 0));
  EXPECT_TRUE(bound.IsReached(2, 0, 0));
  EXPECT_TRUE(bound.IsReached(3, 0, 0));
}

TEST(BacklogBound, DoesNotCountWhatAWorkerIsDueTo) {
  const BacklogBound bound(2);
  EXPECT_FALSE(bound.IsReached(0, 0, 3)) << "3 workers idle";
  EXPECT_FALSE(bound.IsReached(4, 0, 3)) << "3 are on their way, 1 waits";
  EXPECT_TRUE(bound.IsReached(5, 0, 3));
  EXPECT_FALSE(bound.IsReached(3, 1, 3));
  EXPECT_TRUE(bound.IsReached(4, 1, 3));
  EXPECT_TRUE(bound.IsReached(2, 3, 3)) << "all are busy";
}

TEST(BacklogBound, HoldsWhileMoreWorkersAreBusyThanThereMayBe) {
  const BacklogBound bound(1);
  EXPECT_FALSE(bound.IsReached(0, 5, 2));
  EXPECT_TRUE(bound.IsReached(1, 5, 2));
}

TEST(BacklogBound, MayBeAsLargeAsANumberCanBe) {
  const BacklogBound bound(std::numeric_limits<std::size_t>::max());
  EXPECT_FALSE(bound.IsReached(0, 0, 3));
  EXPECT_FALSE(bound.IsReached(1'000'000, 3, 3));
}

}  // namespace
}  // namespace heddle
