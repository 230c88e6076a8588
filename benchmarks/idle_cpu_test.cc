// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/idle_cpu.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace heddle::workloads {
namespace {

TEST(IdleCpuFractionTest, TellsOfAThreadThatDoesNotRest) {
  std::atomic<bool> done = false;
  std::thread restless([&] {
    while (!done) {
    }
  });
  const double fraction = IdleCpuFraction();
  done = true;
  restless.join();
  EXPECT_GT(fraction, 0.0005) << "what the scorecard's goal allows";
}

}  // namespace
}  // namespace heddle::workloads
