// SPDX-License-Identifier: Apache-2.0
//
// Work of a known length: integer arithmetic, calibrated once.
#ifndef HEDDLE_BENCHMARKS_WORK_H_
#define HEDDLE_BENCHMARKS_WORK_H_

#include <cstdint>
#include <vector>

namespace heddle::workloads {

// `steps` dependent multiplications. It looks at no clock, so a thread that
// loses the processor meanwhile is not let off its work.
inline std::uint64_t Work(std::uint32_t steps) {
  std::uint64_t value = steps;
  for (std::uint32_t i = 0; i < steps; ++i) {
    value = value * 6364136223846793005u + 1442695040888963407u;
    asm volatile("" : "+r"(value));  // every step is done, one by one
  }
  return value;
}

// The time of one step: the fastest of many runs when first asked.
double NanosecondsPerStep();

// A fixed mixture of task lengths: 2000 tasks of 1 to 100 microseconds,
// distributed evenly over the logarithm.
struct Mixture {
  std::vector<std::uint32_t> steps;  // of each task
  double nanoseconds;                // of all tasks, one after the other
  std::uint64_t sum;                 // of what Work returns for all of them
};

// The same object every time. Takes a tenth of a second when first asked.
const Mixture& TheMixture();

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_WORK_H_
