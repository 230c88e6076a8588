// SPDX-License-Identifier: Apache-2.0
//
// DF-01 to DF-10: what fires a Deferred, and what its callbacks then get.
#include <any>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "conformance/rules/thrown.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/failure.h"
#include "reference/outcome.h"

namespace heddle::conformance {
namespace {

RULE(DF_01, CallbacksRunInTheOrderAddedBeforeCallbackReturns) {
  Trace trace;
  Deferred<int> deferred;
  deferred.AddBoth(Note(trace, "first"))
      .AddBoth(Note(trace, "second"))
      .AddBoth(Note(trace, "third"));
  EXPECT_EQ(trace, Trace()) << "run before the Deferred was fired";
  deferred.Callback(1);
  EXPECT_EQ(trace, (Trace{"first", "second", "third"}))
      << "not run, or not in the order added, when Callback() returned";
}

RULE(DF_01, CallbacksRunInTheOrderAddedBeforeErrbackReturns) {
  Trace trace;
  Deferred<int> deferred;
  const Deferred<int> tail = deferred.AddBoth(Note(trace, "first"))
                                 .AddBoth(Note(trace, "second"))
                                 .AddBoth(Note(trace, "third"));
  deferred.Errback(Lost());
  EXPECT_EQ(trace, (Trace{"first", "second", "third"}))
      << "not run, or not in the order added, when Errback() returned";
  TakeResult(tail);
}

RULE(DF_02, EachCallbackGetsWhatTheOneBeforeItReturned) {
  Deferred<int> deferred;
  const Deferred<int> tail =
      deferred.AddCallback([](int value) { return value + 1; })
          .AddCallback([](int value) { return value * 10; });
  deferred.Callback(1);
  EXPECT_EQ(TakeResult(tail), "20") << "of 1, by way of + 1 and * 10";
}

RULE(DF_02, ExtraArgumentsFollowTheValue) {
  Trace trace;
  Deferred<int> deferred;
  const auto note = [&](int first, int second, int third) {
    trace = {std::to_string(first), std::to_string(second),
             std::to_string(third)};
  };
  deferred.AddCallback(note, 2, 3);
  deferred.Callback(1);
  EXPECT_EQ(trace, (Trace{"1", "2", "3"}))
      << "the value is 1, the extra arguments are 2 and 3";
}

RULE(DF_02, AttachingReturnsAHandleToTheSameChain) {
  Deferred<int> deferred;
  const Deferred<int> tail =
      deferred.AddCallback([](int value) { return value; });
  deferred.Callback(1);
  EXPECT_TRUE(tail.called()) << "attaching returned another chain";
  EXPECT_EQ(TakeResult(tail), "1");
}

RULE(DF_03, AttachingToAFiredDeferredRunsTheCallbackAtOnce) {
  EXPECT_EQ(TakeResult(Succeed(1)), "1")
      << "attached to one that has fired with 1";
  EXPECT_EQ(TakeResult(Fail<int>(Lost())), "Lost")
      << "attached to one that has failed";
}

RULE(DF_04, WhatACallbackThrowsTheErrbackOfItsPairDoesNotSee) {
  Trace trace;
  const Deferred<int> tail =
      Succeed(1).AddCallbacks([](int) -> int { throw Lost(); },
                              [&](const Failure&) {
                                trace.push_back("errback of the same pair");
                                return 0;
                              });
  EXPECT_EQ(trace, Trace());
  EXPECT_EQ(TakeResult(tail), "Lost") << "for the next pair";
}

RULE(DF_04, ACallbackMayThrowAnyType) {
  const auto thrown = Thrown([] {
    bool caught = false;
    Succeed(1)
        .AddCallback([](int) -> int { throw 42; })
        .AddErrback([&](const Failure& failure) {
          caught = failure.Check<int>();
          return 0;
        });
    EXPECT_TRUE(caught) << "the next errback did not get the int";
  });
  EXPECT_FALSE(thrown) << "attaching threw what the callback had thrown";
}

RULE(DF_05, AnErrbackThatReturnsPutsTheChainBackOnTheValuePath) {
  const Deferred<int> tail =
      Fail<int>(Lost()).AddErrback([](const Failure&) { return 5; });
  EXPECT_EQ(TakeResult(tail), "5") << "what the errback returned";
}

RULE(DF_05, AMissingSidePassesTheResultOn) {
  Trace trace;
  const auto on_value = [&](int value) {
    trace.push_back("callback");
    return value;
  };
  const auto on_failure = [&](const Failure&) {
    trace.push_back("errback");
    return 0;
  };
  EXPECT_EQ(TakeResult(Succeed(1).AddErrback(on_failure)), "1")
      << "a value that passed an errback";
  EXPECT_EQ(TakeResult(Fail<int>(Lost()).AddCallback(on_value)), "Lost")
      << "a failure that passed a callback";
  EXPECT_EQ(trace, Trace());
}

RULE(DF_05, AReturnedFailureMeansTheErrorPath) {
  EXPECT_EQ(TakeResult(Succeed(1).AddCallback(
                [](int) { return Failure::Of(Lost()); })),
            "Lost")
      << "a callback returned the Failure";
  EXPECT_EQ(TakeResult(Fail<int>(std::runtime_error("earlier"))
                           .AddErrback([](const Failure&) {
                             return Failure::Of(Lost());
                           })),
            "Lost")
      << "an errback returned the Failure";
}

RULE(DF_06, AddBothIsCalledOnceWhateverTheResultAndEvenIfItThrows) {
  int calls = 0;
  const auto count_and_throw = [&](const Outcome<int>&) -> int {
    ++calls;
    throw Lost();
  };
  EXPECT_EQ(TakeResult(Succeed(1).AddBoth(count_and_throw)), "Lost");
  EXPECT_EQ(calls, 1) << "calls for a value";
  EXPECT_EQ(
      TakeResult(
          Fail<int>(std::runtime_error("earlier")).AddBoth(count_and_throw)),
      "Lost");
  EXPECT_EQ(calls, 2) << "calls for a value and a failure";
}

// A std::any could hold the Failure, so that nothing but the promise keeps it
// from becoming a value.
RULE(DF_07, CallbackWithAFailureIsErrback) {
  Trace trace;
  Deferred<std::any> deferred;
  deferred.AddCallbacks(
      [&](const std::any&) { trace.push_back("as a value"); },
      [&](const Failure& failure) { trace.push_back(InWords(failure)); });
  deferred.Callback(Failure::Of(Lost()));
  EXPECT_EQ(trace, Trace{"Lost"}) << "Callback(failure)";
}

RULE(DF_08, ErrbackWrapsTheException) {
  Deferred<int> deferred;
  deferred.Errback(Lost());
  EXPECT_EQ(TakeResult(deferred), "Lost");
}

RULE(DF_08, ErrbackWithoutArgumentTakesTheExceptionBeingHandled) {
  Deferred<int> deferred;
  try {
    throw Lost();
  } catch (const Lost&) {
    deferred.Errback();
  }
  EXPECT_EQ(TakeResult(deferred), "Lost");
}

RULE(DF_08, ErrbackWithoutAnExceptionIsAnErrorAndFiresNothing) {
  Deferred<int> deferred;
  EXPECT_TRUE(Thrown([&] { deferred.Errback(); }))
      << "no exception was being handled, and Errback() did not object";
  ASSERT_FALSE(deferred.called())
      << "fired with an exception that is not there";
  deferred.Callback(1);
  EXPECT_EQ(TakeResult(deferred), "1");
}

void FireWith(const Deferred<int>& deferred, bool value, int mark) {
  if (value) {
    deferred.Callback(mark);
  } else {
    deferred.Errback(std::runtime_error(std::to_string(mark)));
  }
}

// What a second fire throws; "no exception" if it is accepted.
std::string SecondFire(const Deferred<int>& deferred, bool value) {
  const std::exception_ptr thrown =
      Thrown([&] { FireWith(deferred, value, 2); });
  return thrown ? InWords(Failure(thrown)) : "no exception";
}

RULE(DF_09, ASecondFireIsRefusedAndDisturbsNothing) {
  for (const bool first : {true, false}) {
    for (const bool second : {true, false}) {
      SCOPED_TRACE(std::string(first ? "Callback" : "Errback") + ", then " +
                   (second ? "Callback" : "Errback"));
      Deferred<int> deferred;
      FireWith(deferred, first, 1);
      EXPECT_EQ(SecondFire(deferred, second), "AlreadyCalledError")
          << "thrown by the second fire";
      EXPECT_EQ(TakeResult(deferred), first ? "1" : "std::runtime_error: 1")
          << "the result after the second fire";
    }
  }
}

RULE(DF_09, AFireByARunningCallbackIsRefused) {
  std::string refusal;
  Deferred<int> deferred;
  const Deferred<int> tail = deferred.AddCallback([&](int value) {
    refusal = SecondFire(deferred, true);
    return value;
  });
  deferred.Callback(1);
  EXPECT_EQ(refusal, "AlreadyCalledError") << "thrown by the second fire";
  EXPECT_EQ(TakeResult(tail), "1") << "the result after the second fire";
}

RULE(DF_10, ADeferredThatWaitsHasBeenFired) {
  Deferred<int> inner;
  Deferred<int> outer;
  outer.AddCallback([&](int) { return inner; });
  outer.Callback(1);
  EXPECT_TRUE(outer.called());
  EXPECT_EQ(SecondFire(outer, true), "AlreadyCalledError")
      << "thrown by Callback while waiting";
  EXPECT_EQ(SecondFire(outer, false), "AlreadyCalledError")
      << "thrown by Errback while waiting";
  inner.Callback(5);
  EXPECT_EQ(TakeResult(outer), "5") << "what it waited for";
}

}  // namespace
}  // namespace heddle::conformance
