// SPDX-License-Identifier: Apache-2.0
//
// DF-16 to DF-20, DF-22, DF-23, DF-26, BT-29, BT-36: callbacks that return
// Deferreds.
#include <memory>
#include <utility>

#include "conformance/kit/log_capture.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/failure.h"

namespace heddle::conformance {
namespace {

RULE(DF_16, AChainWaitsForTheDeferredThatACallbackReturned) {
  Trace trace;
  Deferred<int> inner;
  Deferred<int> outer;
  const Deferred<int> tail = outer
                                 .AddCallback([&](int) {
                                   trace.push_back("returned the inner");
                                   return inner;
                                 })
                                 .AddBoth(Note(trace, "went on"));
  outer.Callback(1);
  EXPECT_EQ(trace, Trace{"returned the inner"}) << "the inner has not fired";
  inner.Callback(7);
  EXPECT_EQ(trace, (Trace{"returned the inner", "went on"}))
      << "the inner has fired";
  EXPECT_EQ(TakeResult(tail), "7") << "the inner's value";
}

RULE(DF_16, AChainWaitsForTheDeferredThatAnErrbackReturned) {
  Deferred<int> inner;
  const Deferred<int> outer =
      Fail<int>(Lost()).AddErrback([&](const Failure&) { return inner; });
  Trace trace;
  const Deferred<int> tail = outer.AddBoth(Note(trace, "went on"));
  EXPECT_EQ(trace, Trace()) << "the inner has not fired";
  inner.Callback(7);
  EXPECT_EQ(TakeResult(tail), "7") << "the inner's value";
}

RULE(DF_16, TheCallbacksTheInnerAlreadyHadRunFirst) {
  Trace trace;
  Deferred<int> inner;
  const Deferred<int> inner_tail =
      inner.AddBoth(Note(trace, "inner")).AddCallback([](int value) {
        return value + 1;
      });
  const Deferred<int> outer =
      WaitingFor(inner_tail).AddBoth(Note(trace, "outer"));
  inner.Callback(1);
  EXPECT_EQ(trace, (Trace{"inner", "outer"}));
  EXPECT_EQ(TakeResult(outer), "2") << "of 1, by way of the inner's + 1";
}

RULE(DF_17, LaterCallbacksOfTheInnerFindItsResultConsumed) {
  Deferred<int> inner;
  const Deferred<int> outer = WaitingFor(inner);
  inner.Callback(1);
  EXPECT_EQ(TakeResult(inner), "AlreadyConsumed") << "left with the inner";
  EXPECT_EQ(TakeResult(outer), "1") << "moved to the outer";

  Deferred<int> failing;
  const Deferred<int> failed = WaitingFor(failing);
  failing.Errback(Lost());
  EXPECT_EQ(TakeResult(failing), "AlreadyConsumed") << "left with the inner";
  EXPECT_EQ(TakeResult(failed), "Lost") << "moved to the outer";
}

RULE(DF_17, AMovedFailureIsReportedOnceAndNotByTheInner) {
  LogCapture log;
  {
    Deferred<int> inner;
    Deferred<int> outer = WaitingFor(inner);
    inner.Errback(Lost());
    inner = Deferred<int>();
    EXPECT_EQ(log.Count<Lost>(), 0) << "reports when the inner had gone";
  }
  EXPECT_EQ(log.Count<Lost>(), 1) << "reports when both had gone";
}

RULE(DF_18, TheResultOfAnInnerThatHasFiredIsTakenAtOnce) {
  EXPECT_EQ(TakeResult(WaitingFor(Succeed(1))), "1");
  EXPECT_EQ(TakeResult(WaitingFor(Fail<int>(Lost()))), "Lost");
}

RULE(DF_19, AnInnerThatHasFiredButIsPausedIsWaitedFor) {
  const Deferred<int> inner = Succeed(1);
  inner.Pause();
  inner.AddCallback([](int value) { return value + 1; });
  Trace trace;
  const Deferred<int> outer = WaitingFor(inner).AddBoth(Note(trace, "went on"));
  EXPECT_EQ(trace, Trace()) << "the inner is paused";
  inner.Unpause();
  EXPECT_EQ(TakeResult(outer), "2") << "of 1, by way of the inner's + 1";
}

RULE(DF_19, AnInnerThatWaitsItselfIsWaitedFor) {
  Deferred<int> third;
  const Deferred<int> inner = WaitingFor(third);
  inner.AddCallback([](int value) { return value + 1; });
  Trace trace;
  const Deferred<int> outer = WaitingFor(inner).AddBoth(Note(trace, "went on"));
  EXPECT_EQ(trace, Trace()) << "the inner waits for a third";
  third.Callback(1);
  EXPECT_EQ(TakeResult(outer), "2") << "of 1, by way of the inner's + 1";
}

RULE(DF_19, AnInnerWhoseCallbacksAreRunningIsWaitedFor) {
  Trace trace;
  Deferred<int> inner;
  Deferred<int> outer;
  const Deferred<int> tail = outer.AddCallback([&](int) { return inner; })
                                 .AddBoth(Note(trace, "outer went on"));
  inner
      .AddCallback([&](int value) {
        outer.Callback(0);
        trace.push_back("first of the inner");
        return value;
      })
      .AddBoth(Note(trace, "second of the inner"));
  inner.Callback(1);
  EXPECT_EQ(trace, (Trace{"first of the inner", "second of the inner",
                          "outer went on"}));
  EXPECT_EQ(TakeResult(tail), "1");
}

RULE(DF_20, ChainingIsTransitive) {
  constexpr int kLevels = 10;
  Deferred<int> innermost;
  Deferred<int> outermost = innermost;
  for (int level = 0; level < kLevels; ++level) {
    outermost = WaitingFor(outermost);
    outermost.AddCallback([](int value) { return value + 1; });
  }
  innermost.Callback(0);
  EXPECT_EQ(TakeResult(outermost), "10") << "one for each level it went up";
}

RULE(DF_22, AnOuterThatWaitsNeedsNoHandle) {
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> watch = captured;
  int result = 0;
  Deferred<int> inner;
  WaitingFor(inner).AddCallback(
      [&result, captured = std::move(captured)](int value) { result = value; });
  EXPECT_FALSE(watch.expired()) << "the outer vanished while it waited";
  inner.Callback(1);
  EXPECT_EQ(result, 1) << "what the outer's callback got";
}

RULE(DF_22, AnInnerThatIsWaitedForNeedsNoHandle) {
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> watch = captured;
  const Deferred<int> outer =
      WaitingFor(Deferred<int>([captured = std::move(captured)](
                                   Deferred<int>& self) { self.Callback(1); }));
  ASSERT_FALSE(watch.expired()) << "the inner vanished while it was waited for";
  outer.Cancel();
  EXPECT_EQ(TakeResult(outer), "1") << "what the inner's canceller fired with";
}

// Fires an inner that two outers wait for; what the two then have.
template <class Fire>
Trace TwoWaitersOf(Fire fire) {
  Deferred<int> inner;
  const Deferred<int> first = WaitingFor(inner);
  const Deferred<int> second = WaitingFor(inner);
  fire(inner);
  return {TakeResult(first), TakeResult(second)};
}

RULE(DF_23, TheFirstOfTwoWaitersGetsTheResultAndTheSecondResumesToo) {
  using Inner = const Deferred<int>&;
  EXPECT_EQ(TwoWaitersOf([](Inner inner) { inner.Callback(1); }),
            (Trace{"1", "AlreadyConsumed"}))
      << "of a value";
  EXPECT_EQ(TwoWaitersOf([](Inner inner) { inner.Errback(Lost()); }),
            (Trace{"Lost", "AlreadyConsumed"}))
      << "of a failure";
  EXPECT_EQ(TwoWaitersOf([](Inner inner) { inner.Cancel(); }),
            (Trace{"CancelledError", "AlreadyConsumed"}))
      << "of a cancellation";
}

// Without a value there is nothing that the second waiter could miss, so that
// it would go on as if all were well.
RULE(BT_36, ASecondWaiterFailsEvenIfThereIsNoValueToMiss) {
  Deferred<void> inner;
  const Deferred<void> first = WaitingFor(inner);
  const Deferred<void> second = WaitingFor(inner);
  inner.Callback();
  EXPECT_EQ(TakeResult(first), "done");
  EXPECT_EQ(TakeResult(second), "AlreadyConsumed") << "for the second waiter";
  EXPECT_EQ(TakeResult(WaitingFor(inner)), "AlreadyConsumed")
      << "for one that comes when all is over";
}

RULE(DF_26, ACallbackThatReturnsItsOwnDeferredFailsTheChain) {
  Trace trace;
  Deferred<int> deferred;
  deferred.AddCallback([&](int) { return deferred; })
      .AddCallbacks(
          [&](int value) {
            trace.push_back("callback");
            return value;
          },
          [&](const Failure&) {
            trace.push_back("errback");
            return 0;
          });
  deferred.Callback(1);
  EXPECT_EQ(trace, Trace{"errback"}) << "the chain after such a callback";
}

RULE(DF_26, ADeferredReturnedByItsOwnCallbackDoesNotOwnItself) {
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> watch = captured;
  {
    Deferred<int> deferred;
    deferred.AddCallback([&](int) { return deferred; });
    deferred.Callback(1);
    deferred.AddErrback([](const Failure&) { return 0; });
    deferred.Pause();  // so that it keeps the captures for as long as it lives
    deferred.AddCallback([captured = std::move(captured)](int) {});
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(watch.expired())
      << "the Deferred is still there, but for its handles";
}

RULE(BT_29, TheFailureOfACallbackThatReturnsItsOwnDeferredCanBeHandled) {
  Deferred<int> deferred;
  const Deferred<int> tail = deferred.AddCallback([&](int) { return deferred; })
                                 .AddErrback([](const Failure&) { return 5; });
  deferred.Callback(1);
  EXPECT_EQ(TakeResult(tail), "5") << "what the errback returned";
}

RULE(BT_29, ACallbackThatReturnsWhatWaitsForItFailsTheChain) {
  Deferred<int> deferred;
  Deferred<int> waiter;
  Trace trace;
  deferred.AddCallback([&](int) { return waiter; })
      .AddErrback([&](const Failure&) {
        trace.push_back("errback");
        return 5;
      });
  waiter.AddCallback([&](int) { return deferred; });
  waiter.Callback(0);
  deferred.Callback(0);
  EXPECT_EQ(trace, Trace{"errback"}) << "the chain after such a callback";
}

}  // namespace
}  // namespace heddle::conformance
