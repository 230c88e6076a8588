// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_queue.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "reference/coroutine.h"
#include "reference/errors.h"

namespace heddle {
namespace {

constexpr int kMany = 100'000;

using Seen = std::vector<std::string>;

// Notes what comes out, as "name value".
void Note(const Deferred<int>& deferred, Seen& seen, const std::string& name) {
  deferred.AddBoth([&seen, name](Outcome<int> outcome) {
    seen.push_back(name + " " +
                   (outcome.ok() ? std::to_string(outcome.value())
                    : outcome.failure().Check<CancelledError>() ? "cancelled"
                                                                : "failed"));
  });
}

TEST(DeferredQueue, GivesValuesInTheOrderPutIn) {
  DeferredQueue<int> queue;
  queue.Put(1);
  queue.Put(2);
  EXPECT_EQ(queue.size(), 2u);
  Seen seen;
  Note(queue.Get(), seen, "a");
  Note(queue.Get(), seen, "b");
  EXPECT_EQ(seen, (Seen{"a 1", "b 2"}));
  EXPECT_EQ(queue.size(), 0u);
}

TEST(DeferredQueue, ServesThoseWhoWaitInTheOrderTheyAsked) {
  DeferredQueue<int> queue;
  Seen seen;
  Note(queue.Get(), seen, "a");
  Note(queue.Get(), seen, "b");
  EXPECT_EQ(queue.backlog(), 2u);
  queue.Put(1);
  EXPECT_EQ(seen, Seen{"a 1"});
  queue.Put(2);
  queue.Put(3);
  EXPECT_EQ(seen, (Seen{"a 1", "b 2"}));
  EXPECT_EQ(queue.size(), 1u);
}

TEST(DeferredQueue, RefusesToHoldMoreThanItsSize) {
  DeferredQueue<std::unique_ptr<int>> queue(QueueLimits{.size = 1});
  queue.Put(std::make_unique<int>(1));
  auto refused = std::make_unique<int>(2);
  EXPECT_THROW(queue.Put(std::move(refused)), QueueOverflow);
  ASSERT_TRUE(refused) << "taken, though refused";
  EXPECT_EQ(queue.size(), 1u);
  queue.Get();
  queue.Put(std::move(refused));
  EXPECT_EQ(queue.size(), 1u);
}

TEST(DeferredQueue, OfSizeZeroOnlyPassesValuesOn) {
  DeferredQueue<int> queue(QueueLimits{.size = 0});
  EXPECT_THROW(queue.Put(1), QueueOverflow);
  Seen seen;
  Note(queue.Get(), seen, "a");
  queue.Put(2);
  EXPECT_EQ(seen, Seen{"a 2"});
}

TEST(DeferredQueue, RefusesMoreWaitersThanItsBacklog) {
  DeferredQueue<int> queue(QueueLimits{.backlog = 1});
  Seen seen;
  const Deferred<int> first = queue.Get();
  Note(first, seen, "a");
  EXPECT_THROW(queue.Get(), QueueUnderflow);
  EXPECT_EQ(queue.backlog(), 1u);
  first.Cancel();
  Note(queue.Get(), seen, "b");
  queue.Put(1);
  EXPECT_EQ(seen, (Seen{"a cancelled", "b 1"}));
}

TEST(DeferredQueue, ForgetsAWaiterThatIsCancelled) {
  DeferredQueue<int> queue;
  Seen seen;
  const Deferred<int> first = queue.Get();
  Note(first, seen, "a");
  Note(queue.Get(), seen, "b");
  first.Cancel();
  queue.Put(1);
  EXPECT_EQ(seen, (Seen{"a cancelled", "b 1"}));
}

TEST(DeferredQueue, FailsThoseWhoWaitWhenItGoes) {
  Seen seen;
  {
    DeferredQueue<int> queue;
    Note(queue.Get(), seen, "a");
    Note(queue.Get(), seen, "b");
  }
  EXPECT_EQ(seen, (Seen{"a cancelled", "b cancelled"}));
}

TEST(DeferredQueue, DestroysItsValuesWhenItGoes) {
  const auto value = std::make_shared<int>(1);
  {
    DeferredQueue<std::shared_ptr<int>> queue;
    queue.Put(value);
    EXPECT_EQ(value.use_count(), 2);
  }
  EXPECT_EQ(value.use_count(), 1);
}

TEST(DeferredQueue, MayGoInACallbackOfItsOwn) {
  auto queue = std::make_unique<DeferredQueue<int>>();
  Seen seen;
  queue->Get().AddCallback([&](int) { queue.reset(); });
  Note(queue->Get(), seen, "b");
  queue->Put(1);
  EXPECT_EQ(seen, Seen{"b cancelled"});
}

TEST(DeferredQueue, ServesManyWhoPutTheNextValueInConstantStack) {
  DeferredQueue<int> queue(QueueLimits{.size = 0});
  int last = 0;
  for (int i = 0; i < kMany; ++i) {
    queue.Get().AddCallback([&](int value) {
      last = value;
      if (value < kMany) queue.Put(value + 1);
    });
  }
  queue.Put(1);
  EXPECT_EQ(last, kMany);
}

// What is promised to waiters counts neither for the limits nor for size().
TEST(DeferredQueue, CountsRightlyWhileItServes) {
  DeferredQueue<int> queue(QueueLimits{.size = 1, .backlog = 2});
  Seen seen;
  queue.Get().AddCallback([&](int) {
    queue.Put(2);  // for b
    EXPECT_EQ(queue.size(), 0u);
    EXPECT_EQ(queue.backlog(), 0u);
    Note(queue.Get(), seen, "c");
    queue.Put(3);  // for c
    queue.Put(4);
    EXPECT_EQ(queue.size(), 1u);
    EXPECT_THROW(queue.Put(5), QueueOverflow);
    EXPECT_TRUE(seen.empty());
  });
  Note(queue.Get(), seen, "b");
  queue.Put(1);
  EXPECT_EQ(seen, (Seen{"b 2", "c 3"}));
  EXPECT_EQ(queue.size(), 1u);
}

Deferred<int> SumUntilZero(DeferredQueue<int>& queue) {
  int sum = 0;
  for (;;) {
    const int value = co_await queue.Get();
    if (value == 0) co_return sum;
    sum += value;
  }
}

TEST(DeferredQueue, FeedsACoroutine) {
  DeferredQueue<int> queue;
  int seen = -1;
  queue.Put(1);
  SumUntilZero(queue).AddCallback([&](int sum) { seen = sum; });
  queue.Put(2);
  queue.Put(3);
  EXPECT_EQ(seen, -1);
  queue.Put(0);
  EXPECT_EQ(seen, 6);
}

}  // namespace
}  // namespace heddle
