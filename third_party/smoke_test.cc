// SPDX-License-Identifier: Apache-2.0
//
// Each dependency is found, compiled against, linked, and does something.

#include <benchmark/benchmark.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <oneapi/tbb/parallel_reduce.h>
#include <oneapi/tbb/blocked_range.h>

#include <functional>

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

TEST(Dependencies, OneTbbReducesARange) {
  const int sum = oneapi::tbb::parallel_reduce(
      oneapi::tbb::blocked_range<int>(0, 100), 0,
      [](const auto& range, int total) {
        for (int i = range.begin(); i != range.end(); ++i) total += i;
        return total;
      },
      std::plus<>());
  EXPECT_EQ(sum, 4950);
}

}  // namespace
