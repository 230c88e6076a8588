// SPDX-License-Identifier: Apache-2.0
//
// idle_cpu: what pools (with our backends also a reactor) cost that have had
// work and have none for 200 milliseconds. The counter `cpu_fraction` is the
// CPU time of the whole process in that time, as a share of one CPU, without
// that of the thread that measures: to fall asleep, to be woken once and to
// read the clocks takes it more than a pool takes that rests.
#ifndef HEDDLE_BENCHMARKS_IDLE_CPU_H_
#define HEDDLE_BENCHMARKS_IDLE_CPU_H_

#include <algorithm>
#include <chrono>
#include <string>

#include "benchmarks/stopwatch.h"
#include "benchmarks/tally.h"
#include "benchmarks/workers.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

// The share of one CPU that the other threads take while this one sleeps; 0 if
// it is less than what reading the clocks is off by.
inline double IdleCpuFraction() {
  Pause(std::chrono::milliseconds(20));  // whoever spins has stopped
  const Moment start = Now();
  const double before = OtherThreadsCpuSeconds();
  Pause(std::chrono::milliseconds(200));
  return std::max(0.0, OtherThreadsCpuSeconds() - before) /
         (NanosecondsBetween(start, Now()) * 1e-9);
}

template <class Make>
void IdleCpu(benchmark::State& state, const Make& make) {
  constexpr int kTasks = 1'000;
  Tally tally(1);
  double sum = 0;
  {
    auto pool = make(kWorkers);
    for (auto _ : state) {
      tally.Expect(kTasks);
      for (int i = 0; i < kTasks; ++i) {
        pool.Submit([&tally] { tally.Add(1); });
      }
      if (!CheckCame(state, "the tasks to run", tally.Wait())) break;
      sum += IdleCpuFraction();
    }
  }
  Check(state, "tasks run", tally.runs(),
        static_cast<std::uint64_t>(state.iterations()) * kTasks);
  state.counters["cpu_fraction"] =
      sum / static_cast<double>(state.iterations());
}

template <class Make>
void RegisterIdleCpu(const std::string& who, const Make& make) {
  Register({.name = "idle_cpu",
            .who = who,
            .iterations = 1,
            .run = [make](benchmark::State& state) { IdleCpu(state, make); }});
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_IDLE_CPU_H_
