// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include <atomic>

#include "gtest/gtest.h"
#include "impls/jthread/jthread_pool.h"

namespace heddle {
namespace {

TEST(JthreadPool, ATaskThatEndsItsThreadCostsThePoolNoWorker) {
  constexpr int kRounds = 20;
  std::atomic<int> ran = 0;
  JthreadPool pool({.size = {.min = 1, .max = 1}, .name = ""});
  pool.Start();
  for (int i = 0; i < kRounds; ++i) {
    pool.CallInThread([] { pthread_exit(nullptr); }).OrThrow();
    pool.CallInThread([&] { ++ran; }).OrThrow();
  }
  pool.Stop();
  EXPECT_EQ(ran, kRounds);
  EXPECT_EQ(pool.Stats().completed, 2u * kRounds);
}

}  // namespace
}  // namespace heddle
