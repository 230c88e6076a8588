// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/real_time_order.h"

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

TEST(RealTimeOrder, OneAfterTheOtherIsFineInThatOrder) {
  EXPECT_EQ(CheckRealTimeOrder({}), Findings{});
  EXPECT_EQ(CheckRealTimeOrder({{5, 6}}), Findings{});
  EXPECT_EQ(CheckRealTimeOrder({{1, 2}, {3, 4}, {5, 6}}), Findings{});
}

TEST(RealTimeOrder, TheOppositeOrderIsTold) {
  EXPECT_EQ(CheckRealTimeOrder({{3, 4}, {1, 2}}),
            (Findings{"at place 0: a call that began at tick 3, expected after "
                      "the one at place 1, which returned at tick 2"}));
}

TEST(RealTimeOrder, CallsThatOverlapMayComeInAnyOrder) {
  EXPECT_EQ(CheckRealTimeOrder({{1, 3}, {2, 4}}), Findings{});
  EXPECT_EQ(CheckRealTimeOrder({{2, 4}, {1, 3}}), Findings{});
  EXPECT_EQ(CheckRealTimeOrder({{2, 3}, {1, 4}}), Findings{});
  // The long one overlaps both of the short ones, which do not overlap.
  EXPECT_EQ(CheckRealTimeOrder({{2, 3}, {4, 5}, {1, 6}}), Findings{});
  EXPECT_EQ(CheckRealTimeOrder({{4, 5}, {1, 6}, {2, 3}}).size(), 1u);
}

TEST(RealTimeOrder, ItIsNotEnoughThatNeighboursAreFine) {
  // Each overlaps the next one, but the first and the last do not overlap.
  EXPECT_EQ(CheckRealTimeOrder({{5, 7}, {3, 6}, {1, 4}}),
            (Findings{"at place 0: a call that began at tick 5, expected after "
                      "the one at place 2, which returned at tick 4"}));
}

TEST(RealTimeOrder, ACallThatTookEffectTwiceIsNoInversion) {
  EXPECT_EQ(CheckRealTimeOrder({{1, 2}, {1, 2}}), Findings{});
}

}  // namespace
}  // namespace heddle::conformance
