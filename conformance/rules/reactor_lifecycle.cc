// SPDX-License-Identifier: Apache-2.0
//
// RL-16, RL-18: the pool's part in a shutdown that waits, and in a stop that
// comes early.
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/reactor.h"
#include "reference/threads.h"

namespace heddle::conformance {
namespace {

using Order = std::vector<std::string>;

RULE(RL_16, AShutdownThatWaitsForEverLeavesTheReactorFullyAlive) {
  Order order;
  Deferred<void> never;
  Reactor reactor(SubjectOptions());
  const auto note = [&](std::string what) { order.push_back(std::move(what)); };
  for (const Phase phase : {Phase::kDuring, Phase::kAfter}) {
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, phase, note,
                                  "shutdown went on");
  }
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, [&] {
    note("before");
    MustCall(reactor, [&] {
      note("call");
      EXPECT_THROW(reactor.Stop(), ReactorNotRunning);
      EXPECT_TRUE(reactor.running());
      reactor.CallLater(Seconds(0.001), [&] {
        note("timer");
        DeferToThread(reactor, [] { return std::string("result"); })
            .AddCallback([&](std::string result) {
              note(result);
              reactor.Crash();
            });
      });
    });
    return never;
  });
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"before", "call", "timer", "result"}))
      << "what happened while shutdown waited";
}

RULE(RL_18, StopDuringStartupStillRunsTheFirstIterationAndAcceptedTasks) {
  constexpr int kTasks = 10;
  for (const Phase phase : {Phase::kBefore, Phase::kDuring, Phase::kAfter}) {
    SCOPED_TRACE("phase " + std::to_string(static_cast<int>(phase)));
    std::atomic<int> tasks = 0;
    Order order;
    Reactor reactor(SubjectOptions());
    const auto note = [&](std::string what) {
      order.push_back(std::move(what));
    };
    for (int task = 0; task < kTasks; ++task) {
      MustCallInThread(reactor, [&] { ++tasks; });
    }
    reactor.CallLater(Seconds(0), note, "timer");
    MustCall(reactor, note, "call");
    reactor.AddSystemEventTrigger(SystemEvent::kStartup, phase, [&] {
      reactor.Stop();
      note("stop");
    });
    reactor.CallWhenRunning(note, "started");
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, note,
                                  "shutdown");
    RunHere(reactor);
    EXPECT_EQ(order, (Order{"stop", "started", "call", "timer", "shutdown"}))
        << "the order of a run stopped at its start";
    EXPECT_EQ(tasks, kTasks) << "tasks accepted before Run() that have run";
  }
}

}  // namespace
}  // namespace heddle::conformance
