// SPDX-License-Identifier: Apache-2.0
//
// BT-09, BT-20, BT-21, BT-23: a reactor's end and its thread, where the
// contract promises more than Twisted.
#include <signal.h>

#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/chance.h"
#include "conformance/rules/default_disposition.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "gtest/gtest.h"
#include "reference/clock.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/reactor.h"

namespace heddle::conformance {
namespace {

RULE(BT_09, ShutdownDoesNotWaitLongerThanItsGrace) {
  LogCapture log;
  bool during = false;
  Deferred<void> never;
  ReactorOptions options = SubjectOptions();
  options.shutdown_grace = Seconds(0.001);
  Reactor reactor(std::move(options));
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore,
                                [&] { return never; });
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                [&] { during = true; });
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_TRUE(during) << "shutdown was not completed";
  EXPECT_GE(log.records().size(), 1u) << "what it gave up is not in the log";
}

RULE(BT_09, ASecondSigintEndsAShutdownThatHangs) {
  DefaultDisposition disposition(SIGINT);
  bool during = false;
  Deferred<void> never;
  ReactorOptions options = SubjectOptions();
  options.install_signal_handlers = true;
  Reactor reactor(std::move(options));
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, [&] {
    MustCall(reactor, [] { raise(SIGINT); });
    return never;
  });
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                [&] { during = true; });
  MustCall(reactor, [] { raise(SIGINT); });
  RunHere(reactor);
  EXPECT_FALSE(during) << "the shutdown went on";
}

RULE(BT_20, UseOnAnotherThreadThrowsWrongThreadAndChangesNothing) {
  RunningReactor reactor;
  bool ran = false;
  const auto run = [&] { ran = true; };
  EXPECT_THROW(reactor->CallLater(Seconds(0), run), WrongThread);
  EXPECT_THROW(reactor->AddSystemEventTrigger(SystemEvent::kShutdown,
                                              Phase::kBefore, run),
               WrongThread);
  EXPECT_THROW(reactor->CallWhenRunning(run), WrongThread);
  EXPECT_THROW(reactor->AddReader(0, run), WrongThread);
  EXPECT_THROW(reactor->AddWriter(1, run), WrongThread);
  EXPECT_THROW((void)reactor->GetDelayedCalls(), WrongThread);
  EXPECT_THROW(reactor->Iterate(), WrongThread);
  try {
    reactor->RemoveReader(0);
    ADD_FAILURE() << "RemoveReader did not throw";
  } catch (const WrongThread& error) {
    EXPECT_NE(std::string(error.what()).find("RemoveReader"),
              std::string::npos)
        << "the message does not name the function: " << error.what();
  }
  reactor.Do([&] { EXPECT_TRUE(reactor->GetDelayedCalls().empty()); });
  reactor.Stop();
  EXPECT_FALSE(ran);
}

RULE(BT_20, ATimerIsUsedOnTheReactorThreadOnly) {
  DelayedCall timer;
  RunningReactor reactor;
  reactor.Do([&] { timer = reactor->CallLater(Seconds(3600), [] {}); });
  EXPECT_THROW(timer.Cancel(), WrongThread);
  EXPECT_THROW(timer.Reset(Seconds(0)), WrongThread);
  EXPECT_THROW(timer.Delay(Seconds(1)), WrongThread);
  reactor.Do([&] { EXPECT_TRUE(timer.active()); });
}

RULE(BT_21, StopOnAnotherThreadWakesASleepingReactor) {
  constexpr int kRounds = 100;
  const Chance chance(kRounds);
  RandomNumbers random = chance.Numbers();
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    RunningReactor reactor;
    random.Pause();
    reactor.Stop();
  }
}

RULE(BT_21, OfManyStopsAtTheSameTimeOneSucceeds) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 20;
  const Chance chance(kRounds,
                      "0 of 40 runs with mutant bt_21_two_stops_succeed");
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    Latch ready(kThreads, "all threads to be ready");
    std::atomic<int> successes = 0;
    RunningReactor reactor;
    {
      std::vector<HelperThread> threads;
      for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&, thread] {
          RandomNumbers random = chance.Numbers(round * kThreads + thread);
          ready.ArriveAndAwait();
          random.Pause();
          try {
            reactor->Stop();
            ++successes;
          } catch (const ReactorNotRunning&) {
            // Another one was faster.
          }
        });
      }
    }
    reactor.AwaitReturn();
    EXPECT_EQ(successes, 1);
  }
}

RULE(BT_23, TimersThatAreDueAtTheSameTimeFireInTheOrderTheyWereSet) {
  ManualClock clock;
  std::vector<int> order;
  ReactorOptions options = SubjectOptions();
  options.clock = &clock;
  Reactor reactor(std::move(options));
  const auto note = [&](int number) { order.push_back(number); };
  for (int number = 0; number < 20; ++number) {
    reactor.CallLater(Seconds(30), note, number);
  }
  reactor.CallLater(Seconds(20), note, -1);
  clock.Advance(std::chrono::seconds(10));
  for (int number = 20; number < 40; ++number) {
    reactor.CallLater(Seconds(20), note, number);
  }
  reactor.Iterate();
  EXPECT_EQ(order, std::vector<int>{}) << "a timer was early";
  clock.Advance(std::chrono::seconds(20));
  reactor.Iterate();
  ASSERT_EQ(order.size(), 41u);
  EXPECT_EQ(order[0], -1);
  for (int number = 0; number < 40; ++number) {
    EXPECT_EQ(order[number + 1], number);
  }
}

}  // namespace
}  // namespace heddle::conformance
