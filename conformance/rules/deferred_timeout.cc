// SPDX-License-Identifier: Apache-2.0
//
// DF-43 to DF-49: limits on how long a Deferred may take.
#include <string>
#include <vector>

#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/failure.h"
#include "reference/outcome.h"
#include "reference/test_clock.h"

namespace heddle::conformance {
namespace {

constexpr Seconds kLimit(2.5);

std::size_t Timers(const TestClock& clock) {
  return clock.GetDelayedCalls().size();
}

RULE(DF_43, AfterTheDelayTheDeferredIsCancelledAndFailsWithTimeoutError) {
  TestClock clock;
  int cancels = 0;
  Deferred<int> deferred([&](Deferred<int>&) { ++cancels; });
  const Deferred<int> tail = deferred.AddTimeout(kLimit, clock);
  clock.Advance(Seconds(2.4));
  EXPECT_EQ(cancels, 0) << "before the delay had passed";
  clock.Advance(Seconds(0.1));
  EXPECT_EQ(cancels, 1) << "calls of the canceller";
  EXPECT_EQ(TakeResult(tail), "TimeoutError");
}

RULE(DF_43, TheLateResultOfADeferredWithoutCancellerIsIgnored) {
  TestClock clock;
  Deferred<int> deferred;
  const Deferred<int> tail = deferred.AddTimeout(kLimit, clock);
  clock.Advance(kLimit);
  EXPECT_NO_THROW(deferred.Callback(1)) << "the late result";
  EXPECT_EQ(TakeResult(tail), "TimeoutError");
}

RULE(DF_43, TheTimeoutErrorTellsTheDelay) {
  TestClock clock;
  std::string text;
  Deferred<int> deferred;
  deferred.AddTimeout(kLimit, clock).AddErrback([&](const Failure& failure) {
    text = failure.Describe();
  });
  clock.Advance(kLimit);
  EXPECT_NE(text.find("2.5"), std::string::npos)
      << "the text does not tell the delay: " << text;
}

// What `fire` does comes before the limit, and the inner Deferred that a later
// callback waits for is there when it passes.
template <class F>
void CheckResultInTime(F fire, const std::string& result) {
  TestClock clock;
  Deferred<int> inner;
  Deferred<int> deferred;
  std::string seen = "none yet";
  const Deferred<int> tail =
      deferred.AddTimeout(kLimit, clock).AddBoth([&](Outcome<int> outcome) {
        seen = InWords(outcome);
        return inner;
      });
  fire(deferred);
  EXPECT_EQ(Timers(clock), 0u) << "the timer is kept";
  clock.Advance(kLimit);
  EXPECT_EQ(seen, result);
  EXPECT_FALSE(inner.called()) << "a later callback's Deferred was cancelled";
  if (!inner.called()) inner.Callback(1);
  EXPECT_EQ(TakeResult(tail), "1");
}

RULE(DF_44, AValueInTimeCancelsTheTimer) {
  CheckResultInTime([](const Deferred<int>& deferred) { deferred.Callback(7); },
                    "7");
}

RULE(DF_44, AFailureInTimeCancelsTheTimer) {
  CheckResultInTime(
      [](const Deferred<int>& deferred) { deferred.Errback(TimeoutError("")); },
      "TimeoutError");
}

RULE(DF_45, TheLimitCoversCallbacksAddedBeforeIt) {
  TestClock clock;
  Deferred<int> inner;
  Deferred<int> deferred;
  const Deferred<int> tail = deferred.AddCallback([&](int) { return inner; })
                                 .AddTimeout(kLimit, clock);
  deferred.Callback(1);
  EXPECT_EQ(Timers(clock), 1u)
      << "the limit ended before the callback's result";
  clock.Advance(kLimit);
  EXPECT_TRUE(inner.called()) << "what an earlier callback waits for runs on";
  EXPECT_EQ(TakeResult(tail), "TimeoutError");
}

RULE(DF_45, TheLimitCoversNoCallbackAddedAfterIt) {
  TestClock clock;
  Deferred<int> inner;
  Deferred<int> deferred;
  const Deferred<int> tail =
      deferred.AddTimeout(kLimit, clock).AddCallback([&](int) {
        return inner;
      });
  deferred.Callback(1);
  clock.Advance(kLimit);
  EXPECT_EQ(TakeResult(tail), "none yet")
      << "the limit covered the whole chain";
}

RULE(DF_45, AnEarlierErrbackSeesTheCancellationAndMayAbsorbIt) {
  TestClock clock;
  std::string seen = "nothing";
  Deferred<int> deferred;
  const Deferred<int> tail = deferred
                                 .AddErrback([&](const Failure& failure) {
                                   seen = InWords(failure);
                                   return 4;
                                 })
                                 .AddTimeout(kLimit, clock);
  clock.Advance(kLimit);
  EXPECT_EQ(seen, "CancelledError") << "what an earlier errback saw";
  EXPECT_EQ(TakeResult(tail), "4") << "an absorbed cancellation came back";
}

RULE(DF_46, AValueFromTheCancellerGoesThroughUnchanged) {
  TestClock clock;
  Deferred<int> deferred([](Deferred<int>& self) { self.Callback(5); });
  const Deferred<int> tail = deferred.AddTimeout(kLimit, clock);
  clock.Advance(kLimit);
  EXPECT_EQ(TakeResult(tail), "5") << "the canceller's value was replaced";
}

RULE(DF_46, AnErrorFromTheCancellerGoesThroughUnchanged) {
  TestClock clock;
  Deferred<int> deferred([](Deferred<int>& self) { self.Errback(Lost()); });
  const Deferred<int> tail = deferred.AddTimeout(kLimit, clock);
  clock.Advance(kLimit);
  EXPECT_EQ(TakeResult(tail), "Lost") << "the canceller's error was replaced";
}

RULE(DF_47, ATranslatorGetsTheResultAndTheDelayAndItsOutcomeIsUsed) {
  TestClock clock;
  Trace calls;
  const auto translate = [&](Outcome<int> outcome, Seconds limit) {
    calls.push_back(InWords(outcome) + " after " +
                    std::to_string(limit.count()));
    return 100;
  };
  Deferred<int> late;
  const Deferred<int> of_late = late.AddTimeout(kLimit, clock, translate);
  Deferred<int> rescued([](Deferred<int>& self) { self.Callback(5); });
  const Deferred<int> of_rescued = rescued.AddTimeout(kLimit, clock, translate);
  clock.Advance(kLimit);
  EXPECT_EQ(calls,
            (Trace{"CancelledError after 2.500000", "5 after 2.500000"}));
  EXPECT_EQ(TakeResult(of_late), "100")
      << "the translator's outcome is not used";
  EXPECT_EQ(TakeResult(of_rescued), "100")
      << "the translator's outcome is not used";
}

RULE(DF_47, ATranslatorIsCalledOnTimeoutOnly) {
  TestClock clock;
  int calls = 0;
  const auto translate = [&](Outcome<int>, Seconds) {
    ++calls;
    return 100;
  };
  std::vector<Deferred<int>> tails;
  for (const auto& fire : std::vector<void (*)(const Deferred<int>&)>{
           [](const Deferred<int>& deferred) { deferred.Callback(1); },
           [](const Deferred<int>& deferred) { deferred.Errback(Lost()); },
           [](const Deferred<int>& deferred) { deferred.Cancel(); }}) {
    Deferred<int> deferred;
    tails.push_back(deferred.AddTimeout(kLimit, clock, translate));
    fire(deferred);
  }
  EXPECT_EQ(calls, 0) << "the translator was called without a timeout";
  EXPECT_EQ(TakeResult(tails[0]), "1");
  EXPECT_EQ(TakeResult(tails[1]), "Lost");
  EXPECT_EQ(TakeResult(tails[2]), "CancelledError");
}

RULE(DF_48, ACancellationBeforeTheLimitStaysOneAndRemovesTheTimer) {
  TestClock clock;
  Deferred<int> deferred;
  const Deferred<int> tail = deferred.AddTimeout(kLimit, clock);
  clock.Advance(Seconds(1));
  deferred.Cancel();
  EXPECT_EQ(Timers(clock), 0u) << "the timer is kept";
  EXPECT_EQ(TakeResult(tail), "CancelledError") << "cancelled by hand";
}

RULE(DF_49, OfSeveralLimitsTheShortestWinsAndAllTimersGo) {
  TestClock clock;
  Deferred<int> inner;
  Deferred<int> deferred;
  std::string seen = "nothing";
  const Deferred<int> tail = deferred.AddTimeout(Seconds(3), clock)
                                 .AddTimeout(Seconds(1), clock)
                                 .AddTimeout(Seconds(2), clock)
                                 .AddErrback([&](const Failure& failure) {
                                   seen = failure.Describe();
                                   return inner;
                                 });
  clock.Advance(Seconds(1));
  EXPECT_NE(seen.find("TimeoutError"), std::string::npos) << seen;
  EXPECT_NE(seen.find(" 1 s"), std::string::npos)
      << "not the shortest limit: " << seen;
  EXPECT_EQ(Timers(clock), 0u) << "leftover timers";
  clock.Advance(Seconds(5));
  EXPECT_EQ(TakeResult(tail), "none yet")
      << "a leftover timer cancelled an inner Deferred";
}

RULE(DF_49, AFiredDeferredKeepsNoTimer) {
  TestClock clock;
  Deferred<int> inner;
  const Deferred<int> tail =
      Succeed(1).AddTimeout(kLimit, clock).AddCallback([&](int) {
        return inner;
      });
  EXPECT_EQ(Timers(clock), 0u) << "a fired Deferred keeps a timer";
  clock.Advance(kLimit);
  EXPECT_EQ(TakeResult(tail), "none yet")
      << "a leftover timer cancelled an inner Deferred";
}

}  // namespace
}  // namespace heddle::conformance
