// SPDX-License-Identifier: Apache-2.0
//
// DF-24: one Deferred that fires another.
#include "conformance/kit/log_capture.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"

namespace heddle::conformance {
namespace {

RULE(DF_24, ChainDeferredFiresTheOtherAndConsumesTheResult) {
  Deferred<int> source;
  Deferred<int> target;
  source.ChainDeferred(target);
  EXPECT_FALSE(target.called()) << "fired before its source";
  source.Callback(1);
  EXPECT_EQ(TakeResult(target), "1") << "of the target";
  EXPECT_EQ(TakeResult(source), "AlreadyConsumed") << "of the source";

  Deferred<int> failing;
  Deferred<int> failed;
  failing.ChainDeferred(failed);
  failing.Errback(Lost());
  EXPECT_EQ(TakeResult(failed), "Lost") << "of the target";
  EXPECT_EQ(TakeResult(failing), "AlreadyConsumed") << "of the source";
}

RULE(DF_24, AForwardedFailureIsReportedOnceAndNotByTheSource) {
  LogCapture log;
  {
    Deferred<int> source;
    Deferred<int> target;
    source.ChainDeferred(target);
    source.Errback(Lost());
    source = Deferred<int>();
    EXPECT_EQ(log.Count<Lost>(), 0) << "reports when the source had gone";
  }
  EXPECT_EQ(log.Count<Lost>(), 1) << "reports when both had gone";
}

RULE(DF_24, FiringTheOtherDoesNotAffectTheSourceWhichGetsTheError) {
  Deferred<int> source;
  Deferred<int> target;
  source.ChainDeferred(target);
  target.Callback(1);
  EXPECT_FALSE(source.called()) << "fired by its target";
  source.Callback(2);
  EXPECT_EQ(TakeResult(source), "AlreadyCalledError") << "of the source";
  EXPECT_EQ(TakeResult(target), "1") << "of the target";
}

RULE(DF_24, CancellingTheOtherDoesNotAffectTheSource) {
  int cancelled = 0;
  const Deferred<int> source([&](Deferred<int>&) { ++cancelled; });
  Deferred<int> target;
  source.ChainDeferred(target);
  target.Cancel();
  EXPECT_EQ(cancelled, 0) << "calls of the source's canceller";
  EXPECT_FALSE(source.called()) << "cancelled with its target";
  EXPECT_EQ(TakeResult(target), "CancelledError") << "of the target";
  source.Callback(1);
  EXPECT_EQ(TakeResult(source), "AlreadyConsumed")
      << "of the source: the target's next fire is ignored";
}

}  // namespace
}  // namespace heddle::conformance
