// SPDX-License-Identifier: Apache-2.0
//
// mixed: 2000 tasks of 1 to 100 microseconds, submitted from outside or all
// by one task. The counter `efficiency` is the work's own time divided by the
// time that all workers took together: 1 is ideal. It is compared with a
// static split of the same work between plain threads.
#include <chrono>
#include <cstdint>
#include <memory>

#include "benchmarks/pools.h"
#include "benchmarks/tally.h"
#include "benchmarks/work.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"

namespace heddle::workloads {
namespace {

void SubmitMixture(ThreadPool& pool, Tally& tally) {
  for (const std::uint32_t steps : TheMixture().steps) {
    MustBeAccepted(
        pool.CallInThread([&tally, steps] { tally.Add(Work(steps)); }));
  }
}

void Mixed(benchmark::State& state, const Backend& backend, bool nested) {
  using std::chrono::steady_clock;
  const Mixture& mixture = TheMixture();
  // The task that submits the others counts as well, and adds nothing.
  const std::uint64_t tasks = mixture.steps.size() + (nested ? 1 : 0);
  // One shared counter: the tasks are long enough.
  Tally tally(1);
  const auto pool = StartPool(backend);
  steady_clock::duration working{};
  std::uint64_t rounds = 0;
  const auto run_round = [&] {
    ++rounds;
    tally.Expect(tasks);
    const steady_clock::time_point start = steady_clock::now();
    if (nested) {
      MustBeAccepted(pool->CallInThread([&] {
        SubmitMixture(*pool, tally);
        tally.Add(0);
      }));
    } else {
      SubmitMixture(*pool, tally);
    }
    const bool all_ran = CheckCame(state, "the tasks to run", tally.Wait());
    working += steady_clock::now() - start;
    return all_ran;
  };
  if (run_round()) {  // once to warm up
    working = {};
    for (auto _ : state) {
      if (!run_round()) break;
    }
  }
  pool->Stop();
  Check(state, "tasks run", tally.runs(), rounds * tasks);
  Check(state, "sum of the tasks' results", tally.sum(), rounds * mixture.sum);
  CountItems(state, static_cast<double>(mixture.steps.size()));
  state.counters["efficiency"] =
      mixture.nanoseconds * static_cast<double>(rounds - 1) /
      (kWorkers * std::chrono::duration<double, std::nano>(working).count());
}

}  // namespace

void RegisterMixed(const Backend& backend) {
  for (const bool nested : {false, true}) {
    Register({.name = "mixed",
              .backend = backend.name,
              .arguments = {{"nested", nested}, {"workers", kWorkers}},
              .floor = "static_split",
              .run = [&backend, nested](benchmark::State& state) {
                Mixed(state, backend, nested);
              }});
  }
}

}  // namespace heddle::workloads
