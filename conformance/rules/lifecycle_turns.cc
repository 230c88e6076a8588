// SPDX-License-Identifier: Apache-2.0
//
// RL-12 to RL-14, RL-17, RL-22, BT-26: what `running` means, and what an
// iteration does.
#include <sys/eventfd.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/chance.h"
#include "conformance/checkers/findings.h"
#include "conformance/checkers/turns.h"
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

// A descriptor that is readable from the start.
class ReadableDescriptor {
 public:
  ReadableDescriptor() : fd_(eventfd(1, EFD_CLOEXEC)) {}
  ~ReadableDescriptor() { close(fd_); }

  int fd() const { return fd_; }

 private:
  const int fd_;
};

// Iterate(), with the rule failing and the reactor woken if that takes longer
// than Patience().
void IterateHere(Reactor& reactor, Seconds delay = Seconds(0)) {
  Event returned("Iterate() to return");
  HelperThread guard([&] {
    returned.Await();
    if (!returned.happened()) reactor.WakeUp();
  });
  reactor.Iterate(delay);
  returned.Happen();
}

RULE(RL_12, RunningIsTrueFromDuringStartupThroughBeforeShutdown) {
  Order running;
  Order not_running;
  Reactor reactor(SubjectOptions());
  const auto look = [&](std::string where) {
    (reactor.running() ? running : not_running).push_back(std::move(where));
  };
  look("before Run()");
  const std::pair<SystemEvent, const char*> events[] = {
      {SystemEvent::kStartup, " startup"},
      {SystemEvent::kShutdown, " shutdown"}};
  for (const auto& [event, name] : events) {
    reactor.AddSystemEventTrigger(event, Phase::kBefore, look,
                                  std::string("before") + name);
    reactor.AddSystemEventTrigger(event, Phase::kDuring, look,
                                  std::string("during") + name);
    reactor.AddSystemEventTrigger(event, Phase::kAfter, look,
                                  std::string("after") + name);
  }
  MustCall(reactor, [&] {
    look("the loop");
    reactor.Stop();
    look("the loop after Stop()");
  });
  RunHere(reactor);
  look("after Run()");
  EXPECT_EQ(running, (Order{"during startup", "after startup", "the loop",
                            "the loop after Stop()", "before shutdown"}))
      << "where running() is true";
  EXPECT_EQ(not_running, (Order{"before Run()", "before startup",
                                "during shutdown", "after shutdown",
                                "after Run()"}))
      << "where running() is false";
}

RULE(RL_13, CallWhenRunningWaitsForAfterStartupInTheOrderOfTheCalls) {
  Order order;
  Reactor reactor(SubjectOptions());
  const auto note = [&](std::string what) { order.push_back(std::move(what)); };
  reactor.CallWhenRunning(note, "first");
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kAfter, note,
                                "trigger between");
  reactor.CallWhenRunning(note, "second");
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kBefore, [&] {
    note("before");
    reactor.CallWhenRunning(note, "third, from a before-trigger");
  });
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kDuring, note,
                                "during");
  MustCall(reactor, [&] { reactor.Stop(); });
  EXPECT_EQ(order, Order{}) << "called before the reactor ran";
  RunHere(reactor);
  EXPECT_EQ(order,
            (Order{"before", "during", "first", "trigger between", "second",
                   "third, from a before-trigger"}))
      << "the order of the startup";
}

RULE(RL_13, CallWhenRunningCallsAtOnceWhenRunning) {
  Order order;
  Reactor reactor(SubjectOptions());
  const auto call = [&](std::string from) {
    bool called = false;
    reactor.CallWhenRunning([&] { called = true; });
    EXPECT_TRUE(called) << "from " << from << " it was not called at once";
    order.push_back(std::move(from));
  };
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kDuring, call,
                                "during startup");
  reactor.CallWhenRunning(call, "after startup");
  MustCall(reactor, call, "a call");
  MustCall(reactor, [&] {
    EXPECT_THROW(reactor.CallWhenRunning([] { throw 42; }), int);
    reactor.Stop();
  });
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, call,
                                "before shutdown");
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"during startup", "after startup", "a call",
                          "before shutdown"}));
}

