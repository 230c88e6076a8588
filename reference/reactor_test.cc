// SPDX-License-Identifier: Apache-2.0
#include "reference/reactor.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "gtest/gtest.h"
#include "reference/errors.h"
#include "reference/reactor_fixture.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

using std::chrono::seconds;

TEST_F(ReactorTest, StartupComesBeforeThreadCallsAndThoseBeforeTimers) {
  reactor_->CallLater(Seconds(0), [this] {
    order_.push_back("timer");
    reactor_->Stop();
  });
  Post(Record("call"));
  reactor_->CallWhenRunning(Record("when running"));
  const auto add = [this](Phase phase, const char* name) {
    reactor_->AddSystemEventTrigger(SystemEvent::kStartup, phase, Record(name));
  };
  add(Phase::kAfter, "after");
  add(Phase::kDuring, "during");
  add(Phase::kBefore, "before");
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"before", "during", "when running", "after", "call",
                           "timer"}));
}

TEST_F(ReactorTest, StopLetsTheBatchAndTheDueTimersRunBeforeShutdown) {
  reactor_->CallLater(Seconds(0), Record("timer"));
  Post([this] {
    reactor_->Stop();
    EXPECT_TRUE(reactor_->running());
    order_.push_back("stop");
  });
  Post(Record("rest of the batch"));
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore,
                                  Record("shutdown"));
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"stop", "rest of the batch", "timer", "shutdown"}));
}

TEST_F(ReactorTest, RunningIsTrueFromDuringStartupToBeforeShutdown) {
  const auto add = [this](SystemEvent event, Phase phase, bool expected) {
    reactor_->AddSystemEventTrigger(event, phase, [this, expected] {
      order_.push_back("x");
      EXPECT_EQ(reactor_->running(), expected);
    });
  };
  add(SystemEvent::kStartup, Phase::kBefore, false);
  add(SystemEvent::kStartup, Phase::kDuring, true);
  add(SystemEvent::kStartup, Phase::kAfter, true);
  add(SystemEvent::kShutdown, Phase::kBefore, true);
  add(SystemEvent::kShutdown, Phase::kDuring, false);
  add(SystemEvent::kShutdown, Phase::kAfter, false);
  reactor_->CallWhenRunning(StopIt());
  EXPECT_FALSE(reactor_->running());
  reactor_->Run();
  EXPECT_FALSE(reactor_->running());
  EXPECT_EQ(order_.size(), 6u);
}

TEST_F(ReactorTest, CallWhenRunningCallsAtOnceWhenItRuns) {
  reactor_->CallWhenRunning([this] {
    reactor_->CallWhenRunning(Record("inner"));
    order_.push_back("outer");
    EXPECT_THROW(
        reactor_->CallWhenRunning([] { throw std::runtime_error("mine"); }),
        std::runtime_error);
    reactor_->Stop();
  });
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"inner", "outer"}));
  EXPECT_THROW(reactor_->CallWhenRunning([] {}), ReactorStopped);
}

TEST_F(ReactorTest, ACallMadeOnTheReactorsThreadWakesIt) {
  reactor_->CallLater(Seconds(0), [this] {
    Post(StopIt());  // nothing else would ever happen
  });
  reactor_->Run();
}

TEST_F(ReactorTest, ACallThatCallsItselfLeavesTimersAndOtherCallsAlone) {
  RecordedLog log;  // of the call that is left over
  ManualClock clock;
  Reactor reactor(Options(&clock));
  int calls = 0;
  int timers = 0;
  std::function<void()> again = [&] {
    ++calls;
    reactor.CallFromThread(again).OrThrow();
    reactor.CallLater(Seconds(0), [&] { ++timers; });
  };
  again();
  for (int i = 0; i < 10; ++i) reactor.Iterate();
  EXPECT_EQ(calls, 11);
  EXPECT_EQ(timers, 11);
}

