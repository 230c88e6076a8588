// SPDX-License-Identifier: Apache-2.0
//
// RL-27, RL-28: what a timer's handle can do, and when.
#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/log_capture.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/manual_reactor.h"
#include "gtest/gtest.h"
#include "reference/clock.h"
#include "reference/delayed_call.h"
#include "reference/errors.h"

namespace heddle::conformance {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using Order = std::vector<std::string>;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// What the three verbs of `call` throw is an E.
template <class E>
void ExpectAllThrow(DelayedCall call, const char* when) {
  EXPECT_THROW(call.Cancel(), E) << when;
  EXPECT_THROW(call.Reset(Seconds(1)), E) << when;
  EXPECT_THROW(call.Delay(Seconds(1)), E) << when;
}

RULE(RL_27, TheVerbsThrowAfterACancelAndAfterTheCall) {
  ManualReactor reactor;
  DelayedCall cancelled = reactor.Set(1, "cancelled");
  const DelayedCall called = reactor.Set(1, "called");
  cancelled.Cancel();
  ExpectAllThrow<AlreadyCancelled>(cancelled, "after the cancel");
  reactor.Advance(seconds(1));
  ExpectAllThrow<AlreadyCancelled>(cancelled, "after its time");
  ExpectAllThrow<AlreadyCalled>(called, "after the call");
  reactor.Advance(seconds(5));
  EXPECT_EQ(reactor.order(), Order{"called"});
}

RULE(RL_27, ATimerCountsAsCalledWhileItRunsAndWhenItThrows) {
  LogCapture log;
  ManualReactor reactor;
  DelayedCall call;
  reactor.Set(100, "another one");
  call = reactor->CallLater(seconds(1), [&] {
    reactor.Note("timer");
    if (call.active()) {
      ADD_FAILURE() << "it does not count as called while it runs";
    } else {
      ExpectAllThrow<AlreadyCalled>(call, "while it runs");
    }
    throw 42;
  });
  reactor.Advance(seconds(1));
  EXPECT_FALSE(call.active());
  ExpectAllThrow<AlreadyCalled>(call, "after it threw");
  EXPECT_EQ(reactor.order(), Order{"timer"});
  EXPECT_EQ(log.Count<int>(), 1);
}

RULE(RL_28, ResetCountsFromNow) {
  ManualReactor reactor;
  DelayedCall sooner = reactor.Set(10, "made sooner");
  DelayedCall later = reactor.Set(10, "made later");
  reactor.Set(5, "left alone");
  reactor.Advance(seconds(1));
  sooner.Reset(Seconds(2));
  later.Reset(Seconds(20));
  EXPECT_EQ(sooner.time(), Clock::Time(seconds(3)));
  EXPECT_EQ(later.time(), Clock::Time(seconds(21)));
  reactor.Advance(seconds(2));
  EXPECT_EQ(reactor.order(), Order{"made sooner"}) << "3 s after the start";
  reactor.Advance(seconds(8));
  EXPECT_EQ(reactor.order(), (Order{"made sooner", "left alone"}))
      << "11 s after the start";
  reactor.Advance(seconds(10) - nanoseconds(1));
  EXPECT_TRUE(later.active());
  reactor.Advance(nanoseconds(1));
  EXPECT_EQ(reactor.order(),
            (Order{"made sooner", "left alone", "made later"}));
}

// As in RL-26: a queue may treat them as one.
RULE(RL_28, OfManyThatAreDueThoseThatTheFirstMovesFireAtTheirNewTime) {
  constexpr int kTimers = 100;
  ManualReactor reactor;
  std::vector<DelayedCall> moved;
  Order expected = {"first"};
  Order expected_later;
  reactor->CallLater(seconds(1), [&] {
    reactor.Note("first");
    for (DelayedCall& timer : moved) timer.Delay(Seconds(1));
  });
  for (int number = 0; number < kTimers; ++number) {
    DelayedCall timer = reactor.Set(1, std::to_string(number));
    const bool stays = number % 3 == 1;
    (stays ? expected : expected_later).push_back(std::to_string(number));
    if (!stays) moved.push_back(std::move(timer));
  }
  reactor.Advance(seconds(1));
  EXPECT_EQ(reactor.order(), expected) << "which of many fired";
  reactor.Advance(seconds(1));
  expected.insert(expected.end(), expected_later.begin(), expected_later.end());
  EXPECT_EQ(reactor.order(), expected) << "which of many fired in the end";
}

RULE(RL_28, DelayShiftsTheDueTimeAlsoBack) {
  ManualReactor reactor;
  DelayedCall forth = reactor.Set(10, "shifted forth");
  DelayedCall back = reactor.Set(10, "shifted back");
  DelayedCall past = reactor.Set(10, "shifted into the past");
  reactor.Advance(seconds(1));
  forth.Delay(Seconds(5));
  back.Delay(Seconds(-5));
  past.Delay(Seconds(-20));
  EXPECT_EQ(forth.time(), Clock::Time(seconds(15)));
  EXPECT_EQ(back.time(), Clock::Time(seconds(5)));
  EXPECT_EQ(past.time(), Clock::Time(seconds(-10)));
  reactor->Iterate();
  EXPECT_EQ(reactor.order(), Order{"shifted into the past"});
  reactor.Advance(seconds(4));
  reactor.Advance(seconds(9));
  EXPECT_EQ(reactor.order(),
            (Order{"shifted into the past", "shifted back"}));
  reactor.Advance(seconds(1));
  EXPECT_EQ(reactor.order(), (Order{"shifted into the past", "shifted back",
                                    "shifted forth"}));
}

RULE(RL_28, ActiveEndsWithTheCallOrTheCancel) {
  ManualReactor reactor;
  DelayedCall cancelled = reactor.Set(1, "cancelled");
  const DelayedCall called = reactor.Set(1, "called");
  EXPECT_TRUE(cancelled.active());
  EXPECT_TRUE(called.active());
  cancelled.Cancel();
  EXPECT_FALSE(cancelled.active());
  reactor.Advance(seconds(1));
  EXPECT_FALSE(called.active());
  EXPECT_EQ(called.time(), Clock::Time(seconds(1)));
}

RULE(RL_28, BadDelaysAreRefusedAndChangeNothing) {
  ManualReactor reactor;
  DelayedCall call = reactor.Set(1, "timer");
  EXPECT_THROW(call.Reset(Seconds(-1)), std::invalid_argument);
  EXPECT_THROW(call.Reset(Seconds(kNaN)), std::invalid_argument);
  EXPECT_THROW(call.Delay(Seconds(kNaN)), std::invalid_argument);
  EXPECT_EQ(call.time(), Clock::Time(seconds(1)));
  EXPECT_TRUE(call.active());
}

}  // namespace
}  // namespace heddle::conformance
