// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/kept_outcome.h"
#include "reference/recorded_log.h"
#include "reference/test_clock.h"

namespace heddle {
namespace {

class DeferredTimeoutTest : public testing::Test {
 protected:
  std::size_t timers() const { return clock_.GetDelayedCalls().size(); }
  void Advance(double seconds) { clock_.Advance(Seconds(seconds)); }

  RecordedLog log_;
  TestClock clock_;
};

TEST_F(DeferredTimeoutTest, CancelsAfterTheLimitAndSaysWhichItWas) {
  int cancels = 0;
  Deferred<int> deferred([&](Deferred<int>&) { ++cancels; });
  const auto result = Keep(deferred.AddTimeout(Seconds(2.5), clock_));
  Advance(2);
  EXPECT_EQ(cancels, 0);
  Advance(0.5);
  EXPECT_EQ(cancels, 1);
  ASSERT_TRUE(result.Failed<TimeoutError>());
  EXPECT_NE(result.failure().Describe().find("2.5 s"), std::string::npos)
      << result.failure().Describe();
  EXPECT_EQ(timers(), 0u);
}

TEST_F(DeferredTimeoutTest, IgnoresTheLateResultOfOneWithoutACanceller) {
  Deferred<int> deferred;
  const auto result = Keep(deferred.AddTimeout(Seconds(1), clock_));
  Advance(1);
  EXPECT_TRUE(result.Failed<TimeoutError>());
  EXPECT_NO_THROW(deferred.Callback(1));
}

TEST_F(DeferredTimeoutTest, AResultInTimeEndsTheLimit) {
  Deferred<std::unique_ptr<int>> deferred;
  const auto result = Keep(deferred.AddTimeout(Seconds(1), clock_));
  EXPECT_EQ(timers(), 1u);
  deferred.Callback(std::make_unique<int>(3));
  EXPECT_EQ(timers(), 0u);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(*result.value(), 3);

  Deferred<void> failing;
  const auto failure = Keep(failing.AddTimeout(Seconds(1), clock_));
  failing.Errback(std::runtime_error("in time"));
  EXPECT_EQ(timers(), 0u);
  EXPECT_TRUE(failure.Failed<std::runtime_error>());
}

TEST_F(DeferredTimeoutTest, LeavesAloneWhatComesAfterIt) {
  int cancels = 0;
  Deferred<int> inner([&](Deferred<int>&) { ++cancels; });
  Deferred<int> deferred;
  deferred.AddTimeout(Seconds(1), clock_).AddCallback([&](int) {
    return inner;
  });
  deferred.Callback(1);
  Advance(2);
  EXPECT_EQ(cancels, 0);
}

TEST_F(DeferredTimeoutTest, CancelsWhatAnEarlierCallbackWaitsFor) {
  Deferred<int> inner;
  Deferred<int> deferred;
  const auto result = Keep(deferred.AddCallback([&](int) { return inner; })
                               .AddTimeout(Seconds(1), clock_));
  deferred.Callback(1);
  Advance(1);
  EXPECT_TRUE(inner.called());
  EXPECT_TRUE(result.Failed<TimeoutError>());
}

TEST_F(DeferredTimeoutTest, AnEarlierErrbackMayAbsorbTheCancellation) {
  Deferred<int> deferred;
  bool cancelled = false;
  const auto result = Keep(deferred
                               .AddErrback([&](const Failure& failure) {
                                 cancelled = failure.Check<CancelledError>();
                                 return 7;
                               })
                               .AddTimeout(Seconds(1), clock_));
  Advance(1);
  EXPECT_TRUE(cancelled);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value(), 7);
}

TEST_F(DeferredTimeoutTest, WhatTheCancellerSuppliesGoesThrough) {
  Deferred<int> by_value([](Deferred<int>& self) { self.Callback(8); });
  const auto value = Keep(by_value.AddTimeout(Seconds(1), clock_));
  Deferred<int> by_error(
      [](Deferred<int>& self) { self.Errback(std::runtime_error("own")); });
  const auto error = Keep(by_error.AddTimeout(Seconds(1), clock_));
  Advance(1);
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value.value(), 8);
  EXPECT_TRUE(error.Failed<std::runtime_error>());
  EXPECT_FALSE(error.Failed<TimeoutError>());
}

