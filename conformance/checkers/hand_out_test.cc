// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/hand_out.h"

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

TEST(HandOut, TheOrderOfSubmissionIsFine) {
  EXPECT_EQ(CheckHandOut({}), Findings{});
  EXPECT_EQ(CheckHandOut({0}), Findings{});
  EXPECT_EQ(CheckHandOut({0, 1, 2, 3}), Findings{});
}

TEST(HandOut, EachWrongPlaceIsTold) {
  EXPECT_EQ(CheckHandOut({0, 2, 1}),
            (Findings{"at place 1: expected task 1, seen task 2",
                      "at place 2: expected task 2, seen task 1"}));
  EXPECT_EQ(CheckHandOut({1}),
            (Findings{"at place 0: expected task 0, seen task 1"}));
}

TEST(HandOut, ATaskThatBeginsAgainTakesAnothersPlace) {
  EXPECT_EQ(CheckHandOut({0, 1, 1}),
            (Findings{"at place 2: expected task 2, seen task 1"}));
}

TEST(HandOut, TheFirstTogetherMayComeInAnyOrderTheRestNot) {
  EXPECT_EQ(CheckHandOut({1, 0, 2, 3}, 2), Findings{});
  EXPECT_EQ(CheckHandOut({2, 1, 0}, 3), Findings{});
  EXPECT_EQ(CheckHandOut({1, 0}, 5), Findings{});
  EXPECT_EQ(CheckHandOut({0, 2, 1, 3}, 2),
            (Findings{"among the first 2 to begin: expected task 1, seen task "
                      "2",
                      "at place 2: expected task 2, seen task 1"}));
  EXPECT_EQ(CheckHandOut({0, 1, 3, 2}, 2),
            (Findings{"at place 2: expected task 2, seen task 3",
                      "at place 3: expected task 3, seen task 2"}));
}

TEST(HandOut, NoneOrNegativeTogetherIsAsOne) {
  EXPECT_EQ(CheckHandOut({0, 1}, 0), Findings{});
  EXPECT_EQ(CheckHandOut({1, 0}, 0).size(), 2u);
  EXPECT_EQ(CheckHandOut({1, 0}, -1).size(), 2u);
}

TEST(Overtaking, NobodyOvertakesInTheOrderOfSubmission) {
  EXPECT_EQ(CheckOvertaking({}, 0), Findings{});
  EXPECT_EQ(CheckOvertaking({0}, 0), Findings{});
  EXPECT_EQ(CheckOvertaking({0, 1, 2}, 0), Findings{});
}

TEST(Overtaking, AsManyAsAllowedAreFineAndOneMoreIsNot) {
  EXPECT_EQ(CheckOvertaking({1, 0, 3, 2}, 1), Findings{});
  EXPECT_EQ(CheckOvertaking({0, 3, 1, 2}, 1),
            (Findings{"task 3: expected to overtake at most 1 earlier tasks, "
                      "seen 2"}));
  EXPECT_EQ(CheckOvertaking({2, 1, 0}, 1).size(), 1u);
  EXPECT_EQ(CheckOvertaking({2, 1, 0}, 0).size(), 2u);
}

TEST(Overtaking, ATaskThatHasNotBegunYetIsOvertakenToo) {
  EXPECT_EQ(CheckOvertaking({0, 2}, 0),
            (Findings{"task 2: expected to overtake at most 0 earlier tasks, "
                      "seen 1"}));
  EXPECT_EQ(CheckOvertaking({7}, 6).size(), 1u);
}

TEST(Overtaking, ATaskThatBeginsAgainCountsOnce) {
  EXPECT_EQ(CheckOvertaking({0, 0, 1}, 0), Findings{});
  EXPECT_EQ(CheckOvertaking({0, 0, 2}, 0).size(), 1u);
}

}  // namespace
}  // namespace heddle::conformance
