// SPDX-License-Identifier: Apache-2.0
//
// blocking_call: BlockingCallFromThread from one thread to a running reactor,
// one call at a time. The counters p50 and p99 are of the whole call.
#include <chrono>
#include <cstdint>
#include <vector>

#include "benchmarks/loop_thread.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"
#include "reference/threads.h"

namespace heddle::workloads {
namespace {

void BlockingCall(benchmark::State& state) {
  using std::chrono::steady_clock;
  std::vector<double> durations;
  durations.reserve(static_cast<std::size_t>(state.max_iterations) + 1);
  std::uint64_t calls = 0;
  std::uint64_t sum = 0;
  {
    LoopThread loop;
    const auto call = [&] {
      const steady_clock::time_point start = steady_clock::now();
      sum += BlockingCallFromThread(
          loop.reactor(), [](std::uint64_t value) { return value; }, calls++);
      durations.push_back(
          std::chrono::duration<double, std::nano>(steady_clock::now() - start)
              .count());
    };
    call();  // once to warm up
    durations.clear();
    for (auto _ : state) call();
  }
  Check(state, "sum of the results", sum, calls * (calls - 1) / 2);
  CountPercentiles(state, std::move(durations));
}

}  // namespace

void RegisterBlockingCall() {
  Register({.name = "blocking_call",
            .backend = "reactor",
            .floor = "eventfd_round_trip",
            .run = BlockingCall});
}

}  // namespace heddle::workloads
