// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_lock.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "reference/coroutine.h"
#include "reference/errors.h"

namespace heddle {
namespace {

constexpr int kWaiters = 100'000;

using Order = std::vector<int>;

// Counts what Deferreds ended with.
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

TEST(DeferredLock, IsAcquiredAtOnceWhenFree) {
  DeferredLock lock;
  EXPECT_FALSE(lock.locked());
  EXPECT_TRUE(lock.Acquire().called());
  EXPECT_TRUE(lock.locked());
  EXPECT_FALSE(lock.Acquire().called());
}

TEST(DeferredLock, LetsThoseWhoWaitInByTurns) {
  DeferredLock lock;
  Order order;
  for (int i = 0; i < 4; ++i) {
    lock.Acquire().AddCallback([&order, i] { order.push_back(i); });
  }
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(order.size(), i + 1u);
    EXPECT_TRUE(lock.locked());
    lock.Release();
  }
  EXPECT_EQ(order, (Order{0, 1, 2, 3}));
  EXPECT_FALSE(lock.locked());
}

TEST(DeferredLock, RefusesAReleaseWhenNobodyHoldsIt) {
  DeferredLock lock;
  EXPECT_THROW(lock.Release(), std::logic_error);
  lock.Acquire();
  lock.Release();
  EXPECT_THROW(lock.Release(), std::logic_error);
  EXPECT_TRUE(lock.Acquire().called());
}

TEST(DeferredLock, ForgetsAWaiterThatIsCancelled) {
  DeferredLock lock;
  lock.Acquire();
  Ends ends;
  const Deferred<void> first = lock.Acquire();
  const Deferred<void> second = lock.Acquire();
  ends.Watch(first);
  ends.Watch(second);
  first.Cancel();
  EXPECT_EQ(ends.cancelled, 1);
  lock.Release();
  EXPECT_EQ(ends.values, 1);
  lock.Release();
  EXPECT_FALSE(lock.locked());
}

TEST(DeferredLock, IgnoresACancelOfOneWhoHoldsIt) {
  DeferredLock lock;
  const Deferred<void> held = lock.Acquire();
  held.Cancel();
  EXPECT_TRUE(lock.locked());
}

TEST(DeferredLock, LetsNobodyInBeforeThoseWhoWait) {
  DeferredLock lock;
  Order order;
  lock.Acquire();
  lock.Acquire().AddCallback([&] {
    order.push_back(1);
    lock.Release();
    EXPECT_TRUE(lock.locked()) << "the second waits for it";
    lock.Acquire().AddCallback([&] { order.push_back(3); });
  });
  lock.Acquire().AddCallback([&] {
    order.push_back(2);
    lock.Release();
  });
  lock.Release();
  EXPECT_EQ(order, (Order{1, 2, 3}));
}

TEST(DeferredLock, LetsManyInWhoReleaseAtOnceInConstantStack) {
  DeferredLock lock;
  int served = 0;
  lock.Acquire();
  for (int i = 0; i < kWaiters; ++i) {
    lock.Acquire().AddCallback([&] {
      ++served;
      lock.Release();
    });
  }
  lock.Release();
  EXPECT_EQ(served, kWaiters);
  EXPECT_FALSE(lock.locked());
}

TEST(DeferredLock, FailsThoseWhoWaitWhenItGoes) {
  Ends ends;
  {
    DeferredLock lock;
    for (int i = 0; i < 3; ++i) ends.Watch(lock.Acquire());
  }
  EXPECT_EQ(ends.values, 1);
  EXPECT_EQ(ends.cancelled, 2);
}

TEST(DeferredLock, MayGoInACallbackOfItsOwn) {
  auto lock = std::make_unique<DeferredLock>();
  Ends ends;
  lock->Acquire();
  lock->Acquire().AddCallback([&] {
    lock->Release();
    lock.reset();
  });
  ends.Watch(lock->Acquire());
  lock->Release();
  EXPECT_EQ(ends.cancelled, 1);
}

TEST(DeferredLock, RunsOneAfterTheOther) {
  DeferredLock lock;
  const Deferred<int> slow;
  Order order;
  const auto first = lock.Run(
      [&](int a, std::unique_ptr<int> b) {
        order.push_back(a + *b);
        return slow;
      },
      1, std::make_unique<int>(10));
  const auto second = lock.Run([&] { order.push_back(2); });
  const auto third = lock.Run([&]() -> int { throw std::runtime_error("3"); });
  const auto fourth = lock.Run([&] { order.push_back(4); });
  Ends ends;
  ends.Watch(first);
  ends.Watch(second);
  ends.Watch(third);
  ends.Watch(fourth);
  EXPECT_EQ(order, Order{11});
  slow.Callback(5);
  EXPECT_EQ(order, (Order{11, 2, 4}));
  EXPECT_EQ(ends.values, 3);
  EXPECT_EQ(ends.other, 1);
  EXPECT_FALSE(lock.locked());
}

TEST(DeferredLock, RunHandsOnTheResult) {
  DeferredLock lock;
  int seen = 0;
  lock.Run([](int value) { return value + 1; }, 6).AddCallback([&](int value) {
    seen = value;
  });
  EXPECT_EQ(seen, 7);
}

TEST(DeferredLock, CancellingARunLeavesTheLineOrCancelsTheCall) {
  DeferredLock lock;
  bool cancelled = false;
  bool ran = false;
  Ends ends;
  const auto running = lock.Run(
      [&] { return Deferred<int>([&](Deferred<int>&) { cancelled = true; }); });
  const auto waiting = lock.Run([&] { ran = true; });
  ends.Watch(running);
  ends.Watch(waiting);
  waiting.Cancel();
  EXPECT_FALSE(cancelled);
  EXPECT_EQ(ends.cancelled, 1);
  running.Cancel();
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(ends.cancelled, 2);
  EXPECT_FALSE(ran);
  EXPECT_FALSE(lock.locked());
}

TEST(DeferredLock, RunRefusesAnEmptyFunctionAndTakesNothing) {
  DeferredLock lock;
  EXPECT_THROW(lock.Run(std::function<void()>()), std::invalid_argument);
  EXPECT_FALSE(lock.locked());
}

TEST(DeferredLock, RunsManyInConstantStack) {
  DeferredLock lock;
  int served = 0;
  lock.Acquire();
  for (int i = 0; i < kWaiters; ++i) lock.Run([&] { ++served; });
  lock.Release();
  EXPECT_EQ(served, kWaiters);
}

Deferred<void> Work(DeferredLock& lock, Order& order, int number) {
  co_await lock.Acquire();
  order.push_back(number);
  lock.Release();
}

TEST(DeferredLock, KeepsCoroutinesApart) {
  DeferredLock lock;
  Order order;
  lock.Acquire();
  std::vector<Deferred<void>> all;
  for (int i = 0; i < 3; ++i) all.push_back(Work(lock, order, i));
  all[1].Cancel();
  all[1].AddErrback([](const Failure&) {});
  lock.Release();
  EXPECT_EQ(order, (Order{0, 2}));
}

}  // namespace
}  // namespace heddle
