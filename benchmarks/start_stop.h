// SPDX-License-Identifier: Apache-2.0
//
// start_stop: the life of an idle pool of 4 workers, from its construction to
// its destruction.
//
// start_stop_one_task: the same with one task. A pool that creates its threads
// only when there is work shows it here: its idle life is short.
#ifndef HEDDLE_BENCHMARKS_START_STOP_H_
#define HEDDLE_BENCHMARKS_START_STOP_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "benchmarks/event.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

inline constexpr int kStarted = 4;

template <class Make>
void StartStop(benchmark::State& state, const Make& make) {
  for (auto _ : state) {
    auto pool = make(kStarted);
    benchmark::DoNotOptimize(&pool);
  }
}

template <class Make>
void StartStopOneTask(benchmark::State& state, const Make& make) {
  Event ran;
  std::uint64_t runs = 0;  // handed over by `ran`
  for (auto _ : state) {
    auto pool = make(kStarted);
    pool.Submit([&] {
      ++runs;
      ran.Set();
    });
    if (!CheckCame(state, "the task to run", ran.Wait())) break;
  }
  Check(state, "tasks run", runs,
        static_cast<std::uint64_t>(state.iterations()));
}

template <class Make>
void RegisterStartStop(const std::string& who, const Make& make) {
  Register(
      {.name = "start_stop",
       .who = who,
       .arguments = {{"threads", kStarted}},
       .floor = "four_threads",
       .run = [make](benchmark::State& state) { StartStop(state, make); }});
  Register({.name = "start_stop_one_task",
            .who = who,
            .arguments = {{"threads", kStarted}},
            .floor = "four_threads",
            .run = [make](benchmark::State& state) {
              StartStopOneTask(state, make);
            }});
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_START_STOP_H_
