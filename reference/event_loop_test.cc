// SPDX-License-Identifier: Apache-2.0
#include "reference/event_loop.h"

#include <chrono>
#include <limits>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace heddle {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

class EventLoopTest : public testing::Test {
 protected:
  void Post(Task call) {
    EXPECT_TRUE(loop_.calls().Post(std::move(call)).accepted());
  }
  void CallLater(int delay, Task call) {
    loop_.timers().Add(seconds(delay), std::move(call));
  }
  Task Record(int number) {
    return [this, number] { ran_.push_back(number); };
  }

  ManualClock clock_;
  EventLoop loop_{clock_};
  std::vector<int> ran_;
};

TEST_F(EventLoopTest, ThreadCallsGoBeforeTimers) {
  CallLater(0, Record(2));
  Post(Record(1));
  loop_.RunUntilCurrent();
  EXPECT_EQ(ran_, (std::vector{1, 2}));
}

TEST_F(EventLoopTest, WhatIsCalledFromWhereDecidesOnTheIteration) {
  Post([this] {
    CallLater(0, Record(1));  // now
    Post(Record(2));          // next time
  });
  CallLater(0, [this] {
    CallLater(0, Record(4));  // next time
    Post(Record(3));          // next time
  });
  loop_.RunUntilCurrent();
  EXPECT_EQ(ran_, (std::vector{1}));
  loop_.RunUntilCurrent();
  EXPECT_EQ(ran_, (std::vector{1, 2, 3, 4}));
}

// Each of these would hang if the loop slept.
TEST_F(EventLoopTest, PollDoesNotSleepWhenSomethingIsToBeDone) {
  Post(Record(1));
  loop_.Poll(std::nullopt);
  loop_.RunUntilCurrent();
  CallLater(0, Record(2));
  loop_.Poll(std::nullopt);
  loop_.RunUntilCurrent();
  loop_.calls().WakeUp();
  loop_.Poll(std::nullopt);
  loop_.RunUntilCurrent();
  loop_.Poll(clock_.Now());
  EXPECT_EQ(ran_, (std::vector{1, 2}));
}

TEST(PollMillisecondsTest, RoundsUpClampsAndKnowsForEver) {
  const Clock::Time now(seconds(10));
  EXPECT_EQ(PollMilliseconds(now, std::nullopt), -1);
  EXPECT_EQ(PollMilliseconds(now, now - seconds(1)), 0);
  EXPECT_EQ(PollMilliseconds(now, now), 0);
  EXPECT_EQ(PollMilliseconds(now, now + nanoseconds(1)), 1);
  EXPECT_EQ(PollMilliseconds(now, now + seconds(1)), 1000);
  EXPECT_EQ(PollMilliseconds(now, now + seconds(1) + nanoseconds(1)), 1001);
  constexpr int kLongest = std::numeric_limits<int>::max();
  EXPECT_EQ(PollMilliseconds(now, now + seconds(3'000'000)), kLongest);
  EXPECT_EQ(PollMilliseconds(now, Clock::Time::max()), kLongest);
}

TEST(SleepDeadlineTest, IsExactClampsAndKnowsForEver) {
  using std::chrono::steady_clock;
  const Clock::Time now(seconds(10));
  EXPECT_EQ(SleepDeadline(now, std::nullopt), std::nullopt);
  for (const nanoseconds wait : {nanoseconds(1), nanoseconds(seconds(1))}) {
    const steady_clock::time_point before = steady_clock::now();
    const auto deadline = SleepDeadline(now, now + wait);
    EXPECT_GE(deadline, before + wait);
    EXPECT_LE(deadline, steady_clock::now() + wait);
  }
  const steady_clock::time_point latest =
      steady_clock::now() + std::chrono::hours(25);
  EXPECT_LT(SleepDeadline(now, Clock::Time::max()), latest);
  EXPECT_LT(SleepDeadline(Clock::Time(), Clock::Time::max()), latest);
}

}  // namespace
}  // namespace heddle
