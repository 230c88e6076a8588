// SPDX-License-Identifier: Apache-2.0
//
// TH-24 to TH-27: threads that wait for an answer which does not come.
#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "conformance/kit/chance.h"
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

RULE(TH_24, OnTheReactorThreadItThrowsWouldDeadlock) {
  std::exception_ptr thrown;
  std::exception_ptr thrown_within;
  std::atomic<bool> ran = false;
  RunningReactor reactor;
  reactor.Do([&] {
    thrown = Thrown(
        [&] { BlockingCallFromThread(*reactor, [&] { ran = true; }); });
    thrown_within = Thrown([&] {
      BlockingCallFromThreadWithin(*reactor, std::chrono::nanoseconds(1),
                                   [&] { ran = true; });
    });
  });
  EXPECT_EQ(Kind(thrown), "WouldDeadlock");
  EXPECT_EQ(Kind(thrown_within), "WouldDeadlock");
  reactor.Do([&] { EXPECT_FALSE(ran) << "the refused function ran later"; });
}

RULE(TH_25, ACallerThatWaitsWhenTheReactorStopsGetsReactorStopped) {
  for (const bool on_worker : {false, true}) {
    SCOPED_TRACE(on_worker ? "the caller is a worker of the reactor's pool"
                           : "the caller is a foreign thread");
    Event waiting("the caller to wait");
    History<std::string> thrown("the caller's exception");
    Deferred<int> never;
    RunningReactor reactor;
    const auto call = [&] {
      thrown.Add(Kind(Thrown([&] {
        BlockingCallFromThread(*reactor, [&] {
          waiting.Happen();
          return never;
        });
      })));
    };
    std::optional<HelperThread> foreign;
    if (on_worker) {
      MustCallInThread(*reactor, call);
    } else {
      foreign.emplace(call);
    }
    waiting.Await();
    reactor.Stop();
    EXPECT_EQ(thrown.Await(1), std::vector<std::string>{"ReactorStopped"});
  }
}

RULE(TH_25, ACallMadeDuringThePoolsDrainGetsReactorStopped) {
  Event started("the task to start");
  Gate gate;
  History<std::string> thrown("the task's exception");
  std::atomic<bool> ran = false;
  std::shared_ptr<ThreadPool> pool;
  RunningReactor reactor;
  pool = reactor->GetThreadPool();
  MustCallInThread(*reactor, [&] {
    started.Happen();
    gate.Pass();
    thrown.Add(Kind(Thrown(
        [&] { BlockingCallFromThread(*reactor, [&] { ran = true; }); })));
  });
  started.Await();
  reactor->Stop();
  Eventually([&] { return pool->State() >= PoolState::kStopping; },
             "the pool to begin to stop");
  gate.Open();
  EXPECT_EQ(thrown.Await(1), std::vector<std::string>{"ReactorStopped"});
  reactor.AwaitReturn();
  EXPECT_FALSE(ran);
}

// One of them is waiting by then; the others ask as fast as they can.
RULE(TH_25, CallersThatRaceWithTheEndAllReturn) {
  constexpr int kCallers = 4;
  constexpr int kRounds = 20;
  const Chance chance(kRounds);
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    Latch calling(kCallers, "every caller to have had an answer");
    Event waiting("a caller to wait for what never comes");
    Latch ended(kCallers + 1, "every caller to be told that the reactor stopped");
    RunningReactor reactor;
    std::deque<HelperThread> callers;
    for (int caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([&] {
        std::exception_ptr thrown;
        while (!thrown) {
          thrown = Thrown([&] {
            EXPECT_EQ(BlockingCallFromThread(*reactor, [] { return 7; }), 7);
          });
          calling.CountDown();
        }
        EXPECT_EQ(Kind(thrown), "ReactorStopped");
        ended.CountDown();
      });
    }
    callers.emplace_back([&] {
      EXPECT_EQ(Kind(Thrown([&] {
                  BlockingCallFromThread(*reactor, [&] {
                    waiting.Happen();
                    return Deferred<int>();
                  });
                })),
                "ReactorStopped");
      ended.CountDown();
    });
    calling.Await();
    waiting.Await();
    chance.Numbers(round).Pause();
    reactor.Stop();
    ended.Await();
  }
}

