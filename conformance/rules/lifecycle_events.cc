// SPDX-License-Identifier: Apache-2.0
//
// RL-06 to RL-11: system events and their triggers.
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/log_capture.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/reactor.h"

namespace heddle::conformance {
namespace {

using Order = std::vector<std::string>;

constexpr SystemEvent kEvents[] = {SystemEvent::kStartup,
                                   SystemEvent::kShutdown};
constexpr Phase kPhases[] = {Phase::kBefore, Phase::kDuring, Phase::kAfter};

std::string Name(SystemEvent event, Phase phase) {
  const char* const phases[] = {"before ", "during ", "after "};
  return phases[static_cast<int>(phase)] +
         std::string(event == SystemEvent::kStartup ? "startup" : "shutdown");
}

// Runs a reactor that is stopped by its first thread call.
void RunOnce(Reactor& reactor) {
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
}

RULE(RL_06, PhasesComeInOrderAndTriggersAsRegistered) {
  Order order;
  Order expected;
  Reactor reactor(SubjectOptions());
  // Registered in the opposite order of events and phases.
  for (const SystemEvent event :
       {SystemEvent::kShutdown, SystemEvent::kStartup}) {
    for (const Phase phase : {Phase::kAfter, Phase::kDuring, Phase::kBefore}) {
      for (const char* const number : {" 1", " 2", " 3"}) {
        const std::string name = Name(event, phase) + number;
        reactor.AddSystemEventTrigger(
            event, phase, [&order, name] { order.push_back(name); });
      }
    }
  }
  for (const SystemEvent event : kEvents) {
    for (const Phase phase : kPhases) {
      for (const char* const number : {" 1", " 2", " 3"}) {
        expected.push_back(Name(event, phase) + number);
      }
    }
  }
  RunOnce(reactor);
  EXPECT_EQ(order, expected) << "the order of the triggers";
}

RULE(RL_07, DuringStartsWhenEveryDeferredOfBeforeHasFired) {
  for (const SystemEvent event : kEvents) {
    SCOPED_TRACE(Name(event, Phase::kBefore));
    Order order;
    Deferred<void> first;
    Deferred<void> second;
    Reactor reactor(SubjectOptions());
    const auto fire = [&](Deferred<void> deferred, std::string name) {
      order.push_back(std::move(name));
      deferred.Callback();
    };
    const auto fire_both = [&] {
      order.push_back("before");
      // In the opposite order, in different turns.
      reactor.CallLater(Seconds(0), [&] {
        fire(second, "second fires");
        MustCall(reactor, [&] {
          reactor.CallLater(Seconds(0), fire, first, "first fires");
        });
      });
    };
    reactor.AddSystemEventTrigger(event, Phase::kBefore, [&] { return first; });
    reactor.AddSystemEventTrigger(event, Phase::kBefore,
                                  [&] { return second; });
    reactor.AddSystemEventTrigger(event, Phase::kBefore, fire_both);
    reactor.AddSystemEventTrigger(event, Phase::kDuring,
                                  [&] { order.push_back("during"); });
    reactor.CallWhenRunning(
        [&] { MustCall(reactor, [&] { reactor.Stop(); }); });
    RunHere(reactor);
    EXPECT_EQ(order,
              (Order{"before", "second fires", "first fires", "during"}))
        << "the order of the event";
  }
}

RULE(RL_07, ADeferredThatFailsDoesNotCancelTheEventAndItsErrorSurfaces) {
  LogCapture log;
  Order order;
  {
    Deferred<void> failing;
    Reactor reactor(SubjectOptions());
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, [&] {
      MustCall(reactor, [&] {
        std::exchange(failing, Deferred<void>())
            .Errback(std::runtime_error("a trigger's"));
      });
      return failing;
    });
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                  [&] { order.push_back("during"); });
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kAfter,
                                  [&] { order.push_back("after"); });
    RunOnce(reactor);
  }
  EXPECT_EQ(order, (Order{"during", "after"})) << "the event was cut short";
  EXPECT_EQ(log.Count<std::runtime_error>(), 1)
      << "times the failure surfaced as unhandled";
}

RULE(RL_08, ATriggerThatThrowsIsLoggedAndTheOthersRun) {
  LogCapture log;
  Order order;
  Order expected;
  Reactor reactor(SubjectOptions());
  for (const SystemEvent event : kEvents) {
    for (const Phase phase : kPhases) {
      const std::string name = Name(event, phase);
      reactor.AddSystemEventTrigger(event, phase, [] { throw 42; });
      reactor.AddSystemEventTrigger(event, phase, [] {
        throw std::runtime_error("a trigger's");
      });
      reactor.AddSystemEventTrigger(event, phase,
                                    [&order, name] { order.push_back(name); });
      expected.push_back(name);
    }
  }
  RunOnce(reactor);
  EXPECT_EQ(order, expected) << "what ran beside triggers that throw";
  EXPECT_EQ(log.Count<int>(), 6);
  EXPECT_EQ(log.Count<std::runtime_error>(), 6);
  EXPECT_EQ(log.records().size(), 12u);
}

