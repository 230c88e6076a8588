// SPDX-License-Identifier: Apache-2.0
//
// DF-31 to DF-39, BT-27: cancelling.
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "conformance/kit/log_capture.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "conformance/rules/stack_use.h"
#include "conformance/rules/thrown.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/test_clock.h"

namespace heddle::conformance {
namespace {

// What `call` throws, in words; "nothing" if it does not.
std::string Throws(const std::function<void()>& call) {
  const std::exception_ptr thrown = Thrown(call);
  return thrown ? InWords(Failure(thrown)) : "nothing";
}

RULE(DF_31, WithoutACancellerCancelFailsAtOnceAndTheNextFireIsIgnored) {
  for (const bool by_errback : {false, true}) {
    const Deferred<int> deferred;
    const auto fire = [&] {
      by_errback ? deferred.Errback(Lost()) : deferred.Callback(1);
    };
    deferred.Cancel();
    EXPECT_EQ(TakeResult(deferred), "CancelledError") << "when Cancel returned";
    EXPECT_EQ(Throws(fire), "nothing") << "at the first fire after Cancel()";
    EXPECT_EQ(Throws(fire), "AlreadyCalledError")
        << "at the second fire after Cancel()";
  }
}

RULE(DF_31, TheFireIgnoredAfterACancelDoesNotReplaceTheResult) {
  const Deferred<int> deferred;
  deferred.Cancel();
  deferred.Cancel();
  deferred.Callback(1);
  EXPECT_EQ(TakeResult(deferred), "CancelledError");
}

RULE(DF_31, ChainingIntoACancelledDeferredIsTheFireIgnored) {
  const Deferred<int> cancelled;
  const Deferred<int> first = Succeed(1);
  const Deferred<int> second = Succeed(2);
  cancelled.Cancel();
  first.ChainDeferred(cancelled);
  second.ChainDeferred(cancelled);
  EXPECT_EQ(TakeResult(cancelled), "CancelledError");
  EXPECT_EQ(TakeResult(second), "AlreadyCalledError");
}

RULE(DF_32, ACancellerThatFiresTheDeferredDecidesTheResult) {
  const Deferred<int> value([](Deferred<int>& self) { self.Callback(7); });
  Trace trace;
  value.AddBoth(Note(trace, "callback"));
  value.Cancel();
  EXPECT_EQ(TakeResult(value), "7") << "what the canceller fired it with";
  EXPECT_EQ(trace, Trace{"callback"});
  EXPECT_EQ(Throws([&] { value.Callback(1); }), "AlreadyCalledError");
  const Deferred<int> failure([](Deferred<int>& self) { self.Errback(Lost()); });
  failure.Cancel();
  EXPECT_EQ(TakeResult(failure), "Lost") << "what the canceller fired it with";
}

RULE(DF_33, IfTheCancellerDoesNotFireItLaterFiresAreNotIgnored) {
  const Deferred<int> deferred([](Deferred<int>&) {});
  deferred.Cancel();
  EXPECT_EQ(TakeResult(deferred), "CancelledError");
  EXPECT_EQ(Throws([&] { deferred.Callback(1); }), "AlreadyCalledError")
      << "at the first fire after a canceller ran";
}

RULE(DF_34, TheCancellerIsCalledOnceHoweverOftenItIsCancelled) {
  int calls = 0;
  const Deferred<int> deferred([&calls](Deferred<int>& self) {
    if (++calls < 3) self.Cancel();  // while it is being cancelled
  });
  for (int i = 0; i < 3; ++i) deferred.Cancel();
  EXPECT_EQ(calls, 1) << "calls of the canceller";
  EXPECT_EQ(TakeResult(deferred), "CancelledError");
}

RULE(DF_34, TheCancellerGetsItsOwnDeferred) {
  const auto fire = [](Deferred<int>& self) { self.Callback(1); };
  const Deferred<int> other(fire);
  const Deferred<int> deferred(fire);
  deferred.Cancel();
  EXPECT_EQ(TakeResult(deferred), "1");
  EXPECT_FALSE(other.called());
}

RULE(DF_35, CancellingOneThatHasFiredDoesNothing) {
  const Deferred<int> value([](Deferred<int>&) { FAIL() << "called"; });
  value.Callback(1);
  value.Cancel();
  EXPECT_EQ(TakeResult(value), "1") << "fired before it was cancelled";
  const Deferred<int> failure = Fail<int>(Lost());
  failure.Cancel();
  EXPECT_EQ(TakeResult(failure), "Lost") << "fired before it was cancelled";
  EXPECT_EQ(Throws([&] { failure.Callback(1); }), "AlreadyCalledError");
}

RULE(DF_35, CancellingInItsOwnCallbackDoesNothing) {
  const Deferred<int> deferred;
  const Deferred<int> tail = deferred.AddCallback([&](int value) {
    deferred.Cancel();
    return value + 1;
  });
  deferred.Callback(1);
  EXPECT_EQ(TakeResult(tail), "2");
}

RULE(DF_36, CancellingOneThatWaitsCancelsWhatItWaitsFor) {
  int outers = 0;
  int inners = 0;
  const Deferred<int> inner([&](Deferred<int>& self) {
    ++inners;
    self.Callback(5);
  });
  const Deferred<int> outer([&](Deferred<int>&) { ++outers; });
  const Deferred<int> tail = outer.AddCallback([&](int) { return inner; });
  outer.Callback(0);
  outer.Cancel();
  EXPECT_EQ(inners, 1) << "calls of the inner's canceller";
  EXPECT_EQ(outers, 0) << "calls of the outer's canceller";
  EXPECT_EQ(TakeResult(tail), "5") << "what the inner produced";
}

RULE(DF_36, TheCancelledErrorOfAnInnerReachesTheOuter) {
  const Deferred<int> inner;
  const Deferred<int> outer = WaitingFor(WaitingFor(inner));
  outer.Cancel();
  EXPECT_EQ(TakeResult(outer), "CancelledError");
  EXPECT_EQ(Throws([&] { inner.Callback(1); }), "nothing")
      << "at the first fire of the inner after the outer's Cancel()";
}

RULE(DF_37, CancelledWhilePausedItDeliversOnUnpause) {
  const Deferred<int> deferred;
  Trace trace;
  const Deferred<int> tail = deferred.AddBoth(Note(trace, "delivered"));
  deferred.Pause();
  deferred.Cancel();
  EXPECT_TRUE(deferred.called());
  ASSERT_EQ(trace, Trace()) << "delivered while paused";
  deferred.Unpause();
  EXPECT_EQ(trace, Trace{"delivered"});
  EXPECT_EQ(TakeResult(tail), "CancelledError");
}

RULE(DF_38, AThrowingCancellerIsLoggedAndTheDeferredIsCancelled) {
  LogCapture log;
  const Deferred<int> deferred([](Deferred<int>&) { throw Lost(); });
  EXPECT_EQ(Throws([&] { deferred.Cancel(); }), "nothing")
      << "out of Cancel()";
  EXPECT_EQ(log.Count<Lost>(), 1) << "records of what the canceller threw";
  EXPECT_EQ(TakeResult(deferred), "CancelledError");
  EXPECT_EQ(Throws([&] { deferred.Callback(1); }), "AlreadyCalledError");
  EXPECT_EQ(log.records().size(), 1u);
}

RULE(DF_38, ACancellerMayFireAndThenThrow) {
  LogCapture log;
  const Deferred<int> deferred([](Deferred<int>& self) {
    self.Callback(7);
    throw Lost();
  });
  EXPECT_EQ(Throws([&] { deferred.Cancel(); }), "nothing")
      << "out of Cancel()";
  EXPECT_EQ(log.Count<Lost>(), 1);
  EXPECT_EQ(TakeResult(deferred), "7");
}

RULE(BT_27, ATimeLimitWorksThoughTheCancellerThrows) {
  LogCapture log;
  TestClock clock;
  const Deferred<int> deferred([](Deferred<int>&) { throw Lost(); });
  const Deferred<int> limited = deferred.AddTimeout(Seconds(2), clock);
  EXPECT_EQ(Throws([&] { clock.Advance(Seconds(2)); }), "nothing")
      << "out of the timer";
  EXPECT_EQ(TakeResult(limited), "TimeoutError") << "after the limit";
  EXPECT_EQ(log.Count<Lost>(), 1);
}

// From the head of many that wait for one another, to the one that is unfired.
RULE(DF_39, CancelTakesConstantStackAtAnyDepth) {
  ExpectConstantStack([](int count) {
    std::vector<Deferred<int>> links(count);
    for (int i = 0; i + 1 < count; ++i) {
      links[i].AddCallback([next = links[i + 1]](int) { return next; });
    }
    for (int i = 0; i + 1 < count; ++i) links[i].Callback(0);
    links.front().Cancel();
    EXPECT_EQ(TakeResult(links.front()), "CancelledError");
  });
}

}  // namespace
}  // namespace heddle::conformance
