// SPDX-License-Identifier: Apache-2.0
//
// TP-23 to TP-27: how long a task's parts live, and the context it sees.
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/context.h"

namespace heddle::conformance {
namespace {

// Something to capture that tells when its last copy is gone.
std::shared_ptr<int> TellingToken(Event& gone) {
  return {new int(0), [&gone](int* token) {
            delete token;
            gone.Happen();
          }};
}

RULE(TP_23, TheFunctionAndItsArgumentsAreGoneBeforeOnResultIsEntered) {
  History<bool> were_gone("the callbacks");
  Event function_gone("the function to be destroyed");
  Event argument_gone("the argument to be destroyed");
  const auto pool = MakePool(1, 1);
  pool->Start();
  const auto on_result = [&](Outcome<int>) {
    were_gone.Add(function_gone.happened() && argument_gone.happened());
  };
  RequireAccepted(pool->CallInThreadWithCallback(
      on_result, [token = TellingToken(function_gone)](auto) { return 1; },
      TellingToken(argument_gone)));
  EXPECT_TRUE(were_gone.Await(1).front())
      << "the function or its argument was still there";
}

RULE(TP_23, TheFunctionIsGoneBeforeOnResultIsEnteredAlsoWhenItThrew) {
  History<bool> was_gone("the callback");
  Event function_gone("the function to be destroyed");
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<void>) { was_gone.Add(function_gone.happened()); },
      [token = TellingToken(function_gone)] {
        throw std::runtime_error("weft");
      }));
  EXPECT_TRUE(was_gone.Await(1).front()) << "the function was still there";
}

// No further task comes that could push the old one out.
RULE(TP_23, OnResultAndTheResultAreReleasedWhenItReturns) {
  Event callback_gone("the callback to be released without a further task");
  Event result_gone("the result to be released without a further task");
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThreadWithCallback(
      [token = TellingToken(callback_gone)](
          const Outcome<std::shared_ptr<int>>&) {},
      [&] { return TellingToken(result_gone); }));
  callback_gone.Await();
  result_gone.Await();
  EXPECT_EQ(pool->State(), PoolState::kRunning);
}

RULE(TP_23, ATaskIsReleasedWhenItEndsAlsoByAnException) {
  LogCapture log;
  Event returned_gone("a task that returned to be released");
  Event thrown_gone("a task that threw to be released");
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(
      pool->CallInThread([token = TellingToken(returned_gone)] {}));
  returned_gone.Await();
  RequireAccepted(pool->CallInThread(
      [token = TellingToken(thrown_gone)] { throw 42; }));
  thrown_gone.Await();
  EXPECT_EQ(pool->State(), PoolState::kRunning);
}

const ContextKey<std::string> kOuter;
const ContextKey<std::string> kInner;

// "outer inner" as in effect here; "-" for what is missing.
std::string SeenHere() {
  const std::string* const outer = Context::Current().Get(kOuter);
  const std::string* const inner = Context::Current().Get(kInner);
  return (outer ? *outer : "-") + " " + (inner ? *inner : "-");
}

RULE(TP_24, TheFunctionSeesTheSubmittersContext) {
  History<std::string> seen("the task");
  const auto pool = MakePool(1, 1);
  pool->Start();
  {
    const ScopedContext scope(kOuter, "warp");
    RequireAccepted(pool->CallInThread([&] { seen.Add(SeenHere()); }));
  }
  EXPECT_EQ(seen.Await(1).front(), "warp -");
}

RULE(TP_25, TheFunctionSeesTheWholeContextAsItWasAtSubmission) {
  History<std::string> seen("the task");
  const auto pool = MakePool(1, 1);
  {
    const ScopedContext outer(kOuter, "warp");
    const ScopedContext inner(kInner, "weft");
    RequireAccepted(pool->CallInThread([&] { seen.Add(SeenHere()); }));
    // The task has not run yet, and must not see what comes now.
    const ScopedContext later(kOuter, "too late");
    pool->Start();
    EXPECT_EQ(seen.Await(1).front(), "warp weft");
  }
}

RULE(TP_26, OnResultSeesTheSameContextAsTheFunction) {
  History<std::string> seen("function and callback");
  const auto pool = MakePool(1, 1);
  {
    const ScopedContext outer(kOuter, "warp");
    const ScopedContext inner(kInner, "weft");
    RequireAccepted(pool->CallInThreadWithCallback(
        [&](Outcome<void>) { seen.Add(SeenHere()); },
        [&] { seen.Add(SeenHere()); }));
  }
  pool->Start();
  const std::vector<std::string> entries = seen.Await(2);
  EXPECT_EQ(entries[0], "warp weft") << "seen by the function";
  EXPECT_EQ(entries[1], "warp weft") << "seen by the callback";
}

RULE(TP_27, ContextDoesNotLeakIntoTheNextTaskAlsoWhenATaskThrows) {
  LogCapture log;
  History<std::string> seen("the tasks that come after one with context");
  const auto pool = MakePool(1, 1);
  pool->Start();
  const auto look = [&] { seen.Add(SeenHere()); };
  {
    const ScopedContext scope(kOuter, "warp");
    RequireAccepted(pool->CallInThread([] {}));
  }
  RequireAccepted(pool->CallInThread(look));
  seen.Await(1);
  {
    const ScopedContext scope(kOuter, "warp");
    RequireAccepted(pool->CallInThread([] { throw 42; }));
  }
  RequireAccepted(pool->CallInThread(look));
  seen.Await(2);
  {
    const ScopedContext scope(kOuter, "warp");
    RequireAccepted(pool->CallInThreadWithCallback(
        [](Outcome<void>) { throw 42; }, [] {}));
  }
  RequireAccepted(pool->CallInThread(look));
  for (const std::string& entry : seen.Await(3)) EXPECT_EQ(entry, "- -");
}

}  // namespace
}  // namespace heddle::conformance
