// SPDX-License-Identifier: Apache-2.0
//
// floor/static_split: the work of `mixed`, divided beforehand between plain
// threads that share nothing: what is left when handing out work costs
// nothing. Starting the threads is outside the timed region.
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "benchmarks/event.h"
#include "benchmarks/producers.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/tally.h"
#include "benchmarks/work.h"
#include "benchmarks/workers.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"

namespace heddle::workloads {
namespace {

using Shares = std::array<std::vector<std::uint32_t>, kWorkers>;

// The longest tasks first, each to whoever has least so far.
Shares Split(std::vector<std::uint32_t> steps) {
  std::sort(steps.rbegin(), steps.rend());
  Shares shares;
  std::array<std::uint64_t, kWorkers> sums{};
  for (const std::uint32_t task : steps) {
    const auto least = static_cast<std::size_t>(
        std::min_element(sums.begin(), sums.end()) - sums.begin());
    shares[least].push_back(task);
    sums[least] += task;
  }
  return shares;
}

void StaticSplit(benchmark::State& state) {
  const Mixture& mixture = TheMixture();
  const Shares shares = Split(mixture.steps);
  std::uint64_t rounds = 0;
  double working = 0;  // nanoseconds
  Tally tally(1);
  Producers workers(kWorkers, [&](int number) {
    for (const std::uint32_t steps : shares[static_cast<std::size_t>(number)]) {
      tally.Add(Work(steps));
    }
  });
  const auto run_round = [&] {
    ++rounds;
    tally.Expect(mixture.steps.size());
    const Moment start = Now();
    workers.Produce();
    const bool done = CheckCame(state, "the work", tally.Wait());
    working += NanosecondsBetween(start, Now());
    return done;
  };
  if (run_round()) {  // once to warm up
    working = 0;
    for (auto _ : state) {
      if (!run_round()) break;
    }
  }
  Check(state, "sum of the results", tally.sum(), rounds * mixture.sum);
  CountItems(state, static_cast<double>(mixture.steps.size()));
  state.counters["efficiency"] = mixture.nanoseconds *
                                 static_cast<double>(rounds - 1) /
                                 (kWorkers * working);
}

}  // namespace

void RegisterStaticSplitFloor() {
  Register({.name = "floor", .who = "static_split", .run = StaticSplit});
}

}  // namespace heddle::workloads
