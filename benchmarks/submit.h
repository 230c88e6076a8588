// SPDX-License-Identifier: Apache-2.0
//
// submit: how fast tiny tasks from outside go through a pool. Every round, 1,
// 2 or 4 producers submit 65,536 tasks as fast as they can; it ends when all
// have run. The counter `submitting` is the time that one submission took the
// first producer.
#ifndef HEDDLE_BENCHMARKS_SUBMIT_H_
#define HEDDLE_BENCHMARKS_SUBMIT_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "benchmarks/producers.h"
#include "benchmarks/tally.h"
#include "benchmarks/workers.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

template <class Make>
void Submit(benchmark::State& state, const Make& make, int producers,
            int workers) {
  using std::chrono::steady_clock;
  constexpr int kTasks = 1 << 16;
  Tally tally;
  steady_clock::duration submitting{};
  std::uint64_t rounds = 0;
  {
    auto pool = make(workers);
    const int share = kTasks / producers;
    Producers threads(producers, [&](int number) {
      for (int i = number * share; i < (number + 1) * share; ++i) {
        const auto value = static_cast<std::uint64_t>(i);
        pool.Submit([&tally, value] { tally.Add(value); });
      }
    });
    const auto run_round = [&] {
      ++rounds;
      tally.Expect(kTasks);
      const steady_clock::time_point start = steady_clock::now();
      threads.Produce();
      submitting += steady_clock::now() - start;
      return CheckCame(state, "the tasks to run", tally.Wait());
    };
    if (run_round()) {  // once to warm up
      submitting = {};
      for (auto _ : state) {
        if (!run_round()) break;
      }
    }
  }
  constexpr std::uint64_t kSum =
      static_cast<std::uint64_t>(kTasks) * (kTasks - 1) / 2;
  Check(state, "tasks run", tally.runs(), rounds * kTasks);
  Check(state, "sum of the tasks' numbers", tally.sum(), rounds * kSum);
  CountItems(state, kTasks);
  state.counters["submitting"] =
      std::chrono::duration<double>(submitting).count() /
      (static_cast<double>(rounds - 1) * kTasks / producers);
}

template <class Make>
void RegisterSubmit(const std::string& who, const Make& make) {
  const auto add = [&](int producers, int workers) {
    Register({.name = "submit",
              .who = who,
              .arguments = {{"producers", producers}, {"workers", workers}},
              .floor = "spsc_handoff",
              .run = [make, producers, workers](benchmark::State& state) {
                Submit(state, make, producers, workers);
              }});
  };
  for (const int producers : {1, 2, 4}) add(producers, kWorkers);
  add(1, 2 * kWorkers);
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_SUBMIT_H_
