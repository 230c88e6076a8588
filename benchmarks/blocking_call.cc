// SPDX-License-Identifier: Apache-2.0
//
// blocking_call: BlockingCallFromThread from one thread to a running reactor,
// one call at a time; the next at once, or with parked:1 after a pause, until
// the reactor sleeps. The counters p50 and p99 are of the whole call.
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "benchmarks/reactor_loop.h"
#include "benchmarks/round_trips.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"
#include "reference/threads.h"

namespace heddle::workloads {
namespace {

void BlockingCall(benchmark::State& state, std::chrono::microseconds pause) {
  std::vector<double> durations;
  durations.reserve(static_cast<std::size_t>(state.max_iterations) + 1);
  std::uint64_t calls = 0;
  std::uint64_t sum = 0;
  {
    ReactorLoop loop;
    const auto call = [&] {
      const Moment start = Now();
      sum += BlockingCallFromThread(
          loop.reactor(), [](std::uint64_t value) { return value; }, calls++);
      durations.push_back(NanosecondsBetween(start, Now()));
    };
    call();  // once to warm up
    durations.clear();
    for (auto _ : state) {
      if (pause.count() > 0) {
        state.PauseTiming();
        Pause(pause);
        state.ResumeTiming();
      }
      call();
    }
  }
  Check(state, "sum of the results", sum, calls * (calls - 1) / 2);
  CountPercentiles(state, std::move(durations));
}

}  // namespace

void RegisterBlockingCall() {
  Register({.name = "blocking_call",
            .who = "reactor",
            .arguments = {{"parked", 0}},
            .floor = "eventfd_round_trip",
            .run = [](benchmark::State& state) {
              BlockingCall(state, std::chrono::microseconds(0));
            }});
  Register({.name = "blocking_call",
            .who = "reactor",
            .arguments = {{"parked", 1}},
            .floor = "eventfd_round_trip_parked",
            .iterations = kPausedRoundTrips,
            .run = [](benchmark::State& state) {
              BlockingCall(state, kUntilParked);
            }});
}

}  // namespace heddle::workloads
