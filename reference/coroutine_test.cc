// SPDX-License-Identifier: Apache-2.0
#include "reference/coroutine.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "reference/errors.h"
#include "reference/recorded_log.h"
#include "reference/test_clock.h"

namespace heddle {
namespace {

constexpr int kMany = 1'000'000;
constexpr int kDeep = 100'000;

// Counts itself.
class Local {
 public:
  explicit Local(int& live) : live_(&live) { ++*live_; }
  Local(const Local& other) : live_(other.live_) { ++*live_; }
  ~Local() { --*live_; }

 private:
  int* live_;
};

// What `deferred` has come to, if anything.
template <class T>
std::optional<Outcome<T>> Take(const Deferred<T>& deferred) {
  const auto seen = std::make_shared<std::optional<Outcome<T>>>();
  deferred.AddBoth(
      [seen](Outcome<T> outcome) { seen->emplace(std::move(outcome)); });
  return std::move(*seen);
}

// The value, or -1.
int Value(const Deferred<int>& deferred) {
  const auto seen = Take(deferred);
  return seen && seen->ok() ? seen->value() : -1;
}

template <class E, class T>
bool FailedWith(const Deferred<T>& deferred) {
  const auto seen = Take(deferred);
  return seen && !seen->ok() && seen->failure().template Check<E>();
}

Deferred<int> AddOne(Deferred<int> deferred) {
  co_return 1 + co_await std::move(deferred);
}

Deferred<int> Await(const Deferred<int>& deferred) {
  const int value = co_await deferred;
  co_return value;
}

TEST(Coroutine, TakesTheValueOfWhatHasFiredBeforeTheCallReturns) {
  EXPECT_EQ(Value(AddOne(Succeed(1))), 2);
}

TEST(Coroutine, WaitsForWhatHasNotFired) {
  const Deferred<int> awaited;
  const Deferred<int> result = AddOne(awaited);
  int seen = 0;
  const Deferred<void> end =
      result.AddCallback([&](int value) { seen = value; });
  EXPECT_EQ(seen, 0);
  awaited.Callback(4);
  EXPECT_EQ(seen, 5);
}

TEST(Coroutine, BeginsInTheCallAndRunsWithoutAnyAwait) {
  const auto body = [](std::string text) -> Deferred<std::string> {
    co_return text + "!";
  };
  const auto seen = Take(body("now"));
  ASSERT_TRUE(seen && seen->ok());
  EXPECT_EQ(seen->value(), "now!");
}

TEST(Coroutine, MayBeOfVoidAndAwaitVoid) {
  const Deferred<void> awaited;
  std::string said;
  const auto body = [&](Deferred<void> wait) -> Deferred<void> {
    said += "begin ";
    co_await std::move(wait);
    said += "end";
  };
  const Deferred<void> result = body(awaited);
  EXPECT_EQ(said, "begin ");
  EXPECT_FALSE(Take(result).has_value());
  awaited.Callback();
  EXPECT_EQ(said, "begin end");
}

TEST(Coroutine, MovesValuesThatCannotBeCopied) {
  const auto body = [](Deferred<std::unique_ptr<int>> wait)
      -> Deferred<std::unique_ptr<int>> {
    std::unique_ptr<int> number = co_await std::move(wait);
    ++*number;
    co_return number;
  };
  const auto seen = Take(body(Succeed(std::make_unique<int>(6))));
  ASSERT_TRUE(seen && seen->ok());
  EXPECT_EQ(*seen->value(), 7);
}

TEST(Coroutine, AwaitsSeveralTypesAndGoesOnAfterEach) {
  const Deferred<int> number;
  const Deferred<std::string> text;
  const auto body = [](Deferred<int> a,
                       Deferred<std::string> b) -> Deferred<std::string> {
    const int times = co_await std::move(a);
    const std::string word = co_await std::move(b);
    std::string all;
    for (int i = 0; i < times; ++i) all += word;
    co_return all;
  };
  const Deferred<std::string> result = body(number, text);
  std::string seen;
  const Deferred<void> end =
      result.AddCallback([&](const std::string& all) { seen = all; });
  text.Callback("ho");
  EXPECT_EQ(seen, "");
  number.Callback(3);
  EXPECT_EQ(seen, "hohoho");
}

TEST(Coroutine, AwaitsTemporariesAndTwoInOneExpression) {
  const auto body = []() -> Deferred<int> {
    co_return co_await Succeed(std::string("four"))
            .AddCallback([](const std::string& text) {
              return static_cast<int>(text.size());
            }) +
        co_await AddOne(Succeed(1));
  };
  EXPECT_EQ(Value(body()), 6);
}

TEST(Coroutine, ThrowsTheOriginalExceptionOfAFailure) {
  const std::exception_ptr planted =
      std::make_exception_ptr(std::out_of_range("planted"));
  const Deferred<int> awaited;
  std::exception_ptr caught;
  const auto body = [&](Deferred<int> wait) -> Deferred<int> {
    try {
      co_await std::move(wait);
    } catch (...) {
      caught = std::current_exception();
    }
    co_return 3;
  };
  const Deferred<int> result = body(awaited);
  awaited.Errback(planted);
  EXPECT_EQ(caught, planted);
  EXPECT_EQ(Value(result), 3);
}

TEST(Coroutine, FailsWithWhatLeavesTheBody) {
  const Deferred<int> awaited;
  const Deferred<int> result = AddOne(awaited);
  awaited.Errback(std::out_of_range("planted"));
  EXPECT_TRUE(FailedWith<std::out_of_range>(result));
  const auto thrower = []() -> Deferred<void> {
    throw 42;
    co_return;
  };
  EXPECT_TRUE(FailedWith<int>(thrower()));
}

TEST(Coroutine, TakesAReturnedFailureOrOutcomeForWhatItHolds) {
  const auto failure = []() -> Deferred<int> {
    co_return Failure::Of(std::out_of_range("returned"));
  };
  EXPECT_TRUE(FailedWith<std::out_of_range>(failure()));
  const auto outcome = []() -> Deferred<int> { co_return Outcome<int>(8); };
  EXPECT_EQ(Value(outcome()), 8);
}

TEST(Coroutine, ReportsAFailureNobodyHandlesOnce) {
  RecordedLog log;
  AddOne(Fail<int>(std::out_of_range("planted")));
  EXPECT_EQ(log.records().size(), 1u);
}

TEST(Coroutine, CountsAsFiredFromTheStart) {
  const Deferred<int> awaited;
  const Deferred<int> result = AddOne(awaited);
  EXPECT_TRUE(result.called());
  EXPECT_THROW(result.Callback(5), AlreadyCalledError);
  awaited.Callback(1);
  EXPECT_EQ(Value(result), 2);
}

TEST(Coroutine, CancelsWhatItAwaitsNow) {
  int first_cancels = 0;
  int second_cancels = 0;
  const Deferred<int> first([&](Deferred<int>&) { ++first_cancels; });
  const Deferred<int> second([&](Deferred<int>&) { ++second_cancels; });
  const auto body = [](Deferred<int> a, Deferred<int> b) -> Deferred<int> {
    const int sum = co_await std::move(a);
    co_return sum + co_await std::move(b);
  };
  const Deferred<int> result = body(first, second);
  first.Callback(1);
  result.Cancel();
  EXPECT_EQ(first_cancels, 0);
  EXPECT_EQ(second_cancels, 1);
  EXPECT_TRUE(FailedWith<CancelledError>(result));
}

TEST(Coroutine, MayHandleItsCancellingAndGoOn) {
  const Deferred<int> awaited;
  const Deferred<int> next;
  const auto body = [](Deferred<int> a, Deferred<int> b) -> Deferred<int> {
    bool cancelled = false;
    try {
      co_await std::move(a);
    } catch (const CancelledError&) {
      cancelled = true;
    }
    const int value = co_await std::move(b);
    co_return cancelled ? value : -2;
  };
  const Deferred<int> result = body(awaited, next);
  result.Cancel();
  EXPECT_FALSE(next.called());
  awaited.Callback(0);  // ignored, once
  next.Callback(9);
  EXPECT_EQ(Value(result), 9);
  result.Cancel();  // over: nothing to cancel
}

TEST(Coroutine, ReceivesWhatACancellerFires) {
  const Deferred<int> awaited([](Deferred<int>& self) { self.Callback(20); });
  const Deferred<int> result = AddOne(awaited);
  result.Cancel();
  EXPECT_EQ(Value(result), 21);
}

TEST(Coroutine, IsCancelledThroughCoroutinesThatAwaitIt) {
  const Deferred<int> awaited;
  const Deferred<int> result = AddOne(AddOne(AddOne(awaited)));
  result.Cancel();
  EXPECT_TRUE(awaited.called());
  EXPECT_TRUE(FailedWith<CancelledError>(result));
}

TEST(Coroutine, MayHaveATimeLimit) {
  TestClock clock;
  bool cancelled = false;
  const Deferred<int> awaited([&](Deferred<int>&) { cancelled = true; });
  const Deferred<int> result = AddOne(awaited).AddTimeout(Seconds(2), clock);
  clock.Advance(Seconds(1));
  EXPECT_FALSE(cancelled);
  clock.Advance(Seconds(1));
  EXPECT_TRUE(cancelled);
  EXPECT_TRUE(FailedWith<TimeoutError>(result));
}

TEST(Coroutine, IgnoresACancelOfItsOwnFromItsBody) {
  std::optional<Deferred<int>> own;
  const Deferred<int> awaited;
  const auto body = [&](Deferred<int> wait) -> Deferred<int> {
    const int value = co_await std::move(wait);
    own->Cancel();
    co_return value;
  };
  own = body(awaited);
  awaited.Callback(2);
  EXPECT_EQ(Value(*own), 2);
}

TEST(Coroutine, WaitsForAPausedDeferred) {
  const Deferred<int> awaited;
  awaited.Pause();
  awaited.Callback(1);
  int seen = 0;
  const Deferred<void> end =
      Await(awaited).AddCallback([&](int value) { seen = value; });
  EXPECT_EQ(seen, 0);
  awaited.Unpause();
  EXPECT_EQ(seen, 1);
}

TEST(Coroutine, IsHeldByAPauseOfItsOwnDeferred) {
  const Deferred<int> awaited;
  bool resumed = false;
  const auto body = [&](Deferred<int> wait) -> Deferred<void> {
    co_await std::move(wait);
    resumed = true;
  };
  const Deferred<void> result = body(awaited);
  result.Pause();
  awaited.Callback(1);
  EXPECT_FALSE(resumed);
  result.Unpause();
  EXPECT_TRUE(resumed);
}

TEST(Coroutine, WaitsForADeferredThatWaitsForAnother) {
  const Deferred<int> inner;
  const Deferred<int> outer =
      Succeed(0).AddCallback([&](int) { return inner; });
  const Deferred<int> result = AddOne(outer);
  inner.Callback(5);
  EXPECT_EQ(Value(result), 6);
}

TEST(Coroutine, ComesAfterTheCallbacksItsAwaitedDeferredHad) {
  const Deferred<int> awaited;
  const Deferred<int> doubled =
      awaited.AddCallback([](int value) { return 2 * value; });
  const Deferred<int> result = AddOne(doubled);
  awaited.Callback(10);
  EXPECT_EQ(Value(result), 21);
}

TEST(Coroutine, ConsumesWhatItAwaits) {
  const Deferred<int> awaited = Succeed(1);
  EXPECT_EQ(Value(Await(awaited)), 1);
  EXPECT_TRUE(FailedWith<AlreadyConsumed>(Await(awaited)));

  const Deferred<int> unfired;
  const Deferred<int> first = Await(unfired);
  const Deferred<int> second = Await(unfired);
  unfired.Callback(3);
  EXPECT_EQ(Value(first), 3);
  EXPECT_TRUE(FailedWith<AlreadyConsumed>(second));
}

TEST(Coroutine, ThrowsWhereItWouldWaitForItself) {
  const Deferred<int> awaited;
  std::optional<Deferred<int>> own;
  const auto body = [&](Deferred<int> wait) -> Deferred<int> {
    co_await std::move(wait);
    try {
      co_await *own;
    } catch (const std::logic_error&) {
      co_return 7;
    }
    co_return 0;
  };
  own = body(awaited);
  awaited.Callback(1);
  EXPECT_EQ(Value(*own), 7);
}

TEST(Coroutine, ThrowsAtAHandleThatWasMovedFromOrIsOutOfDate) {
  const auto moved = []() -> Deferred<int> {
    Deferred<int> gone;
    const Deferred<int> here = std::move(gone);
    co_return co_await gone;
  };
  EXPECT_TRUE(FailedWith<std::logic_error>(moved()));
  const Deferred<int> stale;
  const Deferred<void> tail = stale.AddCallback([](int) {});
  EXPECT_TRUE(FailedWith<std::logic_error>(Await(stale)));
}

TEST(Coroutine, DestroysItsFrameBeforeTheCallbacksRun) {
  int live = 0;
  const auto body = [](Local, Deferred<int> wait, int& count) -> Deferred<int> {
    const Local local(count);
    const int value = co_await std::move(wait);
    co_return value;
  };
  const Deferred<int> awaited;
  const Deferred<int> result = body(Local(live), awaited, live);
  EXPECT_EQ(live, 2);
  int live_then = -1;
  const Deferred<void> end = result.AddCallback([&](int) { live_then = live; });
  awaited.Callback(1);
  EXPECT_EQ(live_then, 0);
}

TEST(Coroutine, GoesWithTheLastHandleToWhatItAwaitsAndNotBefore) {
  int live = 0;
  bool resumed = false;
  const auto body = [&](Deferred<int> wait) -> Deferred<void> {
    const Local local(live);
    co_await std::move(wait);
    resumed = true;
  };
  {
    Deferred<int> awaited;
    body(awaited);  // its own Deferred goes at once
    EXPECT_EQ(live, 1);
  }
  EXPECT_EQ(live, 0);
  {
    std::optional<Deferred<void>> result;
    {
      Deferred<int> awaited;
      result = body(awaited);
    }
    EXPECT_EQ(live, 1) << "its own Deferred keeps it and what it awaits";
    result.reset();
  }
  EXPECT_EQ(live, 0);
  {
    Deferred<int> awaited;
    body(awaited);
    awaited.Callback(1);
    EXPECT_TRUE(resumed) << "nobody held its Deferred, but it was awaited";
    EXPECT_EQ(live, 0);
  }
}

TEST(Coroutine, MayDropTheLastHandleToItself) {
  const Deferred<int> awaited;
  std::optional<Deferred<int>> own;
  bool ended = false;
  const auto body = [&](Deferred<int> wait) -> Deferred<int> {
    const int value = co_await std::move(wait);
    own.reset();
    ended = true;
    co_return value;
  };
  own = body(awaited);
  awaited.Callback(1);
  EXPECT_TRUE(ended);
}

TEST(Coroutine, RunsCallbacksThatWereAttachedWhileItWaited) {
  const Deferred<int> first;
  const Deferred<int> second;
  const auto body = [](Deferred<int> a, Deferred<int> b) -> Deferred<int> {
    const int value = co_await std::move(a);
    co_return value + co_await std::move(b);
  };
  std::vector<int> seen;
  const Deferred<int> result = body(first, second);
  const Deferred<int> end = result.AddCallback([&](int value) {
    seen.push_back(value);
    return value + 1;
  });
  first.Callback(1);
  end.AddCallback([&](int value) { seen.push_back(value); });
  EXPECT_TRUE(seen.empty());
  second.Callback(2);
  EXPECT_EQ(seen, (std::vector{3, 4}));
}

TEST(Coroutine, MayBeReturnedFromACallback) {
  const Deferred<int> awaited;
  const Deferred<int> outer =
      Succeed(0).AddCallback([&](int) { return AddOne(awaited); });
  awaited.Callback(1);
  EXPECT_EQ(Value(outer), 2);
}

TEST(Coroutine, LoopsOverFiredDeferredsInConstantStack) {
  const auto body = []() -> Deferred<int> {
    int sum = 0;
    for (int i = 0; i < kMany; ++i) sum += co_await Succeed(1);
    co_return sum;
  };
  EXPECT_EQ(Value(body()), kMany);
}

TEST(Coroutine, LoopsOverCoroutinesInConstantStack) {
  const auto body = []() -> Deferred<int> {
    int value = 0;
    while (value < kMany / 4) value = co_await AddOne(Succeed(value));
    co_return value;
  };
  EXPECT_EQ(Value(body()), kMany / 4);
}

Deferred<int> Chain(Deferred<int> awaited, int links) {
  for (int i = 0; i < links; ++i) awaited = AddOne(std::move(awaited));
  return awaited;
}

TEST(Coroutine, ResumesALongChainInConstantStack) {
  const Deferred<int> awaited;
  const Deferred<int> result = Chain(awaited, kDeep);
  awaited.Callback(0);
  EXPECT_EQ(Value(result), kDeep);
}

TEST(Coroutine, PassesAFailureThroughALongChainInConstantStack) {
  const Deferred<int> awaited;
  const Deferred<int> result = Chain(awaited, kDeep);
  result.Cancel();
  EXPECT_TRUE(FailedWith<CancelledError>(result));
}

TEST(Coroutine, DestroysALongChainInConstantStack) {
  int live = 0;
  const auto link = [](Local, Deferred<int> wait) -> Deferred<int> {
    const int value = co_await std::move(wait);
    co_return value;
  };
  Deferred<int> last;
  for (int i = 0; i < kDeep; ++i) last = link(Local(live), std::move(last));
  EXPECT_EQ(live, kDeep);
  last = Deferred<int>();
  EXPECT_EQ(live, 0);
}

}  // namespace
}  // namespace heddle