TEST_F(DeferredTimeoutTest, ATranslatorIsCalledOnTimeoutOnly) {
  std::vector<double> limits;
  const auto translate = [&](Outcome<int> outcome, Seconds limit) {
    limits.push_back(limit.count());
    return outcome.ok() ? outcome.value() + 100 : -1;
  };
  Deferred<int> in_time;
  const auto value = Keep(in_time.AddTimeout(Seconds(1), clock_, translate));
  in_time.Callback(5);
  EXPECT_EQ(value.value(), 5);
  Deferred<int> cancelled;
  const auto failure =
      Keep(cancelled.AddTimeout(Seconds(1), clock_, translate));
  cancelled.Cancel();
  EXPECT_TRUE(failure.Failed<CancelledError>());
  EXPECT_TRUE(limits.empty());

  Deferred<int> late;
  const auto translated = Keep(late.AddTimeout(Seconds(2), clock_, translate));
  Deferred<int> fired([](Deferred<int>& self) { self.Callback(1); });
  const auto shifted = Keep(fired.AddTimeout(Seconds(3), clock_, translate));
  Advance(3);
  EXPECT_EQ(translated.value(), -1);
  EXPECT_EQ(shifted.value(), 101);
  EXPECT_EQ(limits, (std::vector{2.0, 3.0}));
}

TEST_F(DeferredTimeoutTest, ATranslatorMayReturnWhateverACallbackMay) {
  using Text = std::unique_ptr<std::string>;
  Deferred<Text> to_value;
  const auto value =
      Keep(to_value.AddTimeout(Seconds(1), clock_, [](Outcome<Text>, Seconds) {
        return std::make_unique<std::string>("x");
      }));
  Deferred<Text> to_failure;
  const auto failure = Keep(
      to_failure.AddTimeout(Seconds(1), clock_, [](Outcome<Text>, Seconds) {
        return Failure::Of(std::out_of_range("returned"));
      }));
  Deferred<void> to_throw;
  const auto thrown =
      Keep(to_throw.AddTimeout(Seconds(1), clock_, [](Outcome<void>, Seconds) {
        throw std::length_error("thrown");
      }));
  Deferred<Text> further;
  Deferred<Text> to_deferred;
  const auto waited = Keep(to_deferred.AddTimeout(
      Seconds(1), clock_, [&](Outcome<Text>, Seconds) { return further; }));
  Advance(1);
  EXPECT_EQ(*value.value(), "x");
  EXPECT_TRUE(failure.Failed<std::out_of_range>());
  EXPECT_TRUE(thrown.Failed<std::length_error>());
  EXPECT_FALSE(waited.come());
  further.Callback(std::make_unique<std::string>("y"));
  EXPECT_EQ(*waited.value(), "y");
}

TEST_F(DeferredTimeoutTest, CancellingByHandStaysCancelledAndRemovesTheTimer) {
  Deferred<int> deferred;
  const auto result = Keep(deferred.AddTimeout(Seconds(1), clock_));
  deferred.Cancel();
  EXPECT_TRUE(result.Failed<CancelledError>());
  EXPECT_EQ(timers(), 0u);
}

TEST_F(DeferredTimeoutTest, TheShortestOfSeveralLimitsWins) {
  Deferred<int> deferred;
  const auto result = Keep(deferred.AddTimeout(Seconds(3), clock_)
                               .AddTimeout(Seconds(1), clock_)
                               .AddTimeout(Seconds(2), clock_));
  EXPECT_EQ(timers(), 3u);
  Advance(1);
  ASSERT_TRUE(result.Failed<TimeoutError>());
  EXPECT_NE(result.failure().Describe().find(" 1 s"), std::string::npos);
  EXPECT_EQ(timers(), 0u);
}

TEST_F(DeferredTimeoutTest, AFiredDeferredKeepsNoTimer) {
  const auto result = Keep(Succeed(1).AddTimeout(Seconds(1), clock_));
  EXPECT_EQ(timers(), 0u);
  EXPECT_EQ(result.value(), 1);
}

