// SPDX-License-Identifier: Apache-2.0
//
// RL-01 to RL-05, RL-15, RL-19: how a run begins and ends.
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

using Order = std::vector<std::string>;

RULE(RL_01, RunReturnsWhenItIsStoppedOrCrashedAndNotBefore) {
  for (const bool crash : {false, true}) {
    SCOPED_TRACE(crash ? "Crash()" : "Stop()");
    int turns = 0;
    Reactor reactor(SubjectOptions());
    const std::function<void()> turn = [&] {
      if (++turns < 10) {
        reactor.CallLater(Seconds(0), turn);
      } else if (crash) {
        reactor.Crash();
      } else {
        reactor.Stop();
      }
    };
    reactor.CallLater(Seconds(0), turn);
    RunHere(reactor);
    EXPECT_EQ(turns, 10) << "turns before Run() returned";
  }
}

RULE(RL_01, RunWhileRunningThrowsAndLeavesTheLoopAlone) {
  Order order;
  Reactor reactor(SubjectOptions());
  const auto run_again = [&](std::string where) {
    EXPECT_THROW(reactor.Run(), ReactorAlreadyRunning) << where;
    order.push_back(std::move(where));
  };
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kBefore,
                                run_again, "before startup");
  reactor.CallWhenRunning(run_again, "after startup");
  MustCall(reactor, run_again, "call");
  MustCall(reactor, [&] { order.push_back("next call"); });
  reactor.CallLater(Seconds(0), run_again, "timer");
  reactor.CallLater(Seconds(0), [&] {
    order.push_back("next timer");
    HelperThread other([&] {
      EXPECT_THROW(reactor.Run(), ReactorAlreadyRunning) << "another thread";
    });
    other.Join();
    reactor.Stop();
  });
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore,
                                run_again, "before shutdown");
  RunHere(reactor);
  EXPECT_EQ(order,
            (Order{"before startup", "after startup", "call", "next call",
                   "timer", "next timer", "before shutdown"}))
      << "the running loop was disturbed";
}

RULE(RL_02, StopWithoutARunThrows) {
  Reactor reactor(SubjectOptions());
  EXPECT_THROW(reactor.Stop(), ReactorNotRunning) << "before Run()";
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_THROW(reactor.Stop(), ReactorNotRunning) << "after Run()";
}

RULE(RL_02, ASecondStopThrowsAndChangesNothing) {
  Order order;
  Deferred<void> ready;
  Reactor reactor(SubjectOptions());
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, [&] {
    order.push_back("before");
    MustCall(reactor, [&] {
      EXPECT_THROW(reactor.Stop(), ReactorNotRunning) << "while it shuts down";
      order.push_back("second stop");
    });
    MustCall(reactor, [&] {
      // Not before the next iteration but one.
      MustCall(reactor, [&] {
        order.push_back("ready");
        ready.Callback();
      });
    });
    return ready;
  });
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring, [&] {
    order.push_back("during");
    EXPECT_THROW(reactor.Stop(), ReactorNotRunning) << "in the during phase";
  });
  MustCall(reactor, [&] {
    reactor.Stop();
    EXPECT_THROW(reactor.Stop(), ReactorNotRunning) << "directly after";
  });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"before", "second stop", "ready", "during"}))
      << "shutdown did not take its one course";
}

RULE(RL_02, ASecondQueuedStopIsLoggedAndHarmless) {
  LogCapture log;
  int shutdowns = 0;
  Reactor reactor(SubjectOptions());
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                [&] { ++shutdowns; });
  MustCall(reactor, [&] { reactor.Stop(); });
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_EQ(shutdowns, 1);
  EXPECT_EQ(log.Count<ReactorNotRunning>(), 1) << "records of the second stop";
  EXPECT_EQ(log.records().size(), 1u);
}

RULE(RL_03, RunAfterAStopThrows) {
  bool ran = false;
  Reactor reactor(SubjectOptions());
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_THROW(reactor.Run(), ReactorNotRestartable);
  EXPECT_THROW(reactor.CallWhenRunning([&] { ran = true; }), ReactorStopped);
  EXPECT_FALSE(ran);
}

