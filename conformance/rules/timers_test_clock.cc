// SPDX-License-Identifier: Apache-2.0
//
// RL-36: the clock for tests.
#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "conformance/kit/chance.h"
#include "conformance/kit/rule.h"
#include "gtest/gtest.h"
#include "reference/clock.h"
#include "reference/delayed_call.h"
#include "reference/errors.h"
#include "reference/test_clock.h"

namespace heddle::conformance {
namespace {

using std::chrono::seconds;

RULE(RL_36, AdvanceFiresWhatIsDueByTimeAndThenAsSubmitted) {
  constexpr int kTimers = 100;
  TestClock clock;
  const Chance chance(kTimers, "0 of 40 runs with mutant rl_36_unstable_order");
  RandomNumbers random = chance.Numbers();
  std::vector<std::pair<int, int>> expected;
  std::vector<std::pair<int, int>> order;
  for (int number = 0; number < kTimers; ++number) {
    const int delay = random.Between(1, 5);
    if (delay <= 4) expected.emplace_back(delay, number);
    clock.CallLater(seconds(delay), [&order, delay, number] {
      order.emplace_back(delay, number);
    });
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_TRUE(order.empty());
  clock.Advance(seconds(4));
  EXPECT_EQ(clock.Now(), Clock::Time(seconds(4)));
  EXPECT_EQ(order, expected) << "pairs of delay and number";
}

RULE(RL_36, AdvanceFiresTimersWithoutDelayThatAreAddedMeanwhile) {
  TestClock clock;
  std::vector<int> order;
  const auto note = [&](int number) { order.push_back(number); };
  clock.CallLater(seconds(1), [&] {
    note(1);
    clock.CallLater(seconds(0), [&] {
      note(3);
      clock.CallLater(seconds(0), note, 4);
    });
    clock.CallLater(seconds(1), note, 5);
  });
  clock.CallLater(seconds(1), note, 2);
  clock.Advance(seconds(1));
  EXPECT_EQ(order, (std::vector{1, 2, 3, 4})) << "what one Advance() fired";
  clock.Advance(seconds(1));
  EXPECT_EQ(order, (std::vector{1, 2, 3, 4, 5}));
}

RULE(RL_36, AdvanceLetsExceptionsOutWithTheRestStillPending) {
  TestClock clock;
  std::vector<int> order;
  const auto note = [&](int number) { order.push_back(number); };
  clock.CallLater(seconds(1), note, 1);
  DelayedCall thrower = clock.CallLater(seconds(1), [] { throw 42; });
  const DelayedCall rest = clock.CallLater(seconds(1), note, 2);
  EXPECT_THROW(clock.Advance(seconds(1)), int);
  EXPECT_EQ(order, std::vector{1});
  EXPECT_THROW(thrower.Cancel(), AlreadyCalled);
  EXPECT_TRUE(rest.active()) << "the rest is lost";
  clock.Advance(seconds(0));
  EXPECT_EQ(order, (std::vector{1, 2})) << "the next Advance() did not go on";
}

}  // namespace
}  // namespace heddle::conformance