RULE(RL_09, NoDeferredOfADuringOrAfterTriggerIsAwaited) {
  int ran = 0;
  Deferred<void> never;
  Reactor reactor(SubjectOptions());
  for (const SystemEvent event : kEvents) {
    for (const Phase phase : {Phase::kDuring, Phase::kAfter}) {
      reactor.AddSystemEventTrigger(event, phase, [&] {
        ++ran;
        return never;
      });
      reactor.AddSystemEventTrigger(event, phase, [&] { return ++ran; });
    }
  }
  RunOnce(reactor);
  EXPECT_EQ(ran, 8);
}

RULE(RL_10, TriggersFireOnce) {
  int startups = 0;
  Reactor reactor(SubjectOptions());
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kDuring,
                                [&] { ++startups; });
  MustCall(reactor, [&] { reactor.Crash(); });
  RunHere(reactor);
  RunOnce(reactor);  // starts up once more
  EXPECT_EQ(startups, 1) << "times the trigger fired";
}

RULE(RL_10, ATriggerCanBeRemovedOnceAlsoWhileItsEventFires) {
  LogCapture log;
  Order order;
  TriggerId next;
  TriggerId self;
  Reactor reactor(SubjectOptions());
  const auto add = [&](std::string name) {
    return reactor.AddSystemEventTrigger(
        SystemEvent::kShutdown, Phase::kDuring,
        [&order, name] { order.push_back(name); });
  };
  const TriggerId first = add("removed before");
  reactor.RemoveSystemEventTrigger(first);
  EXPECT_THROW(reactor.RemoveSystemEventTrigger(first), std::invalid_argument)
      << "removed twice";
  self = reactor.AddSystemEventTrigger(
      SystemEvent::kShutdown, Phase::kDuring, [&] {
        order.push_back("remover");
        reactor.RemoveSystemEventTrigger(next);
        EXPECT_THROW(reactor.RemoveSystemEventTrigger(next),
                     std::invalid_argument)
            << "removed twice";
        EXPECT_THROW(reactor.RemoveSystemEventTrigger(self),
                     std::invalid_argument)
            << "it runs already";
      });
  next = add("removed by the one before");
  const TriggerId last = add("last");
  RunOnce(reactor);
  EXPECT_EQ(order, (Order{"remover", "last"}))
      << "the triggers that ran beside a removal";
  EXPECT_EQ(log.records().size(), 0u);
  EXPECT_THROW(reactor.RemoveSystemEventTrigger(last), std::invalid_argument)
      << "it has run";
}

RULE(RL_10, ABadHandleAndAnUnknownPhaseAreErrors) {
  bool ran = false;
  const auto trigger = [&] { ran = true; };
  Reactor reactor(SubjectOptions());
  EXPECT_THROW(reactor.RemoveSystemEventTrigger(TriggerId()),
               std::invalid_argument);
  EXPECT_THROW(reactor.AddSystemEventTrigger(SystemEvent::kStartup,
                                             static_cast<Phase>(3), trigger),
               std::invalid_argument)
      << "an unknown phase";
  EXPECT_THROW(reactor.AddSystemEventTrigger(static_cast<SystemEvent>(2),
                                             Phase::kBefore, trigger),
               std::invalid_argument)
      << "an unknown event";
  RunOnce(reactor);
  EXPECT_FALSE(ran);
}

RULE(RL_10, AHandleOfAnotherReactorIsAnError) {
  Order order;
  Reactor mine(SubjectOptions());
  Reactor other(SubjectOptions());
  const auto add = [&](Reactor& reactor, std::string name) {
    return reactor.AddSystemEventTrigger(
        SystemEvent::kShutdown, Phase::kDuring,
        [&order, name] { order.push_back(name); });
  };
  add(mine, "mine");
  const TriggerId others = add(other, "the other's");
  EXPECT_THROW(mine.RemoveSystemEventTrigger(others), std::invalid_argument)
      << "the other's handle was taken for one of mine";
  RunOnce(mine);
  RunOnce(other);
  EXPECT_EQ(order, (Order{"mine", "the other's"}));
}

RULE(RL_11, ATriggerAddedWhileItsEventFiresRunsUnlessItsPhaseIsOver) {
  constexpr int kMany = 100;  // more than any vector has room for
  for (const SystemEvent event : kEvents) {
    SCOPED_TRACE(Name(event, Phase::kDuring));
    Order order;
    int many = 0;
    Reactor reactor(SubjectOptions());
    const auto add = [&](Phase phase, std::string name) {
      reactor.AddSystemEventTrigger(
          event, phase, [&order, name] { order.push_back(name); });
    };
    reactor.AddSystemEventTrigger(event, Phase::kBefore, [&] {
      order.push_back("before");
      add(Phase::kBefore, "added to before");
    });
    reactor.AddSystemEventTrigger(event, Phase::kDuring, [&] {
      order.push_back("during");
      add(Phase::kBefore, "too late");
      add(Phase::kAfter, "added to after");
      for (int number = 0; number < kMany; ++number) {
        reactor.AddSystemEventTrigger(event, Phase::kDuring, [&] { ++many; });
      }
      add(Phase::kDuring, "added to during");
    });
    add(Phase::kDuring, "last of during");
    add(Phase::kAfter, "after");
    RunOnce(reactor);
    EXPECT_EQ(order, (Order{"before", "added to before", "during",
                            "last of during", "added to during", "after",
                            "added to after"}))
        << "the triggers that ran";
    EXPECT_EQ(many, kMany);
  }
}

}  // namespace
}  // namespace heddle::conformance
