// SPDX-License-Identifier: Apache-2.0
//
// submit_latency: one task at a time on an idle pool. The real time of an
// iteration is that of the round trip: submit, run, wake the submitter, which
// sleeps. The counters p50 and p99 are of the way there: from just before the
// submission to the task's first instruction.
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "benchmarks/event.h"
#include "benchmarks/pools.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"

namespace heddle::workloads {
namespace {

void SubmitLatency(benchmark::State& state, const Backend& backend) {
  using std::chrono::steady_clock;
  Event ran;
  steady_clock::time_point began;
  std::uint64_t runs = 0;  // handed over by `ran`, as is `began`
  std::vector<double> latencies;
  latencies.reserve(static_cast<std::size_t>(state.max_iterations) + 1);
  const auto pool = StartPool(backend);
  const auto run_task = [&] {
    const steady_clock::time_point submitted = steady_clock::now();
    MustBeAccepted(pool->CallInThread([&] {
      began = steady_clock::now();
      ++runs;
      ran.Set();
    }));
    if (!CheckCame(state, "a task to run", ran.Wait())) return false;
    latencies.push_back(
        std::chrono::duration<double, std::nano>(began - submitted).count());
    return true;
  };
  if (run_task()) {  // once to warm up
    latencies.clear();
    for (auto _ : state) {
      if (!run_task()) break;
    }
  }
  pool->Stop();
  Check(state, "tasks run", runs,
        static_cast<std::uint64_t>(state.iterations()) + 1);
  CountPercentiles(state, std::move(latencies));
}

}  // namespace

void RegisterSubmitLatency(const Backend& backend) {
  Register({.name = "submit_latency",
            .backend = backend.name,
            .arguments = {{"workers", kWorkers}},
            .floor = "futex_round_trip",
            .run = [&backend](benchmark::State& state) {
              SubmitLatency(state, backend);
            }});
}

}  // namespace heddle::workloads
