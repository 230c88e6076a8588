// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/work.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <random>

#include "benchmark/benchmark.h"

namespace heddle::workloads {
namespace {

double Calibrate() {
  using std::chrono::steady_clock;
  constexpr std::uint32_t kSteps = 100'000;
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 100; ++i) {
    const steady_clock::time_point start = steady_clock::now();
    benchmark::DoNotOptimize(Work(kSteps));
    const std::chrono::duration<double, std::nano> taken =
        steady_clock::now() - start;
    best = std::min(best, taken.count() / kSteps);
  }
  return best;
}

Mixture MakeMixture() {
  constexpr int kTasks = 2'000;
  constexpr double kLongest = 100;  // microseconds; the shortest is 1
  Mixture mixture{.steps = {}, .nanoseconds = 0, .sum = 0};
  std::mt19937 random(42);  // its sequence is the same everywhere
  for (int i = 0; i < kTasks; ++i) {
    const double exponent =
        static_cast<double>(random()) / static_cast<double>(random.max());
    const double nanoseconds = 1'000 * std::pow(kLongest, exponent);
    const auto steps =
        static_cast<std::uint32_t>(nanoseconds / NanosecondsPerStep());
    mixture.steps.push_back(steps);
    mixture.nanoseconds += steps * NanosecondsPerStep();
    mixture.sum += Work(steps);
  }
  return mixture;
}

}  // namespace

double NanosecondsPerStep() {
  static const double nanoseconds = Calibrate();
  return nanoseconds;
}

const Mixture& TheMixture() {
  static const Mixture mixture = MakeMixture();
  return mixture;
}

}  // namespace heddle::workloads
