// SPDX-License-Identifier: Apache-2.0
//
// Pausing and cancelling.
#include "reference/deferred_chain.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/log.h"

namespace heddle {
namespace {

constexpr int kLinks = 100'000;

// Collects what is logged while it lives.
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

// Counts what a Deferred ended with.
struct Ends {
  int values = 0;
  int cancelled = 0;
  int other = 0;

  template <class T>
  void Watch(const Deferred<T>& deferred) {
    deferred.AddBoth([this](Outcome<T> outcome) {
      if (outcome.ok()) {
        ++values;
      } else if (outcome.failure().template Check<CancelledError>()) {
        ++cancelled;
      } else {
        ++other;
      }
    });
  }
};

TEST(Pause, OnlyRecordsUntilTheLastUnpause) {
  Deferred<int> deferred;
  std::vector<int> seen;
  deferred.Pause();
  deferred.Pause();
  deferred.AddCallback([&](int value) {
    seen.push_back(value);
    return value;
  });
  deferred.Callback(1);
  deferred.AddCallback([&](int value) {
    seen.push_back(value + 1);
    return value;
  });
  deferred.Unpause();
  EXPECT_TRUE(seen.empty());
  deferred.Unpause();
  EXPECT_EQ(seen, (std::vector{1, 2}));
}

TEST(Pause, HoldsAFailureToo) {
  Deferred<int> deferred;
  Ends ends;
  deferred.Pause();
  deferred.Errback(std::runtime_error("x"));
  ends.Watch(deferred);
  EXPECT_EQ(ends.other, 0);
  deferred.Unpause();
  EXPECT_EQ(ends.other, 1);
}

TEST(Pause, UnpausingAnUnfiredDeferredDoesNothing) {
  Deferred<int> deferred;
  Ends ends;
  ends.Watch(deferred);
  deferred.Pause();
  deferred.Unpause();
  EXPECT_FALSE(deferred.called());
  deferred.Callback(1);
  EXPECT_EQ(ends.values, 1);
}

TEST(Pause, DoesNotStopThePassInProgress) {
  Deferred<int> deferred;
  std::vector<std::string> trace;
  deferred
      .AddCallback([&](int value) {
        deferred.Pause();
        return value;
      })
      .AddCallback([&](int value) {
        trace.push_back("same pass");
        return value;
      });
  deferred.Callback(1);
  EXPECT_EQ(trace.size(), 1u);
  deferred.AddCallback([&](int) { trace.push_back("later"); });
  EXPECT_EQ(trace.size(), 1u);
  deferred.Unpause();
  EXPECT_EQ(trace.size(), 2u);
}

TEST(Pause, RefusesAnUnpauseTooMany) {
  Deferred<int> deferred;
  EXPECT_THROW(deferred.Unpause(), std::logic_error);
  deferred.Pause();
  deferred.Unpause();
  EXPECT_THROW(deferred.Unpause(), std::logic_error);
  Ends ends;
  ends.Watch(deferred);
  deferred.Callback(1);
  EXPECT_EQ(ends.values, 1);
}

TEST(Cancel, WithoutACancellerFailsAtOnceAndIgnoresOneLaterFire) {
  Deferred<int> deferred;
  Ends ends;
  ends.Watch(deferred);
  deferred.Cancel();
  EXPECT_EQ(ends.cancelled, 1);
  deferred.Callback(1);
  EXPECT_THROW(deferred.Callback(2), AlreadyCalledError);
  EXPECT_THROW(deferred.Errback(std::runtime_error("x")), AlreadyCalledError);
  EXPECT_EQ(ends.values, 0);

  Deferred<int> by_errback;
  ends.Watch(by_errback);
  by_errback.Cancel();
  by_errback.Errback(std::runtime_error("x"));
  EXPECT_THROW(by_errback.Errback(std::runtime_error("y")), AlreadyCalledError);
  EXPECT_EQ(ends.other, 0);
}

TEST(Cancel, LeavesTheResultToACancellerThatFires) {
  Ends ends;
  Deferred<int> with_value([](Deferred<int>& self) { self.Callback(1); });
  ends.Watch(with_value);
  with_value.Cancel();
  EXPECT_EQ(ends.values, 1);
  Deferred<int> with_failure(
      [](Deferred<int>& self) { self.Errback(std::runtime_error("x")); });
  ends.Watch(with_failure);
  with_failure.Cancel();
  EXPECT_EQ(ends.other, 1);
  EXPECT_EQ(ends.cancelled, 0);
}

TEST(Cancel, FailsAfterACancellerThatDoesNotFireAndIgnoresNothingLater) {
  Deferred<int> deferred([](Deferred<int>&) {});
  Ends ends;
  ends.Watch(deferred);
  deferred.Cancel();
  EXPECT_EQ(ends.cancelled, 1);
  EXPECT_THROW(deferred.Callback(1), AlreadyCalledError);
}

TEST(Cancel, CallsTheCancellerOnceWithItsOwnDeferred) {
  int calls = 0;
  const Deferred<int>* outside = nullptr;
  Deferred<int> deferred([&](Deferred<int>& self) {
    ++calls;
    self.Cancel();  // harmless while it is being cancelled
    EXPECT_FALSE(outside->called());
    self.Callback(7);
    EXPECT_TRUE(outside->called());
  });
  outside = &deferred;
  int value = 0;
  deferred.AddCallback([&](int v) { value = v; });
  deferred.Cancel();
  deferred.Cancel();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(value, 7);
}

TEST(Cancel, RepeatedWithoutACancellerIgnoresStillOneFireOnly) {
  Deferred<int> deferred;
  Ends ends;
  ends.Watch(deferred);
  deferred.Cancel();
  deferred.Cancel();
  deferred.Callback(1);
  EXPECT_THROW(deferred.Callback(1), AlreadyCalledError);
  EXPECT_EQ(ends.cancelled, 1);
}

TEST(Cancel, DoesNothingToAFiredDeferredNotEvenInItsOwnCallback) {
  int calls = 0;
  Deferred<int> deferred([&](Deferred<int>&) { ++calls; });
  Ends ends;
  deferred.AddCallback([&](int value) {
    deferred.Cancel();
    return value;
  });
  ends.Watch(deferred);
  deferred.Callback(1);
  deferred.Cancel();
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(ends.values, 1);
  EXPECT_EQ(ends.cancelled, 0);
}

TEST(Cancel, OfAWaitingDeferredCancelsWhatItWaitsFor) {
  int outer_cancels = 0;
  int inner_cancels = 0;
  Deferred<int> inner([&](Deferred<int>& self) {
    ++inner_cancels;
    self.Callback(8);
  });
  Deferred<int> outer([&](Deferred<int>&) { ++outer_cancels; });
  int value = 0;
  outer.AddCallback([&](int) { return inner; }).AddCallback([&](int v) {
    value = v;
  });
  outer.Callback(1);
  outer.Cancel();
  EXPECT_EQ(inner_cancels, 1);
  EXPECT_EQ(outer_cancels, 0);
  EXPECT_EQ(value, 8);
}

TEST(Cancel, OfAWaitingDeferredLeavesAFiredPausedInnerAlone) {
  Deferred<int> inner = Succeed(3);
  inner.Pause();
  Deferred<int> outer;
  Ends ends;
  outer.AddCallback([&](int) { return inner; });
  ends.Watch(outer);
  outer.Callback(1);
  outer.Cancel();
  EXPECT_EQ(ends.cancelled, 0);
  inner.Unpause();
  EXPECT_EQ(ends.values, 1);
}

TEST(Cancel, WhilePausedIsDeliveredOnUnpause) {
  Deferred<int> deferred;
  Ends ends;
  ends.Watch(deferred);
  deferred.Pause();
  deferred.Cancel();
  EXPECT_TRUE(deferred.called());
  EXPECT_EQ(ends.cancelled, 0);
  deferred.Unpause();
  EXPECT_EQ(ends.cancelled, 1);
}

TEST(Cancel, LogsACancellerThatThrowsAndFailsTheDeferred) {
  Records records;
  Deferred<int> deferred(
      [](Deferred<int>&) { throw std::runtime_error("canceller"); });
  Ends ends;
  ends.Watch(deferred);
  EXPECT_NO_THROW(deferred.Cancel());
  EXPECT_EQ(ends.cancelled, 1);
  ASSERT_EQ(records.all.size(), 1u);
  EXPECT_NE(DescribeException(records.all[0].exception).find("canceller"),
            std::string::npos);
}

TEST(Cancel, KeepsTheResultOfACancellerThatFiresAndThenThrows) {
  Records records;
  Deferred<int> deferred([](Deferred<int>& self) {
    self.Callback(1);
    throw std::runtime_error("after");
  });
  Ends ends;
  ends.Watch(deferred);
  deferred.Cancel();
  EXPECT_EQ(ends.values, 1);
  EXPECT_EQ(ends.cancelled, 0);
  EXPECT_EQ(records.all.size(), 1u);
}

TEST(Cancel, MayDropTheLastHandle) {
  Records records;
  auto last = std::make_shared<std::optional<Deferred<int>>>();
  last->emplace([last](Deferred<int>&) { last->reset(); });
  const Deferred<int>& deferred = **last;
  Ends ends;
  ends.Watch(deferred);
  deferred.Cancel();
  EXPECT_EQ(ends.cancelled, 1);
}

TEST(Cancel, ReachesThroughALongChainWithoutRecursion) {
  std::vector<Deferred<int>> all(kLinks);
  for (int i = 0; i + 1 < kLinks; ++i) {
    all[i].AddCallback([next = all[i + 1]](int) { return next; });
  }
  for (int i = 0; i + 1 < kLinks; ++i) all[i].Callback(0);
  Ends ends;
  ends.Watch(all.front());
  all.front().Cancel();
  EXPECT_EQ(ends.cancelled, 1);
}

}  // namespace
}  // namespace heddle
