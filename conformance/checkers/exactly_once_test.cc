// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/exactly_once.h"

#include <atomic>
#include <deque>

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

TEST(ExactlyOnce, AllOnceInAnyOrderIsFine) {
  EXPECT_EQ(CheckExactlyOnce({}, 0), Findings{});
  EXPECT_EQ(CheckExactlyOnce({0}, 1), Findings{});
  EXPECT_EQ(CheckExactlyOnce({2, 0, 1}, 3), Findings{});
}

TEST(ExactlyOnce, WhatIsMissingIsLost) {
  EXPECT_EQ(CheckExactlyOnce({}, 1),
            (Findings{"lost: number 0, expected once, seen 0 times"}));
  EXPECT_EQ(CheckExactlyOnce({0, 2}, 3),
            (Findings{"lost: number 1, expected once, seen 0 times"}));
}

TEST(ExactlyOnce, WhatComesAgainIsDuplicated) {
  EXPECT_EQ(CheckExactlyOnce({1, 0, 1, 1}, 2),
            (Findings{"duplicated: number 1, expected once, seen 3 times"}));
}

TEST(ExactlyOnce, ALossDoesNotMakeUpForADuplicate) {
  EXPECT_EQ(CheckExactlyOnce({0, 0}, 2).size(), 2u);
}

TEST(ExactlyOnce, WhatNobodySentIsUnknown) {
  EXPECT_EQ(CheckExactlyOnce({0, 1, -1}, 1),
            (Findings{"unknown: number 1, expected none but 0 to 0",
                      "unknown: number -1, expected none but 0 to 0"}));
  EXPECT_EQ(CheckExactlyOnce({0}, 0).size(), 1u);
}

TEST(EachOnce, CountsAreChecked) {
  EXPECT_EQ(CheckEachOnce(std::vector<int>{}), Findings{});
  EXPECT_EQ(CheckEachOnce(std::vector<int>{1, 1}), Findings{});
  EXPECT_EQ(CheckEachOnce(std::vector<int>{1, 0, 2}),
            (Findings{"lost: number 1, expected once, seen 0 times",
                      "duplicated: number 2, expected once, seen 2 times"}));
}

TEST(EachOnce, CountersAreLoaded) {
  std::deque<std::atomic<int>> counters(2);
  counters[0] = 1;
  EXPECT_EQ(CheckEachOnce(counters),
            (Findings{"lost: number 1, expected once, seen 0 times"}));
}

}  // namespace
}  // namespace heddle::conformance
