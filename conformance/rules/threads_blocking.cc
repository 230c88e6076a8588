// SPDX-License-Identifier: Apache-2.0
//
// TH-16 to TH-23, HB-4: threads that wait for an answer from the reactor.
#include <atomic>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
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

// Tells when a copy of it is made, so that a rule learns that a call has got
// as far as copying its arguments.
class TellsOfCopies {
 public:
  explicit TellsOfCopies(Latch& copies) : copies_(&copies) {}
  TellsOfCopies(const TellsOfCopies& other) : copies_(other.copies_) {
    copies_->CountDown();
  }
  TellsOfCopies(TellsOfCopies&&) = default;

 private:
  Latch* copies_;
};

RULE(TH_16, TheFunctionRunsOnTheReactorThreadAndItsValueIsReturned) {
  std::thread::id thread;
  RunningReactor reactor;
  const std::unique_ptr<std::string> text = BlockingCallFromThread(
      *reactor,
      [&](int number, std::unique_ptr<std::string> owned) {
        thread = std::this_thread::get_id();
        return std::make_unique<std::string>(*owned + std::to_string(number));
      },
      7, std::make_unique<std::string>("number "));
  EXPECT_EQ(*text, "number 7");
  EXPECT_EQ(thread, reactor.thread()) << "not on the reactor's thread";
  int calls = 0;
  BlockingCallFromThread(*reactor, [&] { ++calls; });
  EXPECT_EQ(calls, 1);
}

// Calls `action` on the reactor's thread, where this is called, after so many
// turns in which other threads may go first.
void AfterTurns(Reactor& reactor, int turns, std::function<void()> action) {
  std::this_thread::yield();
  if (turns == 0) return action();
  reactor.CallLater(Seconds(0), [&reactor, turns, action = std::move(action)] {
    AfterTurns(reactor, turns - 1, action);
  });
}

// Nothing but the call itself orders the two threads. Its full power is with
// ThreadSanitizer. The answer comes some turns later, and each lets other
// threads go first: a caller that does not wait for it is away before.
RULE(HB_4, WhatTheFunctionAndItsDeferredDidIsVisibleToTheCaller) {
  constexpr int kRounds = 200;
  const Chance chance(kRounds,
                      "0 of 40 runs with mutant "
                      "hb_4_answered_before_the_deferred_fires");
  RandomNumbers random = chance.Numbers();
  RunningReactor reactor;
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    const int turns = random.Below(40);
    struct Written {
      int in_function = -1;
      int in_timer = -1;
    };
    // It is there also when the caller has not waited for the answer.
    const auto written = std::make_shared<Written>();
    BlockingCallFromThread(*reactor, [&reactor, turns, round, written] {
      written->in_function = round;
      Deferred<void> answer;
      AfterTurns(*reactor, turns, [round, written, answer] {
        written->in_timer = round;
        answer.Callback();
      });
      return answer;
    });
    EXPECT_EQ(written->in_function, round);
    EXPECT_EQ(written->in_timer, round);
  }
}

RULE(TH_17, AReturnedDeferredIsWaitedFor) {
  RunningReactor reactor;
  EXPECT_EQ(BlockingCallFromThread(*reactor, [] { return Succeed(3); }), 3);
  const int later = BlockingCallFromThread(*reactor, [&] {
    Deferred<int> answer;
    reactor->CallLater(Seconds(0), [answer] { answer.Callback(4); });
    return answer;
  });
  EXPECT_EQ(later, 4);
  bool fired = false;
  BlockingCallFromThread(*reactor, [&] {
    Deferred<void> answer;
    reactor->CallLater(Seconds(0), [answer, &fired] {
      fired = true;
      answer.Callback();
    });
    return answer;
  });
  EXPECT_TRUE(fired);
}

