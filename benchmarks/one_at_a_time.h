// SPDX-License-Identifier: Apache-2.0
//
// one_at_a_time: a task on an idle pool, for which its submitter sleeps. With
// parked:0 the next follows at once, and finds awake whoever still is; with
// parked:1 there is a pause before each, until all workers sleep.
//
// idle_1ms: the same, with a millisecond before each. The counter
// `cpu_per_item` is the CPU time of the whole process for each task, with all
// that the workers do before they sleep again.
//
// See round_trips.h.
#ifndef HEDDLE_BENCHMARKS_ONE_AT_A_TIME_H_
#define HEDDLE_BENCHMARKS_ONE_AT_A_TIME_H_

#include <chrono>
#include <string>

#include "benchmarks/round_trips.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/workers.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

template <class Make>
void OneAtATime(benchmark::State& state, const Make& make,
                std::chrono::microseconds pause) {
  RoundTrips round_trips;
  double cpu = 0;
  {
    auto pool = make(kWorkers);
    const double before = ProcessCpuSeconds();
    round_trips.Run(state, pause, [&] {
      pool.Submit([&round_trips] { round_trips.Answer(); });
    });
    Pause(pause);  // the last task's share
    cpu = ProcessCpuSeconds() - before;
  }
  round_trips.Finish(state);
  state.counters["cpu_per_item"] =
      cpu / static_cast<double>(state.iterations() + 1);
}

template <class Make>
void RegisterOneAtATime(const std::string& who, const Make& make) {
  Register({.name = "one_at_a_time",
            .who = who,
            .arguments = {{"parked", 0}},
            .floor = "futex_round_trip",
            .run = [make](benchmark::State& state) {
              OneAtATime(state, make, std::chrono::microseconds(0));
            }});
  Register({.name = "one_at_a_time",
            .who = who,
            .arguments = {{"parked", 1}},
            .floor = "futex_round_trip_parked",
            .iterations = kPausedRoundTrips,
            .run = [make](benchmark::State& state) {
              OneAtATime(state, make, kUntilParked);
            }});
  Register({.name = "idle_1ms",
            .who = who,
            .floor = "futex_round_trip_parked",
            .iterations = kPausedRoundTrips,
            .run = [make](benchmark::State& state) {
              OneAtATime(state, make, std::chrono::milliseconds(1));
            }});
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_ONE_AT_A_TIME_H_
