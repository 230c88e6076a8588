// SPDX-License-Identifier: Apache-2.0
//
// RL-23 to RL-26, RL-29, RL-30: when timers fire, and the list of them.
#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/kit/chance.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/manual_reactor.h"
#include "gtest/gtest.h"
#include "reference/clock.h"
#include "reference/delayed_call.h"
#include "reference/reactor.h"

namespace heddle::conformance {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using Order = std::vector<std::string>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

RULE(RL_23, ATimerRunsOnceOnTheReactorThreadWithItsArguments) {
  History<int> runs("the timer to run");
  std::thread::id thread;
  RunningReactor reactor;
  reactor.Do([&] {
    reactor->CallLater(
        Seconds(0.001),
        [&](int first, const std::string& second) {
          thread = std::this_thread::get_id();
          runs.Add(first + static_cast<int>(second.size()));
        },
        40, "ab");
  });
  EXPECT_EQ(runs.Await(1)[0], 42);
  EXPECT_EQ(thread, reactor.thread());
  reactor.Do([&] { EXPECT_TRUE(reactor->GetDelayedCalls().empty()); });
  reactor.Stop();
  EXPECT_EQ(runs.entries().size(), 1u);
}

RULE(RL_23, ATimerIsNeverEarlyByTheReactorsClock) {
  ManualReactor reactor;
  reactor.Set(2, "timer");
  reactor.Advance(seconds(2) - nanoseconds(1));
  EXPECT_EQ(reactor.order(), Order{}) << "a timer was early";
  reactor.Advance(nanoseconds(1));
  EXPECT_EQ(reactor.order(), Order{"timer"});
  reactor.Advance(seconds(10));
  EXPECT_EQ(reactor.order(), Order{"timer"}) << "it ran twice";
}

RULE(RL_23, ATimerIsNeverEarlyByRealTime) {
  using std::chrono::steady_clock;
  constexpr int kTimers = 50;
  const Chance chance(kTimers);
  RandomNumbers random = chance.Numbers();
  int fired = 0;
  int early = 0;
  Reactor reactor(SubjectOptions());
  for (int timer = 0; timer < kTimers; ++timer) {
    const std::chrono::microseconds delay(random.Below(5000));
    const steady_clock::time_point set = steady_clock::now();
    reactor.CallLater(delay, [&, delay, set] {
      if (steady_clock::now() < set + delay) ++early;
      if (++fired == kTimers) reactor.Stop();
    });
  }
  RunHere(reactor);
  EXPECT_EQ(fired, kTimers);
  EXPECT_EQ(early, 0) << "timers that were early";
}

RULE(RL_23, BadDelaysAreRefusedAndInfinityIsNever) {
  ManualReactor reactor;
  for (const double delay : {-1.0, -1e-9, -kInfinity, kNaN}) {
    EXPECT_THROW(reactor.Set(delay, "refused"), std::invalid_argument)
        << delay;
  }
  EXPECT_TRUE(reactor->GetDelayedCalls().empty());
  const DelayedCall never = reactor.Set(kInfinity, "never");
  EXPECT_TRUE(never.active());
  reactor.Advance(std::chrono::hours(24 * 365 * 250));
  EXPECT_EQ(reactor.order(), Order{});
  EXPECT_TRUE(never.active());
}

RULE(RL_24, TimersFireByDueTimeAndEqualOnesAsSubmitted) {
  constexpr int kTimers = 100;
  ManualReactor reactor;
  const Chance chance(kTimers,
                      "0 of 40 runs with mutant rl_24_a_heap_by_time_alone");
  RandomNumbers random = chance.Numbers();
  std::vector<std::pair<int, int>> expected;
  std::vector<std::pair<int, int>> order;
  for (int number = 0; number < kTimers; ++number) {
    const int delay = random.Between(1, 5);
    expected.emplace_back(delay, number);
    reactor->CallLater(seconds(delay), [&order, delay, number] {
      order.emplace_back(delay, number);
    });
  }
  std::sort(expected.begin(), expected.end());
  reactor.Advance(seconds(5));
  EXPECT_EQ(order, expected) << "pairs of delay and number";
}

RULE(RL_25, TheClockIsReadOnceATimerPhase) {
  ManualReactor reactor;
  reactor->CallLater(seconds(1), [&] {
    reactor.Note("slow timer");
    MustCall(*reactor, [&] { reactor.Note("call"); });
    reactor.clock().Advance(seconds(5));
  });
  reactor.Set(2, "due meanwhile");
  reactor.Advance(seconds(1));
  EXPECT_EQ(reactor.order(), Order{"slow timer"})
      << "what ran in one timer phase";
  reactor->Iterate();
  EXPECT_EQ(reactor.order(), (Order{"slow timer", "call", "due meanwhile"}));
}

RULE(RL_26, ACancelledTimerNeverFires) {
  LogCapture log;
  ManualReactor reactor;
  DelayedCall ahead = reactor.Set(1, "cancelled ahead");
  DelayedCall sooner;
  DelayedCall same;
  reactor->CallLater(seconds(1), [&] {
    reactor.Note("canceller");
    sooner.Cancel();
    same.Cancel();
  });
  same = reactor.Set(1, "cancelled by an equal one");
  sooner = reactor.Set(2, "cancelled by an earlier one");
  reactor.Set(3, "last");
  ahead.Cancel();
  reactor.Advance(seconds(5));
  reactor.Advance(seconds(5));
  EXPECT_EQ(reactor.order(), (Order{"canceller", "last"}))
      << "a cancelled timer fired";
  EXPECT_EQ(log.records().size(), 0u);
}

// A queue may treat many that are due at once as one.
RULE(RL_26, OfManyThatAreDueThoseThatTheFirstCancelsNeverFire) {
  constexpr int kTimers = 100;
  ManualReactor reactor;
  std::vector<DelayedCall> cancelled;
  Order expected = {"first"};
  reactor->CallLater(seconds(1), [&] {
    reactor.Note("first");
    for (DelayedCall& timer : cancelled) timer.Cancel();
  });
  for (int number = 0; number < kTimers; ++number) {
    DelayedCall timer = reactor.Set(1, std::to_string(number));
    if (number % 3 == 1) {
      expected.push_back(std::to_string(number));
    } else {
      cancelled.push_back(std::move(timer));
    }
  }
  reactor.Advance(seconds(1));
  reactor.Advance(seconds(1));
  EXPECT_EQ(reactor.order(), expected) << "which of many fired";
}

RULE(RL_29, ATimerThatThrowsIsLoggedAndTheOthersRun) {
  LogCapture log;
  ManualReactor reactor;
  reactor.Set(1, "first");
  reactor->CallLater(seconds(1), [] { throw 42; });
  reactor.Set(1, "second");
  reactor->CallLater(seconds(1), [] {
    throw std::runtime_error("a timer's");
  });
  reactor.Set(1, "third");
  reactor.Advance(seconds(1));
  EXPECT_EQ(reactor.order(), (Order{"first", "second", "third"}))
      << "what ran in the phase of timers that throw";
  EXPECT_EQ(log.Count<int>(), 1);
  EXPECT_EQ(log.Count<std::runtime_error>(), 1);
  EXPECT_EQ(log.records().size(), 2u);
}

RULE(RL_30, EveryPendingTimerIsListedAlsoTheNewestAndNoCancelledOne) {
  ManualReactor reactor;
  const DelayedCall last = reactor.Set(30, "last");
  DelayedCall cancelled = reactor.Set(20, "cancelled");
  const DelayedCall called = reactor.Set(1, "called");
  const DelayedCall first = reactor.Set(10, "first");
  EXPECT_EQ(reactor->GetDelayedCalls(),
            (std::vector{called, first, cancelled, last}))
      << "before the first iteration";
  cancelled.Cancel();
  reactor.Advance(seconds(1));
  EXPECT_EQ(reactor->GetDelayedCalls(), (std::vector{first, last}));
  bool looked = false;
  reactor->CallLater(seconds(1), [&] {
    const DelayedCall newest = reactor.Set(0, "newest");
    const DelayedCall newer = reactor.Set(100, "newer");
    EXPECT_EQ(reactor->GetDelayedCalls(),
              (std::vector{newest, first, last, newer}))
        << "from a timer that sets two";
    looked = true;
  });
  reactor.Advance(seconds(1));
  EXPECT_TRUE(looked);
}

}  // namespace
}  // namespace heddle::conformance
