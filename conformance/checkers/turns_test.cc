// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/turns.h"

#include <stdexcept>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

constexpr int kOutside = Step::kFromOutside;
constexpr StepKind kCall = StepKind::kCall;
constexpr StepKind kTimer = StepKind::kTimer;
constexpr StepKind kDescriptor = StepKind::kDescriptor;

TEST(Turns, NothingOrOneStepIsFine) {
  EXPECT_EQ(CheckTurns({}, {}), Findings{});
  EXPECT_EQ(CheckTurns({{kTimer, kOutside}}, {0}), Findings{});
}

TEST(Turns, InATurnCallsPrecedeTimersAndThesePrecedeDescriptors) {
  const std::vector<Step> made = {
      {kDescriptor, kOutside}, {kTimer, kOutside}, {kCall, kOutside}};
  EXPECT_EQ(CheckTurns(made, {2, 1, 0}), Findings{});
  EXPECT_EQ(CheckTurns(made, {1, 2, 0}),
            (Findings{"expected call 2 of turn 0 before timer 1 of turn 0, "
                      "seen directly after it"}));
  EXPECT_EQ(CheckTurns(made, {2, 0, 1}).size(), 1u);
  EXPECT_EQ(CheckTurns(made, {0, 1, 2}).size(), 2u);
}

TEST(Turns, CallsAndTimersOfATurnRunAsMadeDescriptorsInAnyOrder) {
  EXPECT_EQ(CheckTurns({{kCall, kOutside}, {kCall, kOutside}}, {1, 0}).size(),
            1u);
  EXPECT_EQ(CheckTurns({{kTimer, kOutside}, {kTimer, kOutside}}, {1, 0}).size(),
            1u);
  EXPECT_EQ(CheckTurns({{kDescriptor, kOutside}, {kDescriptor, kOutside}},
                       {1, 0}),
            Findings{});
}

TEST(Turns, ACallMadeByACallWaitsForTheNextTurn) {
  const std::vector<Step> made = {
      {kCall, kOutside}, {kTimer, kOutside}, {kCall, 0}};
  EXPECT_EQ(CheckTurns(made, {0, 1, 2}), Findings{});
  EXPECT_EQ(CheckTurns(made, {0, 2, 1}),
            (Findings{"expected timer 1 of turn 0 before call 2 of turn 1, "
                      "seen directly after it"}));
}

TEST(Turns, ATimerMadeByACallIsOfTheSameTurnOneMadeByATimerIsNot) {
  const std::vector<Step> made = {{kCall, kOutside}, {kDescriptor, kOutside},
                                  {kTimer, 0},       {kTimer, 2},
                                  {kCall, 2}};
  EXPECT_EQ(CheckTurns(made, {0, 2, 1, 4, 3}), Findings{});
  EXPECT_EQ(CheckTurns(made, {0, 1, 2, 4, 3}).size(), 1u) << "too late";
  EXPECT_EQ(CheckTurns(made, {0, 2, 3, 1, 4}).size(), 1u) << "too early";
}

TEST(Turns, WhatRunsNeverOrTwiceIsTold) {
  EXPECT_EQ(CheckTurns({{kCall, kOutside}}, {}),
            (Findings{"lost: number 0, expected once, seen 0 times"}));
  EXPECT_EQ(CheckTurns({{kCall, kOutside}}, {0, 0}).size(), 1u);
  EXPECT_EQ(CheckTurns({}, {0}).size(), 1u);
}

TEST(Turns, AMakerThatIsMadeLaterIsAMistakeOfTheCaller) {
  EXPECT_THROW(CheckTurns({{kCall, 0}}, {0}), std::out_of_range);
}

}  // namespace
}  // namespace heddle::conformance
