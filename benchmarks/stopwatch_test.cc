// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/stopwatch.h"

#include <gtest/gtest.h>

#include <thread>

namespace heddle::workloads {
namespace {

constexpr double kWorkSeconds = 0.02;

// What reading two clocks one after the other may be off by, and what else may
// run in the process: a sanitizer's thread.
constexpr double kSlackSeconds = 0.01;

// Until this thread has taken so much CPU time: no time that passes.
void Work() {
  const double end = ThreadCpuNanoseconds() + kWorkSeconds * 1e9;
  while (ThreadCpuNanoseconds() < end) {
  }
}

TEST(OtherThreadsCpuSecondsTest, CountsWhatAnotherThreadDoes) {
  const double before = OtherThreadsCpuSeconds();
  std::thread(Work).join();
  EXPECT_GE(OtherThreadsCpuSeconds() - before, kWorkSeconds - kSlackSeconds);
}

TEST(OtherThreadsCpuSecondsTest, DoesNotCountWhatTheCallerDoes) {
  const double before = OtherThreadsCpuSeconds();
  Work();
  EXPECT_LT(OtherThreadsCpuSeconds() - before, kSlackSeconds);
}

}  // namespace
}  // namespace heddle::workloads
