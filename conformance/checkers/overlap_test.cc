// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/overlap.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

// '(' begins, ')' ends.
std::vector<Mark> Marks(const std::string& text) {
  std::vector<Mark> marks;
  for (const char c : text) {
    marks.push_back(c == '(' ? Mark::kBegin : Mark::kEnd);
  }
  return marks;
}

TEST(Overlap, TheMostIsTheDeepest) {
  EXPECT_EQ(MostAtOnce(Marks("")), 0);
  EXPECT_EQ(MostAtOnce(Marks("()")), 1);
  EXPECT_EQ(MostAtOnce(Marks("()()()")), 1);
  EXPECT_EQ(MostAtOnce(Marks("()(()(()))")), 3);
}

TEST(Overlap, WhatHasNotEndedCounts) {
  EXPECT_EQ(MostAtOnce(Marks("((")), 2);
}

TEST(Overlap, AsManyAsAllowedAreFine) {
  EXPECT_EQ(CheckOverlap(Marks(""), 0), Findings{});
  EXPECT_EQ(CheckOverlap(Marks("()"), 1), Findings{});
  EXPECT_EQ(CheckOverlap(Marks("(()())"), 2), Findings{});
}

TEST(Overlap, OneMoreIsTold) {
  EXPECT_EQ(CheckOverlap(Marks("()(())"), 1),
            (Findings{"expected at most 1 at the same time, seen 2"}));
  EXPECT_EQ(CheckOverlap(Marks("("), 0),
            (Findings{"expected at most 0 at the same time, seen 1"}));
}

TEST(Overlap, AnEndWithoutABeginningIsTold) {
  EXPECT_EQ(
      CheckOverlap(Marks("())(("), 2),
      (Findings{"at place 2: an end, expected only after its beginning"}));
}

}  // namespace
}  // namespace heddle::conformance