TEST_F(ReactorTest, RunWhileItRunsIsRefusedAndDisturbsNothing) {
  Post([this] {
    EXPECT_THROW(reactor_->Run(), ReactorAlreadyRunning);
    std::thread([this] {
      EXPECT_THROW(reactor_->Run(), ReactorAlreadyRunning);
    }).join();
    order_.push_back("goes on");
  });
  Post(StopIt());
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"goes on"}));
}

TEST_F(ReactorTest, AnIterationInsideAnIterationIsRefusedAndRunsNothing) {
  Post([this] {
    order_.push_back("call");
    EXPECT_THROW(reactor_->Iterate(), ReactorAlreadyRunning);
  });
  Post(Record("next"));
  reactor_->Iterate();
  EXPECT_EQ(order_, (Order{"call", "next"}));
  Post([this] {
    EXPECT_THROW(reactor_->Run(), ReactorAlreadyRunning);
    EXPECT_THROW(reactor_->Stop(), ReactorNotRunning);
  });
  reactor_->Iterate();
}

TEST_F(ReactorTest, StopWhenNotRunningAndTheSecondTimeIsRefused) {
  EXPECT_THROW(reactor_->Stop(), ReactorNotRunning);
  int shutdowns = 0;
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore,
                                  [&] { ++shutdowns; });
  Post([this] {
    reactor_->Stop();
    EXPECT_THROW(reactor_->Stop(), ReactorNotRunning);
  });
  reactor_->Run();
  EXPECT_THROW(reactor_->Stop(), ReactorNotRunning);
  EXPECT_EQ(shutdowns, 1);
}

TEST_F(ReactorTest, ASecondStopInTheQueueIsLoggedAndHarmless) {
  RecordedLog log;
  Post(StopIt());
  Post(StopIt());
  reactor_->Run();
  EXPECT_EQ(log.records().size(), 1u);
}

TEST_F(ReactorTest, RunAfterStopIsRefusedFromTheDuringPhaseOn) {
  for (const Phase phase : {Phase::kDuring, Phase::kAfter}) {
    reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, phase, [this] {
      EXPECT_THROW(reactor_->Run(), ReactorNotRestartable);
      order_.push_back("x");
    });
  }
  reactor_->CallWhenRunning(StopIt());
  reactor_->Run();
  EXPECT_THROW(reactor_->Run(), ReactorNotRestartable);
  EXPECT_THROW(reactor_->Iterate(), ReactorNotRestartable);
  EXPECT_EQ(order_.size(), 2u);
}

TEST_F(ReactorTest, StopFromAnotherThreadEndsASleepingReactor) {
  std::thread stopper;
  reactor_->CallWhenRunning([&] { stopper = std::thread(StopIt()); });
  reactor_->Run();
  stopper.join();
}

TEST_F(ReactorTest, StopDuringStartupStillRunsAnIterationAndDrainsThePool) {
  std::atomic<bool> pooled = false;
  reactor_->CallInThread([&] { pooled = true; }).OrThrow();
  reactor_->CallLater(Seconds(0), Record("timer"));
  Post(Record("call"));
  reactor_->AddSystemEventTrigger(SystemEvent::kStartup, Phase::kBefore,
                                  StopIt());
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"call", "timer"}));
  EXPECT_TRUE(pooled);
}

TEST_F(ReactorTest, CrashEndsTheLoopWithoutShutdownAndItMayRunAgain) {
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore,
                                  Record("shutdown"));
  Post([this] {
    reactor_->Crash();
    EXPECT_FALSE(reactor_->running());
    Post(Record("second run"));
  });
  Post(Record("first run"));
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"first run"}));
  reactor_->CallWhenRunning([this] { Post(StopIt()); });
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"first run", "second run", "shutdown"}));
}

TEST_F(ReactorTest, CrashFromAnotherThreadWakesItAndWhenIdleDoesNothing) {
  reactor_->Crash();
  std::thread crasher;
  reactor_->CallWhenRunning(
      [&] { crasher = std::thread([this] { reactor_->Crash(); }); });
  reactor_->Run();
  crasher.join();
}

