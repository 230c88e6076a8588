// SPDX-License-Identifier: Apache-2.0
//
// start_stop: the life of a pool of 4 workers, from its construction to its
// destruction: idle, or with one task. A pool that creates its threads only
// when there is work shows it here: its idle life is short.
#include <atomic>
#include <cstdint>
#include <memory>

#include "benchmarks/pools.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"

namespace heddle::workloads {
namespace {

constexpr int kStarted = 4;

void StartStop(benchmark::State& state, const Backend& backend, int tasks) {
  std::atomic<std::uint64_t> runs{0};
  for (auto _ : state) {
    const auto pool = StartPool(backend, kStarted);
    for (int i = 0; i < tasks; ++i) {
      MustBeAccepted(pool->CallInThread(
          [&runs] { runs.fetch_add(1, std::memory_order_relaxed); }));
    }
    pool->Stop();
    if (pool->State() != PoolState::kStopped) {
      Fail(state, "the pool has not stopped after Stop()");
      break;
    }
  }
  Check(state, "tasks run", runs,
        static_cast<std::uint64_t>(state.iterations()) *
            static_cast<std::uint64_t>(tasks));
}

}  // namespace

void RegisterStartStop(const Backend& backend) {
  for (const int tasks : {0, 1}) {
    Register({.name = "start_stop",
              .backend = backend.name,
              .arguments = {{"tasks", tasks}, {"workers", kStarted}},
              .floor = "four_threads",
              .run = [&backend, tasks](benchmark::State& state) {
                StartStop(state, backend, tasks);
              }});
  }
}

}  // namespace heddle::workloads
