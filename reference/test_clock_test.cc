// SPDX-License-Identifier: Apache-2.0
#include "reference/test_clock.h"

#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "gtest/gtest.h"
#include "reference/errors.h"

namespace heddle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TestClockTest : public testing::Test {
 protected:
  // A timer that records `number`.
  DelayedCall Add(double delay, int number) {
    return clock_->CallLater(Seconds(delay),
                             [this, number] { ran_.push_back(number); });
  }

  std::optional<TestClock> clock_{std::in_place};
  std::vector<int> ran_;
};

TEST_F(TestClockTest, TimeMovesByAdvanceAlone) {
  EXPECT_EQ(clock_->Now(), Clock::Time());
  clock_->Advance(milliseconds(1500));
  EXPECT_EQ(clock_->Now(), Clock::Time(milliseconds(1500)));
  clock_->Advance(Seconds(0));
  EXPECT_EQ(clock_->Now(), Clock::Time(milliseconds(1500)));
  EXPECT_EQ(TestClock(Clock::Time(seconds(7))).Now(), Clock::Time(seconds(7)));
}

TEST_F(TestClockTest, TimersFireByDueTimeAndThenAsSubmitted) {
  for (int number = 0; number < 12; ++number) Add(2, number);
  Add(1, -1);
  Add(3, 99);
  clock_->Advance(Seconds(2));
  EXPECT_EQ(ran_, (std::vector{-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
}

TEST_F(TestClockTest, ATimerIsNotEarlyByATick) {
  Add(2, 1);
  clock_->Advance(seconds(2) - std::chrono::nanoseconds(1));
  EXPECT_TRUE(ran_.empty());
  clock_->Advance(std::chrono::nanoseconds(1));
  EXPECT_EQ(ran_, std::vector{1});
  clock_->Advance(Seconds(100));
  EXPECT_EQ(ran_, std::vector{1});
}

TEST_F(TestClockTest, TenthsOfSecondsAddUp) {
  Add(0.3, 1);
  for (int step = 0; step < 3; ++step) {
    EXPECT_TRUE(ran_.empty());
    clock_->Advance(Seconds(0.1));
  }
  EXPECT_EQ(ran_, std::vector{1});
}

TEST_F(TestClockTest, EveryTimerSeesTheTimeToWhichTheClockMoved) {
  Clock::Time seen;
  clock_->CallLater(Seconds(1), [&] { seen = clock_->Now(); });
  clock_->Advance(Seconds(5));
  EXPECT_EQ(seen, Clock::Time(seconds(5)));
}

TEST_F(TestClockTest, ATimerWithoutDelayThatATimerAddsIsCalledToo) {
  clock_->CallLater(Seconds(1), [this] {
    Add(0, 2);
    Add(0.5, 3);
  });
  Add(1, 1);
  clock_->Advance(Seconds(1));
  EXPECT_EQ(ran_, (std::vector{1, 2}));
  clock_->Advance(Seconds(0.5));
  EXPECT_EQ(ran_, (std::vector{1, 2, 3}));
}

TEST_F(TestClockTest, AnExceptionComesOutAndTheRestStaysPending) {
  DelayedCall thrower;
  Add(1, 1);
  thrower = clock_->CallLater(Seconds(1), [] { throw 42; });
  Add(1, 2);
  EXPECT_THROW(clock_->Advance(Seconds(1)), int);
  EXPECT_EQ(ran_, std::vector{1});
  EXPECT_EQ(clock_->Now(), Clock::Time(seconds(1)));
  EXPECT_THROW(thrower.Cancel(), AlreadyCalled);
  EXPECT_EQ(clock_->GetDelayedCalls().size(), 1u);
  clock_->Advance(Seconds(0));
  EXPECT_EQ(ran_, (std::vector{1, 2}));
}

TEST_F(TestClockTest, ATimerMayAdvanceTheClock) {
  clock_->CallLater(Seconds(1), [this] { clock_->Advance(Seconds(1)); });
  Add(2, 1);
  clock_->Advance(Seconds(1));
  EXPECT_EQ(ran_, std::vector{1});
  EXPECT_EQ(clock_->Now(), Clock::Time(seconds(2)));
}

TEST_F(TestClockTest, HandlesWorkAsThoseOfAReactor) {
  DelayedCall cancelled = Add(1, 1);
  DelayedCall moved = Add(2, 2);
  const DelayedCall last = Add(3, 3);
  cancelled.Cancel();
  moved.Reset(Seconds(4));
  EXPECT_EQ(moved.time(), Clock::Time(seconds(4)));
  EXPECT_EQ(clock_->GetDelayedCalls(), (std::vector{last, moved}));
  clock_->Advance(Seconds(3));
  moved.Delay(Seconds(-0.5));
  clock_->Advance(Seconds(0.5));
  EXPECT_EQ(ran_, (std::vector{3, 2}));
  EXPECT_THROW(cancelled.Cancel(), AlreadyCancelled);
}

TEST_F(TestClockTest, BadStepsAndDelaysAreRefusedAndChangeNothing) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  Add(kInfinity, 1);
  for (const double step : {-1.0, kNaN, kInfinity, 1e300}) {
    EXPECT_THROW(clock_->Advance(Seconds(step)), std::invalid_argument) << step;
  }
  EXPECT_THROW(Add(-1, 2), std::invalid_argument);
  EXPECT_THROW(Add(kNaN, 2), std::invalid_argument);
  EXPECT_THROW(clock_->CallLater(Seconds(1), std::function<void()>()),
               std::invalid_argument);
  EXPECT_EQ(clock_->Now(), Clock::Time());
  EXPECT_EQ(clock_->GetDelayedCalls().size(), 1u);
  clock_->Advance(Seconds(9e9));
  EXPECT_TRUE(ran_.empty()) << "infinity is never";
}

TEST_F(TestClockTest, ItsEndCancelsWhatIsPendingAndReleasesIt) {
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> watch = held;
  DelayedCall call = clock_->CallLater(Seconds(1), [held = std::move(held)] {});
  clock_.reset();
  EXPECT_TRUE(watch.expired());
  EXPECT_FALSE(call.active());
}

}  // namespace
}  // namespace heddle