RULE(TH_26, AfterTheReactorStoppedItThrowsReactorStopped) {
  bool ran = false;
  RunningReactor reactor;
  reactor.Stop();
  History<std::string> thrown("the caller's exception");
  HelperThread caller([&] {
    thrown.Add(Kind(Thrown(
        [&] { BlockingCallFromThread(*reactor, [&] { ran = true; }); })));
    thrown.Add(Kind(Thrown([&] {
      BlockingCallFromThreadWithin(*reactor, std::chrono::hours(1),
                                   [&] { ran = true; });
    })));
  });
  EXPECT_EQ(thrown.Await(2),
            (std::vector<std::string>{"ReactorStopped", "ReactorStopped"}));
  EXPECT_FALSE(ran);
}

RULE(TH_27, AnAnswerInTimeIsReturned) {
  RunningReactor reactor;
  EXPECT_EQ(BlockingCallFromThreadWithin(
                *reactor, Patience(), [](int number) { return number; }, 7),
            7);
  EXPECT_EQ(BlockingCallFromThreadWithin(*reactor, Patience(),
                                         [] { return Succeed(8); }),
            8);
  EXPECT_THROW(BlockingCallFromThreadWithin(
                   *reactor, Patience(),
                   []() -> int { throw std::out_of_range("planted"); }),
               std::out_of_range);
}

// The function may come too late for a short deadline; then a longer one is
// tried. There is no deadline that is too short for the rest of the rule.
RULE(TH_27, OnExpiryTheInnerDeferredIsCancelledOnTheReactorThread) {
  LogCapture log;
  History<std::thread::id> cancelled("the inner Deferred to be cancelled");
  std::atomic<int> made = 0;
  RunningReactor reactor;
  for (std::chrono::milliseconds deadline(1); made == 0; deadline *= 2) {
    const std::exception_ptr thrown = Thrown([&] {
      BlockingCallFromThreadWithin(*reactor, deadline, [&] {
        ++made;
        return Deferred<int>([&](Deferred<int>&) {
          cancelled.Add(std::this_thread::get_id());
        });
      });
    });
    ASSERT_EQ(Kind(thrown), "TimeoutError");
  }
  EXPECT_EQ(cancelled.Await(made).front(), reactor.thread());
  reactor.Stop();
  EXPECT_EQ(cancelled.entries().size(), static_cast<std::size_t>(made));
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(TH_27, ADeferredThatFiresAfterExpiryIsDropped) {
  LogCapture log;
  std::optional<Deferred<int>> inner;  // the reactor's thread
  std::atomic<bool> made = false;
  RunningReactor reactor;
  for (std::chrono::milliseconds deadline(1); !made; deadline *= 2) {
    const std::exception_ptr thrown = Thrown([&] {
      BlockingCallFromThreadWithin(*reactor, deadline, [&] {
        made = true;
        return inner.emplace();
      });
    });
    ASSERT_EQ(Kind(thrown), "TimeoutError");
  }
  reactor.Do([&] { inner->Callback(7); });
  reactor.Do([&] { inner.reset(); });
  reactor.Stop();
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(TH_27, AFunctionThatEndsAfterExpiryIsDropped) {
  LogCapture log;
  for (const bool fails : {false, true}) {
    SCOPED_TRACE(fails ? "a late failure" : "a late value");
    std::atomic<int> inside = 0;
    Gate gate("the caller to give up");
    RunningReactor reactor;
    for (std::chrono::milliseconds deadline(1); inside == 0; deadline *= 2) {
      const std::exception_ptr thrown = Thrown([&] {
        BlockingCallFromThreadWithin(*reactor, deadline, [&] {
          ++inside;
          gate.Pass();
          if (fails) throw std::out_of_range("planted");
          return std::make_unique<int>(7);
        });
      });
      ASSERT_EQ(Kind(thrown), "TimeoutError");
    }
    gate.Open();
    reactor.Do([] {});
    reactor.Stop();
  }
  EXPECT_EQ(log.records().size(), 0u);
}

}  // namespace
}  // namespace heddle::conformance
