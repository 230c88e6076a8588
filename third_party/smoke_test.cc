// SPDX-License-Identifier: Apache-2.0
//
// Each dependency is found, compiled against, linked, and does something.

#include <benchmark/benchmark.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/task_group.h>

namespace {

TEST(Dependencies, GoogleMockMatchersAreThere) {
  EXPECT_THAT("heddle", testing::HasSubstr("edd"));
}

TEST(Dependencies, GoogleBenchmarkRunsABenchmark) {
  int iterations = 0;
  benchmark::RegisterBenchmark("Count", [&](benchmark::State& state) {
    for (auto _ : state) ++iterations;
  })->Iterations(7);
  EXPECT_EQ(benchmark::RunSpecifiedBenchmarks(), 1u);
  EXPECT_EQ(iterations, 7);
}

// On the calling thread alone: Debian's oneTBB is not built for TSan, which
// would report its hand-over between threads.
TEST(Dependencies, OneTbbRunsATask) {
  bool ran = false;
  oneapi::tbb::task_group group;
  group.run_and_wait([&ran] { ran = true; });
  EXPECT_TRUE(ran);
}

}  // namespace
