// SPDX-License-Identifier: Apache-2.0
//
// BT-01 to BT-03: threads that wait for a reactor, and are never left waiting.
#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/thrown.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/threads.h"

namespace heddle::conformance {
namespace {

using Kinds = std::vector<std::string>;

// What a blocking call throws whose Deferred never fires.
std::string WaitForEver(Reactor& reactor, Latch& waiting,
                        const Deferred<int>& never, bool with_deadline) {
  const auto wait = [&waiting, &never] {
    waiting.CountDown();
    return never;
  };
  return Kind(Thrown([&] {
    if (with_deadline) {
      BlockingCallFromThreadWithin(reactor, std::chrono::hours(1), wait);
    } else {
      BlockingCallFromThread(reactor, wait);
    }
  }));
}

// A pool task that does not end before the callers have their answers shows
// that these do not wait for the pool.
RULE(BT_01, AllCallersGetReactorStoppedBeforeThePoolHasDrainedAndRunReturns) {
  constexpr int kForeign = 6;
  constexpr int kWorkers = 3;
  constexpr int kCallers = kForeign + kWorkers;
  Latch waiting(kCallers, "all callers to wait");
  History<std::string> thrown("the answers of all callers");
  Event busy("a task to hold up the pool");
  Gate gate("the callers' answers");
  std::vector<Deferred<int>> never(kCallers);
  RunningReactor reactor(SubjectOptions(kWorkers + 1, kWorkers + 1));
  MustCallInThread(*reactor, [&] {
    busy.Happen();
    gate.Pass();
  });
  busy.Await();
  const auto call = [&](int caller) {
    thrown.Add(
        WaitForEver(*reactor, waiting, never[caller], caller % 2 == 1));
  };
  std::deque<HelperThread> foreign;
  for (int caller = 0; caller < kForeign; ++caller) {
    foreign.emplace_back([&, caller] { call(caller); });
  }
  for (int caller = kForeign; caller < kCallers; ++caller) {
    MustCallInThread(*reactor, call, caller);
  }
  waiting.Await();
  reactor->Stop();
  EXPECT_EQ(thrown.Await(kCallers), Kinds(kCallers, "ReactorStopped"));
  EXPECT_FALSE(reactor.has_returned());
  // And who comes later, while the pool drains and after the end.
  std::atomic<bool> ran = false;
  const auto call_late = [&] {
    return Kind(Thrown(
        [&] { BlockingCallFromThread(*reactor, [&] { ran = true; }); }));
  };
  EXPECT_EQ(call_late(), "ReactorStopped") << "while the pool drains";
  gate.Open();
  reactor.AwaitReturn();
  EXPECT_EQ(call_late(), "ReactorStopped") << "after the end";
  EXPECT_FALSE(ran);
}

// From every place where the reactor calls back. With a deadline, so that what
// would be a deadlock is another error.
RULE(BT_02, WhereverTheReactorCallsBackABlockingCallThrowsWouldDeadlock) {
  constexpr std::chrono::milliseconds kDeadline(1);
  struct Place {
    std::string name;
    std::string thrown;
    bool operator==(const Place&) const = default;
  };
  std::vector<Place> places;
  std::vector<Place> expected;
  std::atomic<int> runs = 0;
  Reactor reactor(SubjectOptions());
  const auto block = [&](const std::string& place) {
    places.push_back({place, Kind(Thrown([&] {
                        BlockingCallFromThreadWithin(reactor, kDeadline,
                                                     [&] { ++runs; });
                      }))});
    expected.push_back({place, "WouldDeadlock"});
  };
  MustCall(reactor, block, "a call in an iteration");
  reactor.Iterate();
  for (const Phase phase : {Phase::kBefore, Phase::kDuring, Phase::kAfter}) {
    reactor.AddSystemEventTrigger(SystemEvent::kStartup, phase, block,
                                  "startup");
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, phase, block,
                                  "shutdown");
  }
  reactor.CallWhenRunning(block, "when running");
  reactor.CallLater(Seconds(0), block, "a timer");
  MustCall(reactor, [&] {
    block("a call");
    DeferToThread(reactor, [] {}).AddCallback([&] {
      block("a callback");
      reactor.Stop();
    });
  });
  RunHere(reactor);
  EXPECT_EQ(places.size(), 11u);
  for (std::size_t place = 0; place < places.size(); ++place) {
    EXPECT_EQ(places[place].thrown, expected[place].thrown)
        << "in " << places[place].name;
  }
  EXPECT_EQ(runs, 0) << "refused functions that ran all the same";
}

RULE(BT_03, AFunctionThatHasNotBegunByTheDeadlineNeverRunsAndIsGone) {
  Event busy("the reactor to be busy");
  Gate gate;
  std::atomic<bool> ran = false;
  auto token = std::make_shared<int>();
  const std::weak_ptr<int> kept = token;
  RunningReactor reactor;
  MustCall(*reactor, [&] {
    busy.Happen();
    gate.Pass();
  });
  busy.Await();
  const std::exception_ptr thrown = Thrown([&] {
    BlockingCallFromThreadWithin(
        *reactor, std::chrono::milliseconds(1),
        [&ran, token = std::move(token)] { ran = true; });
  });
  EXPECT_EQ(Kind(thrown), "TimeoutError");
  EXPECT_TRUE(kept.expired()) << "the function outlives the call";
  gate.Open();
  reactor.Do([] {});
  EXPECT_FALSE(ran) << "it ran after the caller had gone";
}

// The caller's frame is gone when the answer comes: AddressSanitizer sees what
// is written to it.
RULE(BT_03, AnAnswerThatTheCancellerStillGivesIsDroppedAndTheInnerIsReleased) {
  LogCapture log;
  History<int> cancelled("the inner Deferred to be cancelled");
  std::weak_ptr<int> kept;  // the reactor's thread
  std::atomic<bool> made = false;
  RunningReactor reactor;
  for (std::chrono::milliseconds deadline(1); !made; deadline *= 2) {
    const std::exception_ptr thrown = Thrown([&] {
      BlockingCallFromThreadWithin(*reactor, deadline, [&] {
        const auto token = std::make_shared<int>();
        kept = token;
        made = true;
        return Deferred<int>([&cancelled, token](Deferred<int>& inner) {
          cancelled.Add(1);
          inner.Callback(7);
        });
      });
    });
    ASSERT_EQ(Kind(thrown), "TimeoutError");
  }
  cancelled.Await(1);
  reactor.Do([&] {
    EXPECT_TRUE(kept.expired()) << "the inner Deferred is still held";
  });
  reactor.Stop();
  EXPECT_EQ(cancelled.entries().size(), 1u);
  EXPECT_EQ(log.records().size(), 0u);
}

}  // namespace
}  // namespace heddle::conformance
