// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_semaphore.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "reference/errors.h"

namespace heddle {
namespace {

TEST(DeferredSemaphore, RefusesToHaveNoToken) {
  EXPECT_THROW(DeferredSemaphore(0), std::invalid_argument);
  EXPECT_THROW(DeferredSemaphore(-1), std::invalid_argument);
}

TEST(DeferredSemaphore, HandsOutAsManyTokensAsItHas) {
  DeferredSemaphore semaphore(2);
  EXPECT_EQ(semaphore.limit(), 2);
  EXPECT_EQ(semaphore.tokens(), 2);
  EXPECT_TRUE(semaphore.Acquire().called());
  EXPECT_EQ(semaphore.tokens(), 1);
  EXPECT_TRUE(semaphore.Acquire().called());
  const Deferred<void> third = semaphore.Acquire();
  const Deferred<void> fourth = semaphore.Acquire();
  EXPECT_FALSE(third.called());
  semaphore.Release();
  EXPECT_TRUE(third.called());
  EXPECT_FALSE(fourth.called());
  semaphore.Release();
  semaphore.Release();
  semaphore.Release();
  EXPECT_EQ(semaphore.tokens(), 2);
  EXPECT_THROW(semaphore.Release(), std::logic_error);
}

TEST(DeferredSemaphore, GivesACancelledWaitersTokenToTheNext) {
  DeferredSemaphore semaphore(1);
  semaphore.Acquire();
  const Deferred<void> first = semaphore.Acquire();
  const Deferred<void> second = semaphore.Acquire();
  bool cancelled = false;
  first.AddErrback([&](const Failure& failure) {
    cancelled = failure.Check<CancelledError>();
  });
  first.Cancel();
  EXPECT_TRUE(cancelled);
  semaphore.Release();
  EXPECT_TRUE(second.called());
}

TEST(DeferredSemaphore, FailsThoseWhoWaitWhenItGoes) {
  bool cancelled = false;
  {
    DeferredSemaphore semaphore(1);
    semaphore.Acquire();
    semaphore.Acquire().AddErrback([&](const Failure& failure) {
      cancelled = failure.Check<CancelledError>();
    });
  }
  EXPECT_TRUE(cancelled);
}

TEST(DeferredSemaphore, LimitsWhatRunsAtTheSameTime) {
  DeferredSemaphore semaphore(3);
  std::vector<Deferred<int>> begun;
  std::vector<Deferred<int>> results;
  int sum = 0;
  for (int i = 0; i < 10; ++i) {
    results.push_back(semaphore.Run(
        [&](int) {
          begun.emplace_back();
          return begun.back();
        },
        i));
    results.back().AddCallback([&](int value) { sum += value; });
  }
  EXPECT_EQ(begun.size(), 3u);
  // By index: firing one begins another.
  for (std::size_t i = 0; i < begun.size(); ++i) {
    EXPECT_LE(begun.size(), i + 3);
    const Deferred<int> one = begun[i];
    one.Callback(1);
  }
  EXPECT_EQ(begun.size(), 10u);
  EXPECT_EQ(sum, 10);
  EXPECT_EQ(semaphore.tokens(), 3);
}

}  // namespace
}  // namespace heddle