RULE(TH_18, FailuresAreThrownInTheCallerUnlogged) {
  LogCapture log;
  const std::exception_ptr planted =
      std::make_exception_ptr(std::out_of_range("planted"));
  RunningReactor reactor;
  EXPECT_EQ(Thrown([&] {
              BlockingCallFromThread(
                  *reactor, [&]() -> int { std::rethrow_exception(planted); });
            }),
            planted)
      << "a synchronous exception was replaced";
  EXPECT_THROW(BlockingCallFromThread(*reactor, []() -> int { throw 42; }),
               int);
  EXPECT_THROW(BlockingCallFromThread(*reactor,
                                      [] {
                                        return Fail<int>(
                                            std::out_of_range("planted"));
                                      }),
               std::out_of_range);
  EXPECT_THROW(BlockingCallFromThread(*reactor,
                                      [&] {
                                        Deferred<int> answer;
                                        reactor->CallLater(
                                            Seconds(0), [answer] {
                                              answer.Errback(std::out_of_range(
                                                  "planted"));
                                            });
                                        return answer;
                                      }),
               std::out_of_range);
  EXPECT_THROW(BlockingCallFromThread(*reactor,
                                      [] {
                                        return Failure::Of(
                                            std::out_of_range("planted"));
                                      }),
               std::out_of_range);
  reactor.Stop();
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(TH_19, TheDeferredIsConsumedAndAFailureIsNotReportedAgain) {
  LogCapture log;
  Deferred<int> value;    // the reactor's thread, as the next two
  Deferred<int> failure;
  std::vector<std::string> seen;
  RunningReactor reactor;
  BlockingCallFromThread(*reactor, [&] {
    value.Callback(7);
    return value;
  });
  EXPECT_THROW(BlockingCallFromThread(*reactor,
                                      [&] {
                                        failure.Errback(
                                            std::out_of_range("planted"));
                                        return failure;
                                      }),
               std::out_of_range);
  reactor.Do([&] {
    for (const Deferred<int>& consumed :
         {std::exchange(value, {}), std::exchange(failure, {})}) {
      consumed.AddCallbacks(
          [&](int) { seen.push_back("a value"); },
          [&](const Failure& left) {
            seen.push_back(left.Check<AlreadyConsumed>() ? "AlreadyConsumed"
                                                         : left.Describe());
          });
    }
  });
  EXPECT_EQ(seen,
            (std::vector<std::string>{"AlreadyConsumed", "AlreadyConsumed"}));
  reactor.Stop();
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(TH_20, EarlierCallsOfTheSameThreadTakeEffectFirst) {
  int effects = 0;  // the reactor's thread
  RunningReactor reactor;
  for (int round = 1; round <= 100; ++round) {
    for (int call = 0; call < 10; ++call) {
      MustCall(*reactor, [&] { ++effects; });
    }
    ASSERT_EQ(BlockingCallFromThread(*reactor, [&] { return effects; }),
              10 * round)
        << "earlier calls that had taken effect";
  }
}

// Several callers, so that some are well inside the call when Run() begins.
RULE(TH_21, BeforeTheReactorRunsTheCallWaitsForIt) {
  constexpr int kCallers = 8;
  const Chance chance(kCallers);
  Latch calling(kCallers, "all calls to be under way");
  std::atomic<int> answered = 0;
  std::atomic<int> saw_it_run = 0;
  Reactor reactor(SubjectOptions());
  std::deque<HelperThread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&] {
      const TellsOfCopies told(calling);
      const std::exception_ptr thrown = Thrown([&] {
        saw_it_run += BlockingCallFromThread(
            reactor, [&](const TellsOfCopies&) { return reactor.running(); },
            told);
      });
      EXPECT_EQ(Kind(thrown), "no exception");
      if (++answered == kCallers) MustCall(reactor, [&] { reactor.Stop(); });
    });
  }
  calling.Await();
  EXPECT_EQ(answered, 0) << "callers that did not wait for Run()";
  RunHere(reactor);
  EXPECT_EQ(answered, kCallers);
  EXPECT_EQ(saw_it_run, kCallers);
}

RULE(TH_22, EachOfManyCallersGetsItsOwnAnswer) {
  constexpr int kCallers = 8;
  constexpr int kCalls = 50;
  const Chance chance(kCallers * kCalls,
                      "0 of 40 runs with mutant "
                      "th_22_one_slot_for_all_answers");
  std::atomic<int> wrong = 0;
  Latch calling(kCallers, "all callers to begin");
  RunningReactor reactor;
  std::deque<HelperThread> callers;
  for (int caller = 0; caller < kCallers; ++caller) {
    callers.emplace_back([&, caller] {
      RandomNumbers random = chance.Numbers(caller);
      calling.ArriveAndAwait();
      for (int call = 0; call < kCalls; ++call) {
        random.Pause();
        const int number = caller * kCalls + call;
        const int answer = BlockingCallFromThread(*reactor, [&] {
          Deferred<int> later;
          reactor->CallLater(Seconds(0),
                             [later, number] { later.Callback(number); });
          return later;
        });
        wrong += answer != number;
      }
    });
  }
  callers.clear();
  EXPECT_EQ(wrong, 0);
}

RULE(TH_23, TheFunctionMayUseThePoolThatTheCallerBlocks) {
  History<int> answers("the answer");
  RunningReactor reactor(SubjectOptions(1, 2));
  MustCallInThread(*reactor, [&] {
    answers.Add(BlockingCallFromThread(*reactor, [&] {
      return DeferToThread(*reactor, [] { return 7; });
    }));
  });
  EXPECT_EQ(answers.Await(1), std::vector{7});
}

}  // namespace
}  // namespace heddle::conformance
