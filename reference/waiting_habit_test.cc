// SPDX-License-Identifier: Apache-2.0
#include "reference/waiting_habit.h"

#include <chrono>
#include <string_view>

#include "gtest/gtest.h"

namespace heddle {
namespace {

using std::chrono::microseconds;

// "s" for a wait of half the longest, "l" for one of twice as long.
WaitingHabit After(std::string_view waits) {
  const microseconds longest(50);
  WaitingHabit habit(longest);
  for (const char wait : waits) {
    habit.Learn(wait == 's' ? longest / 2 : 2 * longest);
  }
  return habit;
}

TEST(WaitingHabitTest, WaitsAwakeUntilItKnowsBetter) {
  EXPECT_TRUE(After("").WaitsAwake());
  EXPECT_FALSE(After("l").WaitsAwake());
}

TEST(WaitingHabitTest, WaitsAwakeForOneThatComesAsItHasToBe) {
  WaitingHabit habit(microseconds(50));
  habit.Learn(microseconds(50));
  EXPECT_FALSE(habit.WaitsAwake());
  habit.Learn(microseconds(50) - std::chrono::nanoseconds(1));
  EXPECT_TRUE(habit.WaitsAwake());
}

TEST(WaitingHabitTest, SleepsAfterARowOfPausesAndNotForEver) {
  EXPECT_FALSE(After("ssssssll").WaitsAwake());
  EXPECT_TRUE(After("ssssssl").WaitsAwake());
  EXPECT_TRUE(After("lllllllls").WaitsAwake());
}

TEST(WaitingHabitTest, WaitsAwakeForPairsWithAPauseAfterEach) {
  EXPECT_TRUE(After("slslslsl").WaitsAwake());
  EXPECT_TRUE(After("llllslslsls").WaitsAwake());
}

}  // namespace
}  // namespace heddle