TEST_F(DeferredTimeoutTest, AThrowingCancellerTimesOutAllTheSame) {
  Deferred<int> deferred([](Deferred<int>&) { throw std::runtime_error("x"); });
  const auto result = Keep(deferred.AddTimeout(Seconds(1), clock_));
  Advance(1);
  EXPECT_TRUE(result.Failed<TimeoutError>());
  EXPECT_EQ(log_.records().size(), 1u);
}

TEST_F(DeferredTimeoutTest, APausedDeferredTimesOutWhenItGoesOn) {
  Deferred<int> deferred;
  const auto result = Keep(deferred.AddTimeout(Seconds(1), clock_));
  deferred.Pause();
  Advance(1);
  EXPECT_FALSE(result.come());
  deferred.Unpause();
  EXPECT_TRUE(result.Failed<TimeoutError>());
}

TEST_F(DeferredTimeoutTest, TheTimerKeepsADeferredThatEverybodyDropped) {
  int cancels = 0;
  KeptOutcome<int> result;
  {
    Deferred<int> deferred([&](Deferred<int>&) { ++cancels; });
    result = Keep(deferred.AddTimeout(Seconds(1), clock_));
  }
  Advance(1);
  EXPECT_EQ(cancels, 1);
  EXPECT_TRUE(result.Failed<TimeoutError>());
  EXPECT_TRUE(result.alone()) << "the callbacks were kept";
}

TEST_F(DeferredTimeoutTest, ASchedulerThatGoesTakesTheLimitWithIt) {
  const auto captured = std::make_shared<int>();
  {
    TestClock gone;
    Deferred<int>([captured](Deferred<int>&) {}).AddTimeout(Seconds(1), gone);
    EXPECT_EQ(captured.use_count(), 2);
  }
  EXPECT_EQ(captured.use_count(), 1) << "a dropped Deferred was kept";

  std::optional<TestClock> gone(std::in_place);
  Deferred<int> deferred;
  const auto result = Keep(deferred.AddTimeout(Seconds(1), *gone));
  gone.reset();
  deferred.Callback(4);
  EXPECT_EQ(result.value(), 4);
}

TEST_F(DeferredTimeoutTest, RefusesBadLimitsWithNothingChanged) {
  Deferred<int> deferred;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto translate = [](Outcome<int>, Seconds) { return 0; };
  for (const double limit : {-1.0, nan}) {
    EXPECT_THROW(deferred.AddTimeout(Seconds(limit), clock_),
                 std::invalid_argument);
    EXPECT_THROW(deferred.AddTimeout(Seconds(limit), clock_, translate),
                 std::invalid_argument);
  }
  try {
    deferred.AddTimeout(Seconds(-1), clock_);
    FAIL();
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("AddTimeout"), std::string::npos) << text;
    EXPECT_NE(text.find("-1"), std::string::npos) << text;
  }
  EXPECT_THROW(deferred.AddTimeout(Seconds(1), clock_,
                                   std::function<int(Outcome<int>, Seconds)>()),
               std::invalid_argument);
  EXPECT_EQ(timers(), 0u);
  const auto result = Keep(deferred);
  deferred.Callback(1);
  EXPECT_EQ(result.value(), 1);
}

TEST_F(DeferredTimeoutTest, RefusesAHandleThatIsNotAtTheTailBeforeAnyTimer) {
  Deferred<int> deferred;
  deferred.AddCallback([](int) {});
  EXPECT_THROW(deferred.AddTimeout(Seconds(1), clock_), std::logic_error);
  Deferred<int> moved_to = std::move(deferred);
  EXPECT_THROW(deferred.AddTimeout(Seconds(1), clock_), std::logic_error);
  EXPECT_EQ(timers(), 0u);
}

TEST_F(DeferredTimeoutTest, AnInfiniteLimitIsNone) {
  Deferred<int> deferred;
  const auto result = Keep(deferred.AddTimeout(
      Seconds(std::numeric_limits<double>::infinity()), clock_));
  Advance(1e9);
  EXPECT_FALSE(deferred.called());
  deferred.Callback(1);
  EXPECT_EQ(result.value(), 1);
  EXPECT_EQ(timers(), 0u);
}

}  // namespace
}  // namespace heddle