RULE(RL_14, ABeforeStartupTriggerHoldsStartupOpenWhileTheLoopTurns) {
  Order order;
  Deferred<void> ready;
  Reactor reactor(SubjectOptions());
  const auto note = [&](std::string what) {
    order.push_back(std::move(what) + (reactor.running() ? ", running" : ""));
  };
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kBefore,
                                [&] { return ready; });
  reactor.CallWhenRunning(note, "started");
  MustCall(reactor, note, "call");
  reactor.CallLater(Seconds(0), note, "timer");
  reactor.CallLater(Seconds(0.001), [&] {
    MustCall(reactor, [&] {
      note("later call");
      ready.Callback();
      reactor.CallLater(Seconds(0), [&] {
        MustCall(reactor, [&] {
          note("call after startup");
          reactor.Stop();
        });
      });
    });
  });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"call", "timer", "later call", "started, running",
                          "call after startup, running"}))
      << "the order of the startup";
}

RULE(RL_17, AnIterationTakesItsStepsInOrder) {
  ReadableDescriptor readable;
  Order order;
  Deferred<void> over;
  Reactor reactor(SubjectOptions());
  const auto note = [&](std::string what) { order.push_back(std::move(what)); };
  reactor.CallWhenRunning([&] {
    reactor.AddReader(readable.fd(), [&] {
      note("reader");
      reactor.RemoveReader(readable.fd());
      over.Callback();
    });
  });
  DelayedCall cancelled = reactor.CallLater(Seconds(0), note, "cancelled");
  reactor.CallLater(Seconds(0), note, "timer");
  MustCall(reactor, [&] {
    note("stop");
    reactor.Stop();
    reactor.CallLater(Seconds(0), note, "timer set by a call");
    cancelled.Cancel();
    MustCall(reactor, note, "call of the next iteration");
  });
  MustCall(reactor, note, "rest of the batch");
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, [&] {
    note("shutdown");
    return over;
  });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"stop", "rest of the batch", "timer",
                          "timer set by a call", "shutdown", "reader",
                          "call of the next iteration"}))
      << "the order of an iteration";
}

// A random program of calls, timers without delay and ready descriptors, that
// make one another, and end the run when all have run.
class TurnsProgram {
 public:
  TurnsProgram(Reactor& reactor, RandomNumbers random)
      : reactor_(reactor), random_(random) {}

  void Make(int maker) {
    const int number = static_cast<int>(made_.size());
    const auto kind = static_cast<StepKind>(random_.Below(3));
    made_.push_back({kind, maker});
    switch (kind) {
      case StepKind::kCall:
        return MustCall(reactor_, [this, number] { Run(number); });
      case StepKind::kTimer:
        reactor_.CallLater(Seconds(0), [this, number] { Run(number); });
        return;
      case StepKind::kDescriptor:
        const int fd = descriptors_.emplace_back().fd();
        reactor_.AddReader(fd, [this, number, fd] {
          reactor_.RemoveReader(fd);
          Run(number);
        });
    }
  }

  const std::vector<Step>& made() const { return made_; }
  const std::vector<int>& ran() const { return ran_; }

 private:
  static constexpr std::size_t kMost = 60;

  void Run(int number) {
    ran_.push_back(number);
    for (int left = random_.Below(4); left > 0 && made_.size() < kMost; --left) {
      Make(number);
    }
    if (ran_.size() == made_.size()) reactor_.Stop();
  }

  Reactor& reactor_;
  RandomNumbers random_;
  std::deque<ReadableDescriptor> descriptors_;
  std::vector<Step> made_;
  std::vector<int> ran_;
};