RULE(RL_03, RunFromLateShutdownTriggersThrows) {
  Order order;
  Reactor reactor(SubjectOptions());
  for (const Phase phase : {Phase::kDuring, Phase::kAfter}) {
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, phase, [&] {
      EXPECT_THROW(reactor.Run(), ReactorNotRestartable);
      order.push_back("trigger");
    });
  }
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"trigger", "trigger"}));
}

RULE(RL_04, StopReturnsAtOnceAndShutdownFollowsTheTimers) {
  for (const bool from_timer : {false, true}) {
    SCOPED_TRACE(from_timer ? "Stop() in a timer" : "Stop() in a call");
    Order order;
    Reactor reactor(SubjectOptions());
    const auto stop = [&] {
      order.push_back("stop");
      reactor.Stop();
      order.push_back("stop has returned");
    };
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore,
                                  [&] { order.push_back("shutdown"); });
    if (from_timer) {
      reactor.CallLater(Seconds(0), stop);
    } else {
      MustCall(reactor, stop);
    }
    reactor.CallLater(Seconds(0), [&] { order.push_back("timer"); });
    RunHere(reactor);
    EXPECT_EQ(order, (Order{"stop", "stop has returned", "timer", "shutdown"}))
        << "the order of the stop";
  }
}

RULE(RL_05, StopOnAnotherThreadTakesEffectWithoutAnotherEvent) {
  for (int round = 0; round < 50; ++round) {
    bool shut_down = false;
    RunningReactor reactor;
    reactor.Do([&] {
      reactor->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                     [&] { shut_down = true; });
    });
    // It has nothing to do and no timer: only the stop can wake it.
    reactor.Stop();
    EXPECT_TRUE(shut_down);
  }
}

RULE(RL_15, CrashEndsTheLoopWithoutShutdownAndItMayRunAgain) {
  Order order;
  Reactor reactor(SubjectOptions());
  const auto note = [&](std::string what) { order.push_back(std::move(what)); };
  reactor.CallWhenRunning(note, "startup");
  for (const Phase phase : {Phase::kBefore, Phase::kDuring, Phase::kAfter}) {
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, phase, note,
                                  "shutdown");
  }
  MustCall(reactor, [&] {
    note("crash");
    reactor.Crash();
    EXPECT_FALSE(reactor.running());
  });
  MustCall(reactor, note, "rest of the batch");
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"startup", "crash", "rest of the batch"}))
      << "the run that crashed";

  order.clear();
  reactor.CallWhenRunning(note, "second startup");
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_EQ(order,
            (Order{"second startup", "shutdown", "shutdown", "shutdown"}))
      << "the run after the crash";
}

RULE(RL_15, CrashOnAnotherThreadEndsASleepingLoop) {
  for (int round = 0; round < 20; ++round) {
    RunningReactor reactor;
    reactor.Do([] {});
    // Lets it fall asleep, which nobody can see; not at all in the first round.
    for (int turn = 0; turn < round; ++turn) std::this_thread::yield();
    reactor->Crash();
    reactor.AwaitReturn();
  }
}

RULE(RL_15, CrashWithoutARunHasNoEffect) {
  bool ran = false;
  Reactor reactor(SubjectOptions());
  reactor.Crash();
  MustCall(reactor, [&] {
    ran = true;
    reactor.Stop();
  });
  RunHere(reactor);
  EXPECT_TRUE(ran);
  reactor.Crash();
  EXPECT_THROW(reactor.Run(), ReactorNotRestartable);
}

RULE(RL_19, TimersThatAreNotDueAtTheStopNeverFire) {
  ManualClock clock;
  int fired = 0;
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> watch = held;
  {
    ReactorOptions options = SubjectOptions();
    options.clock = &clock;
    Reactor reactor(std::move(options));
    for (const double delay : {0.001, 1.0, 3600.0}) {
      reactor.CallLater(Seconds(delay), [&fired, held] { ++fired; });
    }
    held.reset();
    MustCall(reactor, [&] { reactor.Stop(); });
    RunHere(reactor);
    EXPECT_EQ(fired, 0) << "timers fired at shutdown";
    clock.Advance(std::chrono::hours(2));
    EXPECT_THROW(reactor.Iterate(), ReactorNotRestartable);
  }
  EXPECT_EQ(fired, 0) << "timers fired at the reactor's end";
  EXPECT_TRUE(watch.expired()) << "what they held is held on to";
}

}  // namespace
}  // namespace heddle::conformance
