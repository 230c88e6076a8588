// SPDX-License-Identifier: Apache-2.0
//
// DF-27 to DF-30, BT-30: pausing.
#include <exception>
#include <string>

#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "conformance/rules/thrown.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/failure.h"

namespace heddle::conformance {
namespace {

RULE(DF_27, WhilePausedFiringAndAttachingOnlyRecord) {
  Trace trace;
  Deferred<int> deferred;
  deferred.AddBoth(Note(trace, "attached first"));
  deferred.Pause();
  deferred.AddBoth(Note(trace, "attached while paused"));
  deferred.Callback(1);
  deferred.AddBoth(Note(trace, "attached to a fired one"));
  EXPECT_EQ(trace, Trace()) << "run while paused";
  deferred.Unpause();
  EXPECT_EQ(trace, (Trace{"attached first", "attached while paused",
                          "attached to a fired one"}))
      << "run by Unpause()";
}

RULE(DF_27, PausesNestAndTheLastUnpauseRunsWhatIsReady) {
  Trace trace;
  const Deferred<int> deferred = Succeed(1);
  deferred.Pause();
  deferred.Pause();
  deferred.AddBoth(Note(trace, "callback"));
  deferred.Unpause();
  ASSERT_EQ(trace, Trace()) << "run by the first Unpause() of two";
  deferred.Unpause();
  EXPECT_EQ(trace, Trace{"callback"}) << "run by the second Unpause() of two";
}

RULE(DF_27, UnpausingAnUnfiredDeferredRunsNothing) {
  Trace trace;
  Deferred<int> deferred;
  const Deferred<int> tail = deferred.AddBoth(Note(trace, "callback"));
  deferred.Pause();
  deferred.Unpause();
  ASSERT_EQ(trace, Trace()) << "run before the Deferred was fired";
  deferred.Callback(1);
  EXPECT_EQ(TakeResult(tail), "1");
}

RULE(DF_28, APausedOuterDoesNotStopTheInnersOwnCallbacks) {
  Trace trace;
  Deferred<int> inner;
  const Deferred<int> outer = WaitingFor(inner);
  const Deferred<int> tail = outer.AddBoth(Note(trace, "outer"));
  outer.Pause();
  inner.AddErrback([&](const Failure&) {
    trace.push_back("inner");
    return 0;
  });
  inner.Callback(1);
  EXPECT_EQ(trace, Trace{"inner"}) << "run while the outer is paused";
  outer.Unpause();
  EXPECT_EQ(trace, (Trace{"inner", "outer"})) << "run after Unpause()";
  EXPECT_EQ(TakeResult(tail), "1") << "the inner's value";
}

RULE(DF_29, PausingInARunningCallbackDoesNotStopThePass) {
  Trace trace;
  Deferred<int> deferred;
  deferred
      .AddCallback([&](int value) {
        deferred.Pause();
        return value;
      })
      .AddBoth(Note(trace, "same pass"));
  deferred.Callback(1);
  EXPECT_EQ(trace, Trace{"same pass"}) << "run in the pass that was paused";
}

RULE(DF_29, PausingInARunningCallbackLosesNoCallback) {
  Trace trace;
  Deferred<int> deferred;
  deferred
      .AddCallback([&](int value) {
        deferred.Pause();
        return value;
      })
      .AddBoth(Note(trace, "same pass"));
  deferred.Callback(1);
  deferred.AddBoth(Note(trace, "attached afterwards"));
  deferred.Unpause();
  EXPECT_EQ(trace, (Trace{"same pass", "attached afterwards"}))
      << "run when it has been unpaused";
}

// What Unpause() throws, or "no exception".
std::string Unpausing(const Deferred<int>& deferred) {
  const std::exception_ptr thrown = Thrown([&] { deferred.Unpause(); });
  return thrown ? InWords(Failure(thrown)) : "no exception";
}

RULE(DF_30, AnUnpauseWithoutPauseIsAnError) {
  Deferred<int> deferred;
  EXPECT_NE(Unpausing(deferred), "no exception")
      << "thrown by Unpause() of one that was never paused";
  deferred.Pause();
  deferred.Unpause();
  EXPECT_NE(Unpausing(deferred), "no exception")
      << "thrown by the second Unpause() after one Pause()";
}

RULE(BT_30, AnUnpauseWithoutPauseDisturbsNothing) {
  Deferred<int> deferred;
  Unpausing(deferred);
  deferred.Callback(1);
  EXPECT_EQ(TakeResult(deferred), "1") << "after an unbalanced Unpause()";
}

}  // namespace
}  // namespace heddle::conformance
