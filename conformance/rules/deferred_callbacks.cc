// SPDX-License-Identifier: Apache-2.0
//
// DF-12 to DF-15: what callbacks may do to Deferreds, and when they go.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/failure.h"

namespace heddle::conformance {
namespace {

RULE(DF_12, WhatARunningCallbackAttachesRunsAfterItAtTheEnd) {
  Trace trace;
  Deferred<int> deferred;
  deferred
      .AddCallback([&](int value) {
        deferred.AddBoth(Note(trace, "attached"));
        trace.push_back("attaching returned");
        return value;
      })
      .AddBoth(Note(trace, "second"));
  deferred.Callback(1);
  EXPECT_EQ(trace, (Trace{"attaching returned", "second", "attached"}));
}

RULE(DF_12, WhatARunningErrbackAttachesRunsAfterItAtTheEnd) {
  Trace trace;
  Deferred<int> deferred;
  deferred
      .AddErrback([&](const Failure&) {
        deferred.AddBoth(Note(trace, "attached"));
        trace.push_back("attaching returned");
        return 1;
      })
      .AddBoth(Note(trace, "second"));
  deferred.Errback(Lost());
  EXPECT_EQ(trace, (Trace{"attaching returned", "second", "attached"}));
}

// Many, so that whatever holds them has to grow under the running callback.
RULE(DF_12, ManyCallbacksAttachedByARunningOneAllRunInTheSamePass) {
  constexpr int kCallbacks = 1000;
  const std::string text(100, 'x');
  int calls = 0;
  Deferred<int> deferred;
  deferred.AddCallback([&, captured = text](int value) {
    for (int i = 0; i < kCallbacks; ++i) {
      deferred.AddCallback([&](int v) {
        ++calls;
        return v;
      });
    }
    EXPECT_EQ(captured, text) << "the running callback's captures have changed";
    return value;
  });
  deferred.Callback(1);
  EXPECT_EQ(calls, kCallbacks) << "run before Callback() returned";
}

RULE(DF_13, FiringAnotherDeferredInACallbackRunsItsCallbacksThere) {
  Trace trace;
  Deferred<int> other;
  other.AddBoth(Note(trace, "callback of the other"));
  Deferred<int> deferred;
  deferred.AddCallback([&](int) {
    other.Callback(1);
    trace.push_back("firing the other returned");
  });
  deferred.Callback(1);
  EXPECT_EQ(trace,
            (Trace{"callback of the other", "firing the other returned"}));
}

// A chain that goes takes the captures of its callbacks with it, so that the
// rule sees a chain that goes too early. Its full power is with
// AddressSanitizer.
RULE(DF_14, ACallbackMayDropTheLastHandleToItsOwnDeferred) {
  auto last = std::make_unique<std::optional<Deferred<int>>>(std::in_place);
  auto captured = std::make_shared<int>(10);
  const std::weak_ptr<int> watch = captured;
  int result = 0;
  const Deferred<int>& deferred = **last;
  deferred
      .AddCallback([&](int value) {
        last->reset();
        EXPECT_FALSE(watch.expired())
            << "the chain went while its callback was running";
        return value + 1;
      })
      .AddCallback([&, captured = std::move(captured)](int value) {
        result = value + *captured;
      });
  deferred.Callback(1);
  EXPECT_EQ(result, 12) << "of 1, by way of + 1 and + 10";
  EXPECT_TRUE(watch.expired()) << "the chain is still there";
}

// The callback holds its own Deferred: if the chain kept it, neither would go.
RULE(DF_15, ACallbackIsReleasedAsSoonAsItHasRun) {
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> watch = captured;
  Deferred<int> deferred;
  deferred
      .AddCallback([deferred, captured = std::move(captured)](int value) {
        return value;
      })
      .AddCallback([&](int value) {
        EXPECT_TRUE(watch.expired())
            << "a callback that has run is kept while the next one runs";
        return value;
      });
  EXPECT_FALSE(watch.expired());
  deferred.Callback(1);
  EXPECT_TRUE(watch.expired()) << "a callback that has run is kept";
}

RULE(DF_15, ACallbackThatWasSkippedIsReleasedToo) {
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> watch = captured;
  Deferred<int> deferred;
  deferred.AddErrback(
      [deferred, captured = std::move(captured)](const Failure&) { return 0; });
  deferred.Callback(1);
  EXPECT_TRUE(watch.expired()) << "an errback that was skipped is kept";
}

// The canceller holds its own Deferred, as one that counts on being called
// does.
RULE(DF_15, TheCancellerIsReleasedOnceTheDeferredHasFired) {
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> watch = captured;
  const auto self = std::make_shared<std::optional<Deferred<int>>>();
  self->emplace([self, captured = std::move(captured)](Deferred<int>&) {});
  (*self)->AddCallback([&](int value) {
    EXPECT_TRUE(watch.expired()) << "the canceller is kept by a fired Deferred";
    return value;
  });
  EXPECT_FALSE(watch.expired());
  (*self)->Callback(1);
  EXPECT_TRUE(watch.expired()) << "the canceller is kept by a fired Deferred";
}

RULE(DF_15, TheCancellerIsReleasedOnceItHasBeenCalled) {
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> watch = captured;
  const Deferred<int> deferred(
      [captured = std::move(captured)](Deferred<int>&) {});
  deferred.Cancel();
  EXPECT_TRUE(watch.expired()) << "the canceller is kept after Cancel()";
  EXPECT_EQ(TakeResult(deferred), "CancelledError");
}

RULE(DF_15, TheCancellerIsReleasedOnceAnotherDeferredHasFiredIt) {
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> watch = captured;
  const Deferred<int> deferred(
      [captured = std::move(captured)](Deferred<int>&) {});
  Succeed(1).ChainDeferred(deferred);
  EXPECT_TRUE(watch.expired()) << "the canceller is kept by a fired Deferred";
  EXPECT_EQ(TakeResult(deferred), "1");
}

}  // namespace
}  // namespace heddle::conformance