TEST_F(ReactorTest, CrashIsTheWayOutOfAShutdownThatWaitsForEver) {
  RecordedLog log;
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore,
                                  [] { return Deferred<void>(); });
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                  Record("during"));
  Post(StopIt());
  Post([this] {
    reactor_->CallLater(Seconds(0), [this] {
      // The loop turns, and it still runs.
      Post([this] {
        EXPECT_TRUE(reactor_->running());
        EXPECT_THROW(reactor_->Stop(), ReactorNotRunning);
        reactor_->Crash();
        Post(Record("never"));
      });
    });
  });
  reactor_->Run();
  EXPECT_EQ(order_, Order());
  EXPECT_THROW(reactor_->Run(), ReactorNotRestartable);
  EXPECT_EQ(reactor_->CallFromThread([] {}).refusal(),
            Refusal::kReactorStopped);
  EXPECT_EQ(log.records().size(), 1u) << "the call that never runs";
}

TEST_F(ReactorTest, ABeforeTriggerThatCrashesEndsTheShutdown) {
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore,
                                  [this] { reactor_->Crash(); });
  for (const Phase phase : {Phase::kDuring, Phase::kAfter}) {
    reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, phase,
                                    Record("never"));
  }
  reactor_->CallWhenRunning(StopIt());
  reactor_->Run();
  EXPECT_EQ(order_, Order());
}

TEST_F(ReactorTest, AStartupThatIsStillHeldWhenItStopsNeverGoesOn) {
  const Deferred<void> gate;
  reactor_->AddSystemEventTrigger(SystemEvent::kStartup, Phase::kBefore,
                                  [gate] { return gate; });
  reactor_->CallWhenRunning(Record("never"));
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                  [gate] { gate.Callback(); });
  Post(StopIt());
  reactor_->Run();
  EXPECT_EQ(order_, Order());
}

TEST_F(ReactorTest, AfterItsGraceShutdownGoesOnWithoutTheDeferred) {
  RecordedLog log;
  ManualClock clock;
  ReactorOptions options = Options(&clock);
  options.shutdown_grace = Seconds(10);
  reactor_.emplace(std::move(options));
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore,
                                  [] { return Deferred<void>(); });
  reactor_->CallWhenRunning(StopIt());
  reactor_->CallLater(Seconds(5), Record("timer"));
  Post([&] {
    Post([&] {
      clock.Advance(seconds(5));
      Post([&] { clock.Advance(seconds(5)); });
    });
  });
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"timer"}));
  EXPECT_EQ(log.records().size(), 1u);
}

TEST_F(ReactorTest, AHeldStartupTurnsTheLoopAndHoldsThePoolBack) {
  const Deferred<void> gate;
  reactor_->AddSystemEventTrigger(SystemEvent::kStartup, Phase::kBefore,
                                  [gate] { return gate; });
  std::atomic<bool> pooled = false;
  reactor_->CallInThread([&] { pooled = true; }).OrThrow();
  reactor_->CallWhenRunning(Record("running"));
  Post([&] {
    EXPECT_FALSE(reactor_->running());
    EXPECT_EQ(reactor_->GetThreadPool()->State(), PoolState::kNew);
    order_.push_back("call");
    reactor_->CallLater(Seconds(0), [&] {
      EXPECT_FALSE(pooled);
      order_.push_back("timer");
      gate.Callback();
      Post(StopIt());
    });
  });
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"call", "timer", "running"}));
  EXPECT_TRUE(pooled);
}

TEST_F(ReactorTest, TriggersCanBeRemovedOnce) {
  const TriggerId trigger = reactor_->AddSystemEventTrigger(
      SystemEvent::kStartup, Phase::kDuring, Record("removed"));
  reactor_->RemoveSystemEventTrigger(trigger);
  EXPECT_THROW(reactor_->RemoveSystemEventTrigger(trigger),
               std::invalid_argument);
  reactor_->CallWhenRunning(StopIt());
  reactor_->Run();
  EXPECT_EQ(order_, Order());
}

}  // namespace
}  // namespace heddle
