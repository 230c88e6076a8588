// SPDX-License-Identifier: Apache-2.0
//
// Chains that take each other's results.
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/log.h"

namespace heddle {
namespace {

constexpr int kLinks = 100'000;
using Trace = std::vector<std::string>;

class Records {
 public:
  Records()
      : former_(SetLogSink(
            [this](const LogRecord& record) { all.push_back(record); })) {}
  ~Records() { SetLogSink(std::move(former_)); }

  std::vector<LogRecord> all;

 private:
  LogSink former_;
};

// A fired Deferred that waits for `inner`.
template <class T>
Deferred<T> WaitingFor(Deferred<T> inner) {
  return Succeed().AddCallback([inner = std::move(inner)] { return inner; });
}

// Whether the current result is AlreadyConsumed, which is then handled.
template <class T>
bool IsConsumed(const Deferred<T>& deferred) {
  bool consumed = false;
  deferred.AddBoth([&](Outcome<T> outcome) {
    consumed =
        !outcome.ok() && outcome.failure().template Check<AlreadyConsumed>();
  });
  return consumed;
}

TEST(Waiting, ResumesWithTheInnerResultAfterTheInnersOwnCallbacks) {
  Deferred<int> inner;
  Trace trace;
  Deferred<int> inner_tail = inner.AddCallback([&](int value) {
    trace.push_back("inner");
    return value + 1;
  });
  Deferred<int> outer;
  outer
      .AddCallback([&](int) {
        trace.push_back("outer");
        return inner_tail;
      })
      .AddCallback([&](int value) {
        trace.push_back("resumed " + std::to_string(value));
      });
  outer.Callback(0);
  EXPECT_EQ(trace, Trace{"outer"});
  inner.Callback(1);
  EXPECT_EQ(trace, (Trace{"outer", "inner", "resumed 2"}));
}

TEST(Waiting, ResumesAnErrbackThatReturnsADeferred) {
  Deferred<int> inner;
  int value = 0;
  Fail<int>(std::runtime_error("x"))
      .AddErrback([&](const Failure&) { return inner; })
      .AddCallback([&](int v) { value = v; });
  inner.Callback(4);
  EXPECT_EQ(value, 4);
}

TEST(Waiting, MovesTheResultAndTellsTheInnerItIsConsumed) {
  Deferred<int> inner;
  Deferred<int> outer = WaitingFor(inner);
  inner.Callback(5);
  EXPECT_TRUE(IsConsumed(inner));
  int value = 0;
  outer.AddCallback([&](int v) { value = v; });
  EXPECT_EQ(value, 5);
}

TEST(Waiting, MovesAFailureWhichIsThenNotTheInnersToReport) {
  Records records;
  {
    Deferred<int> inner;
    Deferred<int> outer = WaitingFor(inner);
    inner.Errback(std::runtime_error("moved"));
    outer.AddErrback([](const Failure&) {});
  }
  EXPECT_TRUE(records.all.empty());
  {
    Deferred<int> inner = Fail<int>(std::runtime_error("moved"));
    WaitingFor(inner);
    EXPECT_EQ(records.all.size(), 1u);  // by the outer one, which has gone
  }
  EXPECT_EQ(records.all.size(), 1u);
}

TEST(Waiting, TakesTheResultOfAFiredInnerAtOnce) {
  int value = 0;
  WaitingFor(Succeed(6)).AddCallback([&](int v) { value = v; });
  EXPECT_EQ(value, 6);
}

TEST(Waiting, WaitsForAnInnerThatIsPaused) {
  Deferred<int> inner = Succeed(1);
  inner.Pause();
  inner.AddCallback([](int value) { return value + 1; });
  int value = 0;
  WaitingFor(inner).AddCallback([&](int v) { value = v; });
  EXPECT_EQ(value, 0);
  inner.Unpause();
  EXPECT_EQ(value, 2);
}

TEST(Waiting, WaitsForAnInnerThatWaitsItself) {
  Deferred<int> third;
  int value = 0;
  WaitingFor(WaitingFor(third)).AddCallback([&](int v) { value = v; });
  EXPECT_EQ(value, 0);
  third.Callback(3);
  EXPECT_EQ(value, 3);
}

TEST(Waiting, WaitsForAnInnerThatIsRunningRatherThanStealItsResult) {
  Deferred<int> inner;
  Deferred<int> outer;
  int value = 0;
  outer.AddCallback([&](int) { return inner; }).AddCallback([&](int v) {
    value = v;
  });
  inner
      .AddCallback([&](int v) {
        outer.Callback(0);
        return v + 1;
      })
      .AddCallback([](int v) { return v * 10; });
  inner.Callback(1);
  EXPECT_EQ(value, 20);
}

TEST(Waiting, APausedOuterDoesNotHoldTheInnerUp) {
  Deferred<int> inner;
  Deferred<int> outer = WaitingFor(inner);
  int value = 0;
  outer.AddCallback([&](int v) { value = v; });
  outer.Pause();
  bool inner_went_on = false;
  inner.AddBoth([&](Outcome<int>) { inner_went_on = true; });
  inner.Callback(1);
  EXPECT_TRUE(inner_went_on);
  EXPECT_EQ(value, 0);
  outer.Unpause();
  EXPECT_EQ(value, 1);
}

TEST(Waiting, TheSecondWaiterFailsWithAlreadyConsumed) {
  Deferred<int> inner;
  Deferred<int> first = WaitingFor(inner);
  Deferred<int> second = WaitingFor(inner);
  inner.Callback(1);
  EXPECT_TRUE(IsConsumed(second));
  int value = 0;
  first.AddCallback([&](int v) { value = v; });
  EXPECT_EQ(value, 1);
  EXPECT_TRUE(IsConsumed(WaitingFor(inner)));

  Deferred<int> failing;
  Deferred<int> first_failing = WaitingFor(failing);
  Deferred<int> second_failing = WaitingFor(failing);
  failing.Cancel();
  EXPECT_TRUE(IsConsumed(second_failing));
  bool cancelled = false;
  first_failing.AddErrback([&](const Failure& failure) {
    cancelled = failure.Check<CancelledError>();
    return 0;
  });
  EXPECT_TRUE(cancelled);
}

TEST(Waiting, AReturnedHandleOfAnotherTypeThanItsChainIsAFailure) {
  Deferred<int> inner = Succeed(1);
  inner.AddCallback([](int value) { return std::to_string(value); });
  bool failed = false;
  WaitingFor(inner).AddErrback([&](const Failure& failure) {
    failed = failure.Check<std::logic_error>();
    return 0;
  });
  EXPECT_TRUE(failed);
}

TEST(Waiting, ReturningItsOwnDeferredIsAFailureInTheChain) {
  Deferred<int> deferred;
  bool failed = false;
  deferred.AddCallback([&](int) { return deferred; })
      .AddErrback([&](const Failure& failure) {
        failed = failure.Check<std::logic_error>();
        return 0;
      });
  deferred.Callback(1);
  EXPECT_TRUE(failed);
}

TEST(Waiting, ReturningADeferredThatWaitsForThisOneIsAFailureInTheChain) {
  Deferred<int> first;
  Deferred<int> second = WaitingFor(first);
  Deferred<int> third = WaitingFor(second);
  int value = 0;
  first.AddBoth([](Outcome<int>) { return 0; });
  third.AddCallback([&](int v) { value = v; });
  // The step that resumes `second` is first in `first`; a cycle needs a
  // callback that runs before it.
  Deferred<int> head;
  Deferred<int> waiter;
  bool failed = false;
  head.AddCallback([&](int) { return waiter; })
      .AddErrback([&](const Failure& failure) {
        failed = failure.Check<std::logic_error>();
        return 7;
      });
  waiter.AddCallback([&](int) { return head; });
  waiter.Callback(0);
  head.Callback(0);
  EXPECT_TRUE(failed);
  waiter.AddCallback([&](int v) { value = v; });
  EXPECT_EQ(value, 7);
  first.Callback(1);
}

TEST(Waiting, TakesConstantStackWhenFiredFromTheFarEnd) {
  std::vector<Deferred<int>> all(kLinks);
  for (int i = 0; i + 1 < kLinks; ++i) {
    all[i].AddCallback([next = all[i + 1]](int) { return next; });
  }
  for (int i = 0; i + 1 < kLinks; ++i) all[i].Callback(0);
  int value = 0;
  all.front().AddCallback([&](int v) { value = v; });
  all.back().Callback(9);
  EXPECT_EQ(value, 9);
}

TEST(Waiting, TakesConstantStackWhenLinkedFromTheFarEnd) {
  std::vector<Deferred<int>> all(kLinks);
  for (int i = kLinks - 2; i >= 0; --i) {
    all[i].AddCallback([next = all[i + 1]](int) { return next; });
    all[i].Callback(0);
  }
  int value = 0;
  all.front().AddCallback([&](int v) { value = v; });
  all.back().Callback(9);
  EXPECT_EQ(value, 9);
}

TEST(Waiting, TakesConstantStackWhenEveryInnerHasFired) {
  Deferred<int> link = Succeed(9);
  for (int i = 0; i < kLinks; ++i) link = WaitingFor(link);
  int value = 0;
  link.AddCallback([&](int v) { value = v; });
  EXPECT_EQ(value, 9);
}

TEST(Waiting, TakesConstantStackForManyCallbacks) {
  Deferred<int> deferred;
  for (int i = 0; i < 2 * kLinks; ++i) {
    deferred.AddCallback([](int value) { return value + 1; });
  }
  int value = 0;
  deferred.AddCallback([&](int v) { value = v; });
  deferred.Callback(0);
  EXPECT_EQ(value, 2 * kLinks);
}

TEST(ChainDeferred, FiresTheOtherAndIsConsumed) {
  Deferred<int> first;
  Deferred<int> second;
  int value = 0;
  second.AddCallback([&](int v) { value = v; });
  first.ChainDeferred(second);
  first.Callback(2);
  EXPECT_EQ(value, 2);
  EXPECT_TRUE(IsConsumed(first));
}

TEST(ChainDeferred, MovesAFailure) {
  Records records;
  bool failed = false;
  {
    Deferred<int> first;
    Deferred<int> second;
    second.AddErrback([&](const Failure& failure) {
      failed = failure.Check<std::runtime_error>();
    });
    first.ChainDeferred(second);
    first.Errback(std::runtime_error("x"));
  }
  EXPECT_TRUE(failed);
  EXPECT_TRUE(records.all.empty());
}

TEST(ChainDeferred, RunsTheOtherBeforeItsOwnRest) {
  Deferred<int> first;
  Deferred<int> second;
  Trace trace;
  second.AddCallback([&](int) { trace.push_back("other"); });
  first.ChainDeferred(second);
  first.AddBoth([&](Outcome<int>) { trace.push_back("own"); });
  first.Callback(1);
  EXPECT_EQ(trace, (Trace{"other", "own"}));
}

TEST(ChainDeferred, IsNotTouchedByFiringOrCancellingTheOther) {
  Deferred<int> first;
  Deferred<int> second;
  first.ChainDeferred(second);
  second.AddErrback([](const Failure&) { return 0; });
  second.Cancel();
  EXPECT_FALSE(first.called());
  first.Callback(1);  // ignored by `second`, which was cancelled
  EXPECT_TRUE(IsConsumed(first));

  Deferred<int> third;
  Deferred<int> fourth;
  third.ChainDeferred(fourth);
  fourth.Callback(1);
  EXPECT_FALSE(third.called());
  third.Callback(2);
  bool failed = false;
  third.AddErrback([&](const Failure& failure) {
    failed = failure.Check<AlreadyCalledError>();
    return 0;
  });
  EXPECT_TRUE(failed);
  int value = 0;
  fourth.AddCallback([&](int v) { value = v; });
  EXPECT_EQ(value, 1);
}

TEST(ChainDeferred, RefusesItselfAndWrongTypes) {
  Deferred<int> deferred;
  EXPECT_THROW(deferred.ChainDeferred(deferred), std::logic_error);
  Deferred<std::string> text;
  const Deferred<int> length =
      text.AddCallback([](const std::string& t) -> int { return t.size(); });
  EXPECT_THROW(deferred.ChainDeferred(length), std::logic_error);
  int value = 0;
  deferred.AddCallback([&](int v) { value = v; });
  deferred.Callback(1);
  EXPECT_EQ(value, 1);
}

TEST(ChainDeferred, TakesConstantStack) {
  std::vector<Deferred<int>> all(kLinks);
  for (int i = 0; i + 1 < kLinks; ++i) all[i].ChainDeferred(all[i + 1]);
  int value = 0;
  all.back().AddCallback([&](int v) { value = v; });
  all.front().Callback(3);
  EXPECT_EQ(value, 3);
}

}  // namespace
}  // namespace heddle
