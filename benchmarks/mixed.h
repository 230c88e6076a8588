// SPDX-License-Identifier: Apache-2.0
//
// mixed: 2000 tasks of 1 to 100 microseconds, submitted from outside or all
// by one task. The counter `efficiency` is the work's own time divided by the
// time that all workers took together: 1 is ideal. It is compared with a
// static split of the same work between plain threads.
#ifndef HEDDLE_BENCHMARKS_MIXED_H_
#define HEDDLE_BENCHMARKS_MIXED_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "benchmarks/spawn.h"
#include "benchmarks/tally.h"
#include "benchmarks/work.h"
#include "benchmarks/workers.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

template <class Make>
void Mixed(benchmark::State& state, const Make& make, bool nested) {
  using std::chrono::steady_clock;
  const Mixture& mixture = TheMixture();
  // The task that submits the others counts as well, and adds nothing.
  const std::uint64_t tasks = mixture.steps.size() + (nested ? 1 : 0);
  // One shared counter: the tasks are long enough.
  Tally tally(1);
  steady_clock::duration working{};
  std::uint64_t rounds = 0;
  {
    auto pool = make(kWorkers);
    const auto run_round = [&] {
      ++rounds;
      tally.Expect(tasks);
      const steady_clock::time_point start = steady_clock::now();
      if (nested) {
        pool.Submit([&pool, &tally] {
          for (const std::uint32_t steps : TheMixture().steps) {
            SpawnIn(pool, [&tally, steps] { tally.Add(Work(steps)); });
          }
          tally.Add(0);
        });
      } else {
        for (const std::uint32_t steps : mixture.steps) {
          pool.Submit([&tally, steps] { tally.Add(Work(steps)); });
        }
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
  }
  Check(state, "tasks run", tally.runs(), rounds * tasks);
  Check(state, "sum of the tasks' results", tally.sum(), rounds * mixture.sum);
  CountItems(state, static_cast<double>(mixture.steps.size()));
  state.counters["efficiency"] =
      mixture.nanoseconds * static_cast<double>(rounds - 1) /
      (kWorkers * std::chrono::duration<double, std::nano>(working).count());
}

template <class Make>
void RegisterMixed(const std::string& who, const Make& make) {
  for (const bool nested : {false, true}) {
    Register({.name = "mixed",
              .who = who,
              .arguments = {{"nested", nested}},
              .floor = "static_split",
              .run = [make, nested](benchmark::State& state) {
                Mixed(state, make, nested);
              }});
  }
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_MIXED_H_
