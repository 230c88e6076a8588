// SPDX-License-Identifier: Apache-2.0
//
// DF-63: DeferredLock, DeferredSemaphore, DeferredQueue.
#include <memory>
#include <stdexcept>
#include <vector>

#include "conformance/kit/rule.h"
#include "conformance/rules/stack_use.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/deferred_lock.h"
#include "reference/deferred_queue.h"
#include "reference/deferred_semaphore.h"
#include "reference/errors.h"

namespace heddle::conformance {
namespace {

using Order = std::vector<int>;

// Notes `number` when `deferred` fires with success, -number on CancelledError.
void Note(const Deferred<void>& deferred, Order& order, int number) {
  deferred.AddBoth([&order, number](Outcome<void> outcome) {
    if (outcome.ok()) {
      order.push_back(number);
    } else if (outcome.failure().Check<CancelledError>()) {
      order.push_back(-number);
    }
  });
}

// The same with the value that comes.
void NoteValue(const Deferred<int>& deferred, Order& order) {
  deferred.AddBoth([&order](Outcome<int> outcome) {
    order.push_back(outcome.ok() ? outcome.value() : -1);
  });
}

RULE(DF_63, TheLockIsGivenToThoseWhoWaitInTheirOrder) {
  Order order;  // outlives those who wait
  DeferredLock lock;
  for (int i = 1; i <= 4; ++i) Note(lock.Acquire(), order, i);
  EXPECT_EQ(order, Order{1}) << "held by one at a time";
  for (int i = 0; i < 4; ++i) lock.Release();
  EXPECT_EQ(order, (Order{1, 2, 3, 4})) << "not first come, first served";
}

RULE(DF_63, TheLockAdmitsNobodyBeforeThoseWhoWait) {
  Order order;
  DeferredLock lock;
  lock.Acquire();
  lock.Acquire().AddCallback([&] {
    order.push_back(1);
    lock.Release();
    Note(lock.Acquire(), order, 3);
  });
  Note(lock.Acquire(), order, 2);
  lock.Release();
  lock.Release();
  EXPECT_EQ(order, (Order{1, 2, 3})) << "not first come, first served";
}

RULE(DF_63, ACancelledWaiterLeavesTheLine) {
  Order order;
  DeferredLock lock;
  lock.Acquire();
  const Deferred<void> first = lock.Acquire();
  Note(first, order, 1);
  Note(lock.Acquire(), order, 2);
  first.Cancel();
  EXPECT_EQ(order, Order{-1});
  EXPECT_NO_THROW(lock.Release());
  EXPECT_EQ(order, (Order{-1, 2})) << "a cancelled waiter took the lock";
}

RULE(DF_63, CancellingOneLeavesTheOthersInLine) {
  Order order;
  DeferredLock lock;
  lock.Acquire();
  Note(lock.Acquire(), order, 1);
  const Deferred<void> second = lock.Acquire();
  Note(second, order, 2);
  Note(lock.Acquire(), order, 3);
  second.Cancel();
  EXPECT_NO_THROW(lock.Release());
  EXPECT_NO_THROW(lock.Release());
  EXPECT_EQ(order, (Order{-2, 1, 3})) << "the wrong one left the line";
}

RULE(DF_63, AReleaseByNobodyIsAnError) {
  DeferredLock lock;
  EXPECT_THROW(lock.Release(), std::logic_error);
  lock.Acquire();
  EXPECT_NO_THROW(lock.Release());
  EXPECT_THROW(lock.Release(), std::logic_error);
  DeferredSemaphore semaphore(2);
  semaphore.Acquire();
  EXPECT_NO_THROW(semaphore.Release());
  EXPECT_THROW(semaphore.Release(), std::logic_error);
  EXPECT_EQ(semaphore.tokens(), 2) << "a refused release made a token";
}

RULE(DF_63, ManyWhoReleaseAtOnceTakeConstantStack) {
  ExpectConstantStack([](int waiters) {
    DeferredLock lock;
    int served = 0;
    lock.Acquire();
    for (int i = 0; i < waiters; ++i) {
      lock.Acquire().AddCallback([&] {
        ++served;
        lock.Release();
      });
    }
    lock.Release();
    EXPECT_EQ(served, waiters) << "a waiter was lost";
    EXPECT_FALSE(lock.locked());
  });
}

RULE(DF_63, WhoeverWaitsWhenTheLockGoesIsTold) {
  Order order;
  {
    DeferredLock lock;
    lock.Acquire();
    Note(lock.Acquire(), order, 1);
    Note(lock.Acquire(), order, 2);
  }
  EXPECT_EQ(order, (Order{-1, -2})) << "left waiting for ever";
}

RULE(DF_63, RunHoldsTheLockUntilTheResultIsThere) {
  Order order;
  DeferredLock lock;
  const Deferred<void> first;
  const auto begin = [&](int number, Deferred<void> until) {
    order.push_back(number);
    return until;
  };
  const Deferred<void> one = lock.Run(begin, 1, first);
  const Deferred<void> two = lock.Run(begin, 2, Succeed());
  EXPECT_EQ(order, Order{1}) << "two ran at the same time";
  first.Callback();
  EXPECT_EQ(order, (Order{1, 2}));
  EXPECT_FALSE(lock.locked());
}

RULE(DF_63, RunReleasesTheLockOnFailureToo) {
  DeferredLock lock;
  lock.Run([] { throw std::out_of_range("planted"); })
      .AddErrback([](const Failure&) {});
  EXPECT_FALSE(lock.locked()) << "a failure keeps the lock";
  const Deferred<void> pending;
  const Deferred<void> run = lock.Run([&] { return pending; });
  run.AddErrback([](const Failure&) {});
  run.Cancel();
  EXPECT_FALSE(lock.locked()) << "a cancel keeps the lock";
}

RULE(DF_63, TheSemaphoreLetsInAsManyAsItHasTokens) {
  Order order;
  DeferredSemaphore semaphore(2);
  for (int i = 1; i <= 4; ++i) Note(semaphore.Acquire(), order, i);
  EXPECT_EQ(order, (Order{1, 2}));
  semaphore.Release();
  EXPECT_EQ(order, (Order{1, 2, 3}));
  semaphore.Release();
  EXPECT_EQ(order, (Order{1, 2, 3, 4}));
  EXPECT_THROW(DeferredSemaphore(0), std::invalid_argument);
}

RULE(DF_63, ACancelledWaiterOfTheSemaphoreTakesNoToken) {
  Order order;
  DeferredSemaphore semaphore(1);
  semaphore.Acquire();
  const Deferred<void> first = semaphore.Acquire();
  Note(first, order, 1);
  Note(semaphore.Acquire(), order, 2);
  first.Cancel();
  EXPECT_NO_THROW(semaphore.Release());
  EXPECT_EQ(order, (Order{-1, 2})) << "a cancelled waiter took the token";
}

RULE(DF_63, TheQueueGivesValuesInOrderToThoseWhoAskedInOrder) {
  Order order;
  DeferredQueue<int> queue;
  queue.Put(1);
  queue.Put(2);
  NoteValue(queue.Get(), order);
  NoteValue(queue.Get(), order);
  EXPECT_EQ(order, (Order{1, 2})) << "values that waited";
  order.clear();
  int first = 0;
  int second = 0;
  queue.Get().AddCallback([&](int value) { first = value; });
  queue.Get().AddCallback([&](int value) { second = value; });
  queue.Put(3);
  queue.Put(4);
  EXPECT_EQ(first, 3) << "who asked first gets the first";
  EXPECT_EQ(second, 4);
}

RULE(DF_63, ACancelledWaiterOfTheQueueTakesNoValue) {
  Order order;
  DeferredQueue<int> queue;
  const Deferred<int> first = queue.Get();
  NoteValue(first, order);
  NoteValue(queue.Get(), order);
  first.Cancel();
  EXPECT_NO_THROW(queue.Put(5));
  EXPECT_EQ(order, (Order{-1, 5})) << "a cancelled waiter took the value";
}

RULE(DF_63, AFullQueueOverflows) {
  DeferredQueue<std::unique_ptr<int>> queue(QueueLimits{.size = 1});
  queue.Put(std::make_unique<int>(1));
  auto refused = std::make_unique<int>(2);
  EXPECT_THROW(queue.Put(std::move(refused)), QueueOverflow);
  EXPECT_TRUE(refused) << "refused, but taken";
  EXPECT_EQ(queue.size(), 1u);
  queue.Get();
  EXPECT_NO_THROW(queue.Put(std::move(refused)));
}

RULE(DF_63, AQueueThatTooManyWaitForUnderflows) {
  Order order;
  DeferredQueue<int> queue(QueueLimits{.backlog = 1});
  const Deferred<int> first = queue.Get();
  NoteValue(first, order);
  EXPECT_THROW(queue.Get(), QueueUnderflow);
  first.Cancel();
  Deferred<int> next;
  EXPECT_NO_THROW(next = queue.Get()) << "a cancelled waiter still counts";
  NoteValue(next, order);
  queue.Put(6);
  EXPECT_EQ(order, (Order{-1, 6}));
}

RULE(DF_63, ManyWhoPutTheNextValueTakeConstantStack) {
  ExpectConstantStack([](int waiters) {
    DeferredQueue<int> queue(QueueLimits{.size = 0});
    int last = 0;
    for (int i = 0; i < waiters; ++i) {
      queue.Get().AddCallback([&, waiters](int value) {
        last = value;
        if (value < waiters) queue.Put(value + 1);
      });
    }
    queue.Put(1);
    EXPECT_EQ(last, waiters) << "a value was lost";
  });
}

}  // namespace
}  // namespace heddle::conformance
