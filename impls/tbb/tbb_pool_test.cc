// SPDX-License-Identifier: Apache-2.0
#include "impls/tbb/tbb_pool.h"

#include <atomic>
#include <latch>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "impls/tbb/arena.h"
#include "reference/log.h"

namespace heddle {
namespace {

// oneTBB's limit is one for the whole process, and the smallest wins.
TEST(TbbPool, SeveralPoolsHaveAllTheirTasksRunAtTheSameTime) {
  constexpr int kPools = 4;
  constexpr int kTasks = 12;
  std::latch all(kPools * kTasks);
  std::vector<std::unique_ptr<TbbPool>> pools;
  for (int i = 0; i < kPools; ++i) {
    pools.push_back(std::make_unique<TbbPool>(
        PoolOptions{.size = {.min = 0, .max = kTasks}, .name = ""}));
    pools.back()->Start();
  }
  for (int i = 0; i < kTasks; ++i) {
    for (const auto& pool : pools) {
      pool->CallInThread([&] { all.arrive_and_wait(); }).OrThrow();
    }
  }
  for (const auto& pool : pools) {
    pool->Stop();
    EXPECT_EQ(pool->Stats().completed, kTasks);
  }
}

TEST(TbbPool, APoolThatMayWantMoreThreadsThanThereAreSaysSoInTheLog) {
  std::atomic<int> records = 0;
  const LogSink former = SetLogSink([&](const LogRecord&) { ++records; });
  const int all = static_cast<int>(ArenaShare().Available());
  {
    TbbPool most({.size = {.min = 0, .max = all}, .name = ""});
    most.Start();
    EXPECT_EQ(records, 0);
    TbbPool one_more({.size = {.min = 0, .max = 1}, .name = ""});
    one_more.Start();
    EXPECT_EQ(records, 1);
  }
  TbbPool later({.size = {.min = 0, .max = 1}, .name = ""});
  later.Start();
  EXPECT_EQ(records, 1) << "after the others have given their share back";
  SetLogSink(former);
}

}  // namespace
}  // namespace heddle
