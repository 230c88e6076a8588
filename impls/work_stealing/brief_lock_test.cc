// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/brief_lock.h"

#include <mutex>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::work_stealing {
namespace {

TEST(BriefLockTest, IsHadByOneAtATime) {
  BriefLock lock;
  EXPECT_TRUE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock());
  lock.unlock();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

TEST(BriefLockTest, LosesNoStepOfMoreThreadsThanCores) {
  constexpr int kThreads = 8;
  constexpr int kSteps = 20'000;
  BriefLock lock;
  long steps = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kSteps; ++n) {
          std::lock_guard guard(lock);
          ++steps;
        }
      });
    }
  }
  EXPECT_EQ(steps, long{kThreads} * kSteps);
}

// The waiters run out of patience and of yields meanwhile.
TEST(BriefLockTest, IsHadAfterAHolderThatTookLong) {
  BriefLock lock;
  int tries = 0;
  lock.lock();
  std::jthread waiter([&] {
    std::lock_guard guard(lock);
    ++tries;
  });
  for (int i = 0; i < 5000; ++i) std::this_thread::yield();
  lock.unlock();
  waiter.join();
  EXPECT_EQ(tries, 1);
}

}  // namespace
}  // namespace heddle::work_stealing
