// SPDX-License-Identifier: Apache-2.0
//
// RL-23 and RL-31 to RL-34, BT-22, BT-25: the reactor's clock, what it waits
// for, and what wakes it.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <thread>
#include <utility>

#include "conformance/kit/chance.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/wake_up_count.h"
#include "conformance/rules/quiet_descriptor.h"
#include "gtest/gtest.h"
#include "reference/clock.h"
#include "reference/delayed_call.h"
#include "reference/errors.h"
#include "reference/reactor.h"

namespace heddle::conformance {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

// Counts how often it is read: a few times in every iteration.
class CountingClock final : public Clock {
 public:
  // Real time, or another clock's.
  explicit CountingClock(const Clock* clock = nullptr) : clock_(clock) {}

  Time Now() const override {
    ++readings_;
    return clock_ != nullptr ? clock_->Now() : steady_clock::now();
  }

  std::uint64_t readings() const { return readings_; }

 private:
  const Clock* const clock_;
  mutable std::atomic<std::uint64_t> readings_ = 0;
};

ReactorOptions Options(const Clock& clock) {
  ReactorOptions options = SubjectOptions();
  options.clock = &clock;
  return options;
}

RULE(RL_23, WaitingForATimerIsNotSpinning) {
  constexpr int kTimers = 20;
  for (const bool watches : {false, true}) {
    SCOPED_TRACE(WatchesText(watches));
    const CountingClock clock;
    int fired = 0;
    QuietDescriptor quiet;
    Reactor reactor(Options(clock));
    if (watches) quiet.WatchBy(reactor);
    const std::function<void()> next = [&] {
      if (fired++ == kTimers) return reactor.Stop();
      // As long a part of a millisecond as there is.
      reactor.CallLater(std::chrono::microseconds(1990), next);
    };
    reactor.CallWhenRunning(next);
    RunHere(reactor);
    // It takes three or so for each; a sleep that ends at once, tens.
    ASSERT_LT(clock.readings(), 8u * kTimers)
        << "readings of the clock while it waited for " << kTimers << " timers";
  }
}

RULE(RL_31, ATimerInTheFarFutureDoesNotUpsetTheLoop) {
  constexpr int kCalls = 100;
  constexpr std::uint64_t kMany = 5u * kCalls;  // it takes two or so for each
  // The second is 2^32 ms, which looks like 0 to an int.
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kDelays[] = {4e6, 4294967.296, 1e9, 1e300, kInfinity};
  for (std::size_t i = 0; i < 2 * std::size(kDelays); ++i) {
    const double delay = kDelays[i / 2];
    const bool watches = i % 2 == 1;
    SCOPED_TRACE(delay);
    SCOPED_TRACE(WatchesText(watches));
    const ManualClock manual;
    const CountingClock clock(&manual);
    bool fired = false;
    QuietDescriptor quiet;
    RunningReactor reactor(Options(clock));
    reactor.Do([&] {
      if (watches) quiet.WatchBy(*reactor);
      reactor->CallLater(Seconds(delay), [&] { fired = true; });
    });
    const std::uint64_t before = clock.readings();
    const auto readings = [&] { return clock.readings() - before; };
    for (int call = 0; call < kCalls && readings() < kMany; ++call) {
      reactor.Do([] {});
      // A loop that does not sleep has the time to show it.
      const auto end = steady_clock::now() + std::chrono::microseconds(300);
      while (steady_clock::now() < end && readings() < kMany) {
        std::this_thread::yield();
      }
    }
    ASSERT_LT(readings(), kMany)
        << "readings of the clock during " << kCalls << " calls";
    reactor.Stop();
    EXPECT_FALSE(fired);
  }
}

RULE(RL_33, SchedulingAndTheHandleUseTheReactorsClock) {
  const Clock::Time start = Clock::Time(std::chrono::hours(5));
  ManualClock clock(start);
  int fired = 0;
  Reactor reactor(Options(clock));
  DelayedCall call = reactor.CallLater(seconds(10), [&] { ++fired; });
  EXPECT_EQ(call.time(), start + seconds(10)) << "after CallLater";
  clock.Advance(seconds(4));
  call.Reset(seconds(10));
  EXPECT_EQ(call.time(), start + seconds(14)) << "after Reset";
  call.Delay(seconds(1));
  EXPECT_EQ(call.time(), start + seconds(15)) << "after Delay";
  reactor.Iterate();
  EXPECT_EQ(fired, 0) << "it fired by another clock";
  clock.Advance(seconds(11));
  reactor.Iterate();
  EXPECT_EQ(fired, 1) << "it did not fire by the reactor's clock";
}

RULE(BT_22, TimersFollowAMonotonicClockUnlessSaidOtherwise) {
  Reactor reactor(SubjectOptions());
  const Clock::Time before = steady_clock::now();
  const DelayedCall call = reactor.CallLater(seconds(3600), [] {});
  const Clock::Time after = steady_clock::now();
  EXPECT_GE(call.time(), before + seconds(3600))
      << "the due time is not by the steady clock";
  EXPECT_LE(call.time(), after + seconds(3600))
      << "the due time is not by the steady clock";
}

RULE(RL_34, ATimerSetOnAForeignThreadIsAnError) {
  bool fired = false;
  RunningReactor reactor;
  EXPECT_THROW(reactor->CallLater(Seconds(0), [&] { fired = true; }),
               WrongThread);
  reactor.Do([&] {
    EXPECT_TRUE(reactor->GetDelayedCalls().empty());
    HelperThread other([&] {
      EXPECT_THROW(reactor->CallLater(Seconds(0), [&] { fired = true; }),
                   WrongThread)
          << "while the reactor is in a call";
    });
    other.Join();
  });
  reactor.Stop();
  EXPECT_FALSE(fired);
}

RULE(BT_25, CallsToAReactorThatIsAwakeCostNoWakeUp) {
  if (!CanObserveWakeUps()) NOT_OBSERVABLE("system calls cannot be counted");
  constexpr int kCalls = 1000;
  for (const bool watches : {false, true}) {
    SCOPED_TRACE(WatchesText(watches));
    std::atomic<int> ran = 0;
    Event inside("the reactor to be in a call");
    Gate gate;
    QuietDescriptor quiet;
    RunningReactor reactor;
    if (watches) reactor.Do([&] { quiet.WatchBy(*reactor); });
    MustCall(*reactor, [&] {
      inside.Happen();
      gate.Pass();
    });
    inside.Await();
    const std::uint64_t before = WakeUps();
    for (int call = 0; call < kCalls; ++call) {
      MustCall(*reactor, [&] { ++ran; });
    }
    reactor->WakeUp();
    const std::uint64_t after = WakeUps();
    gate.Open();
    reactor.Do([] {});
    EXPECT_EQ(ran, kCalls);
    ASSERT_EQ(after - before, 0u)
        << "wake-up system calls to a reactor that was awake";
  }
}

RULE(BT_25, ThereIsAtMostOneWakeUpASleepAndNoneThatIsNeededIsSaved) {
  if (!CanObserveWakeUps()) NOT_OBSERVABLE("system calls cannot be counted");
  constexpr int kProducers = 2;
  constexpr int kRounds = 500;
  constexpr int kBurst = 10;
  for (const bool watches : {false, true}) {
    SCOPED_TRACE(WatchesText(watches));
    const Chance chance(kProducers * kRounds);
    const CountingClock clock;
    std::uint64_t readings = 0;
    std::uint64_t wake_ups = 0;
    QuietDescriptor quiet;
    {
      RunningReactor reactor(Options(clock));
      if (watches) reactor.Do([&] { quiet.WatchBy(*reactor); });
      readings = clock.readings();
      wake_ups = WakeUps();
      {
        std::deque<HelperThread> producers;
        for (int producer = 0; producer < kProducers; ++producer) {
          producers.emplace_back([&, producer] {
            RandomNumbers random = chance.Numbers(producer);
            for (int round = 0; round < kRounds; ++round) {
              const auto ran =
                  std::make_shared<Event>("the last call of a burst to run");
              random.Pause();
              for (int call = 1; call < kBurst; ++call) {
                MustCall(*reactor, [] {});
              }
              MustCall(*reactor, [ran] { ran->Happen(); });
              ran->Await();
              if (!ran->happened()) return;  // the rule has failed
            }
          });
        }
      }
      wake_ups = WakeUps() - wake_ups;
      readings = clock.readings() - readings;
    }
    // The clock is read once before each sleep; one may have begun before.
    ASSERT_LE(wake_ups, readings + 1) << "wake-up system calls";
  }
}

}  // namespace
}  // namespace heddle::conformance
