// SPDX-License-Identifier: Apache-2.0
//
// DF-40 to DF-42, BT-31, DF-59, DF-60, BT-34: what becomes of failures, how
// fired Deferreds are made, and what they let go of.
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/log_capture.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "conformance/rules/thrown.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/unhandled_failures.h"

namespace heddle::conformance {
namespace {

// Takes the place of the hook for the object's lifetime.
class HookInPlace {
 public:
  explicit HookInPlace(UnhandledFailureHook hook)
      : former_(SetUnhandledFailureHook(std::move(hook))) {}
  ~HookInPlace() { SetUnhandledFailureHook(std::move(former_)); }

 private:
  UnhandledFailureHook former_;
};

std::vector<std::string> HeldHere() {
  std::vector<std::string> words;
  for (const Failure& failure : UnhandledFailures()) {
    words.push_back(InWords(failure));
  }
  return words;
}

using Words = std::vector<std::string>;

RULE(DF_40, AFailureIsReportedOnceWhenTheLastHandleGoes) {
  LogCapture log;
  {
    std::optional<Deferred<int>> handle(std::in_place);
    const Deferred<int> last = *handle;
    last.AddCallback([](int value) { return value; });
    handle->Errback(Lost());
    EXPECT_EQ(log.records().size(), 0u) << "reported when it was fired";
    handle.reset();
    EXPECT_EQ(log.records().size(), 0u) << "reported while there is a handle";
  }
  EXPECT_EQ(log.records().size(), 1u) << "reports when the last handle went";
  EXPECT_EQ(log.Count<Lost>(), 1) << "reports of the very failure";
}

RULE(DF_40, AFailureThatWasHandledOrNeverCameIsNotReported) {
  LogCapture log;
  {
    const Deferred<int> handled = Fail<int>(Lost());
    handled.AddErrback([](const Failure&) { return 1; });
    const Deferred<int> unfired;
    unfired.AddErrback([](const Failure&) { return 1; });
    const Deferred<int> waits = WaitingFor(Deferred<int>());
  }
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(DF_40, AMovedFailureIsReportedByTheOneItMovedToAndByNoOther) {
  LogCapture log;
  std::optional<Deferred<int>> now(Fail<int>(Lost()));
  std::optional<Deferred<int>> later(std::in_place);
  std::optional<Deferred<int>> from_now = WaitingFor(*now);
  std::optional<Deferred<int>> from_later = WaitingFor(*later);
  later->Errback(Lost());
  now.reset();
  later.reset();
  EXPECT_EQ(log.records().size(), 0u) << "reported by those it moved away from";
  from_now.reset();
  EXPECT_EQ(log.records().size(), 1u) << "reported by the one it moved to";
  std::optional<Deferred<int>> last(std::in_place);
  from_later->ChainDeferred(*last);
  from_later.reset();
  EXPECT_EQ(log.records().size(), 1u) << "reported by the one it was chained in";
  last.reset();
  EXPECT_EQ(log.Count<Lost>(), 2) << "reported by the one it was chained to";
}

RULE(DF_41, OnlyTheLastOfSeveralFailuresIsReported) {
  LogCapture log;
  Fail<int>(Lost()).AddErrback(
      [](const Failure&) -> int { throw std::out_of_range("last"); });
  EXPECT_EQ(log.Count<std::out_of_range>(), 1) << "reports of the last failure";
  EXPECT_EQ(log.Count<Lost>(), 0) << "reports of the first failure";
}

RULE(DF_42, ACancellationNobodyHandlesIsReported) {
  LogCapture log;
  Deferred<int>().Cancel();
  Deferred<int>([](Deferred<int>&) {}).Cancel();
  EXPECT_EQ(log.Count<CancelledError>(), 2) << "reports of cancellations";
}

RULE(BT_31, TheHookIsToldInsteadOfTheLogUntilItIsReplaced) {
  LogCapture log;
  Words told;
  {
    const HookInPlace hook(
        [&](const Failure& failure) { told.push_back(InWords(failure)); });
    Fail<int>(Lost());
    EXPECT_EQ(told, Words{"Lost"}) << "what the hook was told";
    EXPECT_EQ(log.records().size(), 0u);
  }
  Fail<int>(Lost());
  EXPECT_EQ(told, Words{"Lost"}) << "what the hook was told";
  EXPECT_EQ(log.Count<Lost>(), 1) << "what was logged without the hook";
}

RULE(BT_31, AHookThatThrowsHarmsNobodyAndLosesNothing) {
  LogCapture log;
  const HookInPlace hook([](const Failure&) { throw 42; });
  Fail<int>(Lost());
  EXPECT_EQ(log.Count<int>(), 1) << "what the hook threw";
  EXPECT_EQ(log.Count<Lost>(), 1) << "what the hook was told of";
}

RULE(BT_31, AFailureStillHeldWhenTheReactorEndsIsMentionedAndNotHandled) {
  LogCapture log;
  std::optional<Deferred<int>> held;
  const Deferred<int> elsewhere = Fail<int>(Lost());
  RunningReactor reactor;
  reactor.Do([&] {
    held = Fail<int>(std::out_of_range("held"));
    Fail<int>(Lost()).AddErrback([](const Failure&) { return 0; });
  });
  reactor.Stop();
  const std::vector<LogRecord> at_exit = log.records();
  ASSERT_EQ(at_exit.size(), 1u) << "mentioned at the reactor's end";
  EXPECT_TRUE(LogCapture::Holds<std::out_of_range>(at_exit[0]));
  EXPECT_EQ(at_exit[0].severity, Severity::kWarning);
  held.reset();
  EXPECT_EQ(log.Count<std::out_of_range>(), 2) << "when its last handle went";
  elsewhere.AddErrback([](const Failure&) { return 0; });
}

RULE(BT_31, TheListHasWhatIsHeldAtThisMoment) {
  Words while_handled{"not handled"};
  const Deferred<int> handled = Fail<int>(Lost());
  const Deferred<int> moved = Fail<int>(std::out_of_range("moved"));
  EXPECT_EQ(HeldHere(), (Words{"Lost", "std::out_of_range: moved"}));
  handled.AddErrback([&](const Failure&) {
    while_handled = HeldHere();
    return 0;
  });
  EXPECT_EQ(while_handled, Words{"std::out_of_range: moved"})
      << "held while an errback ran";
  std::optional<Deferred<int>> outer = WaitingFor(moved);
  EXPECT_EQ(HeldHere(), Words{"std::out_of_range: moved"})
      << "held once it moved";
  const HookInPlace hook([](const Failure&) {});
  outer.reset();
  EXPECT_EQ(HeldHere(), Words()) << "held once its Deferred has gone";
}

RULE(DF_59, SucceedFailAndExecuteGiveFiredDeferreds) {
  EXPECT_EQ(TakeResult(Succeed(1)), "1");
  EXPECT_EQ(TakeResult(Succeed()), "done");
  EXPECT_EQ(TakeResult(Fail<int>(Lost())), "Lost");
  EXPECT_EQ(TakeResult(Fail<int>(Failure::Of(Lost()))), "Lost");
  EXPECT_EQ(TakeResult(Execute([](int a, int b) { return a * b; }, 6, 7)), "42");
  EXPECT_EQ(TakeResult(Execute([] { throw Lost(); })), "Lost");
  EXPECT_EQ(TakeResult(Execute([] { return Failure::Of(Lost()); })), "Lost");
}

RULE(DF_59, MaybeDeferredHandsBackAReturnedDeferredItself) {
  const Deferred<int> given;
  const Deferred<int> got = MaybeDeferred([&] { return given; });
  EXPECT_FALSE(got.called()) << "it is another Deferred, which waits";
  given.Pause();
  got.AddCallback([](int value) { return value + 1; });
  given.Callback(1);
  given.Unpause();
  EXPECT_EQ(TakeResult(given), "2") << "the callback went to another Deferred";
}

RULE(DF_59, MaybeDeferredTurnsTheRestIntoFiredDeferreds) {
  EXPECT_EQ(TakeResult(MaybeDeferred([] { return 1; })), "1");
  EXPECT_EQ(TakeResult(MaybeDeferred([] {})), "done");
  EXPECT_EQ(TakeResult(MaybeDeferred([]() -> int { throw Lost(); })), "Lost");
  EXPECT_EQ(TakeResult(MaybeDeferred([] { return Failure::Of(Lost()); })),
            "Lost");
  EXPECT_EQ(TakeResult(MaybeDeferred([]() -> Deferred<int> { throw Lost(); })),
            "Lost");
}

RULE(DF_60, CheckSaysWhetherAFailureIsOneOfTheTypes) {
  const Failure failure = Failure::Of(Lost());
  EXPECT_TRUE(failure.Check<Lost>());
  EXPECT_TRUE(failure.Check<std::runtime_error>()) << "its base";
  EXPECT_TRUE((failure.Check<int, Lost>()));
  EXPECT_FALSE((failure.Check<int, std::logic_error>()));
  EXPECT_TRUE(Failure::Of(3).Check<int>());
}

RULE(DF_60, TrapLeavesWhatDoesNotMatchOnTheErrorPath) {
  Trace trace;
  const auto trap = [&]<class Error>(Error*) {
    return [&](const Failure& failure) {
      failure.Trap<Error>();
      trace.push_back("absorbed");
      return 0;
    };
  };
  const Deferred<int> deferred = Fail<int>(Lost());
  deferred.AddErrback(trap(static_cast<std::logic_error*>(nullptr)));
  EXPECT_EQ(trace, Trace()) << "absorbed what does not match";
  deferred.AddErrback(trap(static_cast<std::runtime_error*>(nullptr)));
  EXPECT_EQ(trace, Trace{"absorbed"}) << "absorbed what matches";
  EXPECT_EQ(TakeResult(deferred), "0");
}

// Errors that the test can watch.
struct Watched : std::runtime_error {
  explicit Watched(std::shared_ptr<int> held)
      : std::runtime_error("watched"), held(std::move(held)) {}
  std::shared_ptr<int> held;
};

RULE(BT_34, CallbacksAndCancellersOfADeferredGoAsSoonAsItIsDoneWithThem) {
  const auto watch = [](const std::shared_ptr<int>& held) {
    return std::weak_ptr<int>(held);
  };
  auto run = std::make_shared<int>();
  auto skipped = std::make_shared<int>();
  auto canceller = std::make_shared<int>();
  const std::weak_ptr<int> weak_run = watch(run);
  const std::weak_ptr<int> weak_skipped = watch(skipped);
  const std::weak_ptr<int> weak_canceller = watch(canceller);
  const Deferred<int> deferred(
      [held = std::move(canceller)](Deferred<int>&) {});
  bool gone_when_the_next_ran = false;
  deferred.AddCallback([held = std::move(run)](int value) { return value; });
  deferred.AddErrback([held = std::move(skipped)](const Failure&) { return 0; });
  deferred.AddCallback([&](int value) {
    gone_when_the_next_ran = weak_run.expired() && weak_skipped.expired() &&
                             weak_canceller.expired();
    return value;
  });
  EXPECT_FALSE(weak_run.expired());
  deferred.Callback(1);
  EXPECT_TRUE(gone_when_the_next_ran) << "captures held by what is over";
}

RULE(BT_34, AHandledErrorGoesWithItsErrback) {
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> weak = held;
  const Deferred<int> deferred = Fail<int>(Watched(std::move(held)));
  EXPECT_FALSE(weak.expired());
  deferred.AddErrback([](const Failure&) { return 0; });
  EXPECT_TRUE(weak.expired()) << "the error was handled and is still there";
}

}  // namespace
}  // namespace heddle::conformance