RULE(RL_17, RandomStepsThatMakeOneAnotherTakeTheirTurnsInOrder) {
  constexpr int kPrograms = 100;
  const Chance chance(kPrograms);
  for (int number = 0; number < kPrograms; ++number) {
    const auto attempt = chance.Try(number);
    Reactor reactor(SubjectOptions());
    TurnsProgram program(reactor, chance.Numbers(number));
    for (int i = 0; i < 6; ++i) program.Make(Step::kFromOutside);
    RunHere(reactor);
    ASSERT_TRUE(Fine(CheckTurns(program.made(), program.ran())))
        << "the order of the turns";
  }
}

RULE(RL_22, IterateDoesOneIterationAndDoesNotWaitForTheNextTimer) {
  ReadableDescriptor readable;
  Order order;
  Reactor reactor(SubjectOptions());
  const auto note = [&](std::string what) { order.push_back(std::move(what)); };
  reactor.CallWhenRunning(note, "startup");
  reactor.CallLater(std::chrono::hours(1), note, "distant timer");
  reactor.CallLater(Seconds(0), note, "timer");
  reactor.AddReader(readable.fd(), [&] {
    note("reader");
    reactor.RemoveReader(readable.fd());
  });
  MustCall(reactor, [&] {
    note("call");
    MustCall(reactor, note, "next call");
  });
  IterateHere(reactor);
  EXPECT_EQ(order, (Order{"call", "timer", "reader"})) << "one iteration";
  EXPECT_FALSE(reactor.running());
  IterateHere(reactor);
  // Nothing is left to do, so this waits for as long as it was told to.
  IterateHere(reactor, Seconds(0.001));
  EXPECT_EQ(order, (Order{"call", "timer", "reader", "next call"}))
      << "three iterations";
}

RULE(RL_22, IterateReturnsWhenSomethingHappensBeforeItsDelayIsOver) {
  bool called = false;
  Reactor reactor(SubjectOptions());
  Event turning("the reactor to turn");
  HelperThread other([&] {
    turning.Await();
    MustCall(reactor, [&] { called = true; });
  });
  MustCall(reactor, [&] { turning.Happen(); });
  // The other thread's call ends the waiting, and runs in the next iteration.
  IterateHere(reactor, std::chrono::hours(1));
  IterateHere(reactor);
  EXPECT_TRUE(called);

  bool fired = false;
  reactor.CallLater(Seconds(0), [&] {
    // Set by a timer, it cannot be called before the waiting.
    reactor.CallLater(Seconds(0.001), [&] { fired = true; });
  });
  IterateHere(reactor, std::chrono::hours(1));
  IterateHere(reactor);
  EXPECT_TRUE(fired) << "it did not wait for the timer";
  EXPECT_THROW(reactor.Iterate(Seconds(-1)), std::invalid_argument);
}

RULE(BT_26, IteratingOrRunningInsideAnIterationIsAnError) {
  LogCapture log;
  ReadableDescriptor readable;
  Order order;
  Reactor reactor(SubjectOptions());
  const auto nest = [&](std::string where) {
    order.push_back(where);
    if (HasFailure()) return;  // it does nest
    EXPECT_THROW(reactor.Iterate(), ReactorAlreadyRunning) << where;
    EXPECT_THROW(reactor.Iterate(Seconds(1)), ReactorAlreadyRunning) << where;
    EXPECT_THROW(reactor.Run(), ReactorAlreadyRunning) << where;
  };
  reactor.CallLater(Seconds(0), nest, "timer");
  IterateHere(reactor);
  reactor.AddReader(readable.fd(), [&] {
    reactor.RemoveReader(readable.fd());
    nest("reader");
  });
  IterateHere(reactor);
  MustCall(reactor, nest, "call");
  IterateHere(reactor);
  EXPECT_EQ(order, (Order{"timer", "reader", "call"}));
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kBefore, nest,
                                "before startup");
  reactor.CallWhenRunning(nest, "after startup");
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"timer", "reader", "call", "before startup",
                          "after startup"}));
  EXPECT_EQ(log.records().size(), 0u);
}

}  // namespace
}  // namespace heddle::conformance
