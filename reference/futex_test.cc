// SPDX-License-Identifier: Apache-2.0
#include "reference/futex.h"

#include <chrono>
#include <optional>
#include <thread>

#include "gtest/gtest.h"

namespace heddle {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// Each of these would hang if it slept for good.
TEST(FutexTest, DoesNotSleepForAnotherValue) {
  const FutexWord word = 1;
  EXPECT_TRUE(SleepWhile(word, 0, std::nullopt));
}

TEST(FutexTest, TheDeadlineEndsTheSleepAndIsReported) {
  const FutexWord word = 0;
  EXPECT_FALSE(SleepWhile(word, 0, steady_clock::now()));
  EXPECT_FALSE(SleepWhile(word, 0, steady_clock::time_point()));
  EXPECT_FALSE(SleepWhile(word, 0, steady_clock::time_point::min()));
  const auto soon = steady_clock::now() + nanoseconds(100);
  while (SleepWhile(word, 0, soon)) {
  }
  EXPECT_GE(steady_clock::now(), soon);
}

TEST(FutexTest, AChangeAndAWakeEndTheSleep) {
  FutexWord word = 0;
  std::thread waker([&] {
    word.store(1);
    WakeOne(word);
  });
  while (word.load() == 0) {
    EXPECT_TRUE(SleepWhile(word, 0, steady_clock::time_point::max()));
  }
  waker.join();
}

}  // namespace
}  // namespace heddle
