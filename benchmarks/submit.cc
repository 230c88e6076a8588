// SPDX-License-Identifier: Apache-2.0
//
// submit: how fast tiny tasks from outside go through a pool. Every round, 1,
// 2 or 4 producers submit 65,536 tasks as fast as they can; it ends when all
// have run. The counter `submitting` is the time that one call to
// CallInThread took the first producer.
#include <chrono>
#include <cstdint>
#include <memory>

#include "benchmarks/pools.h"
#include "benchmarks/producers.h"
#include "benchmarks/tally.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"

namespace heddle::workloads {
namespace {

constexpr int kTasks = 1 << 16;

void Submit(benchmark::State& state, const Backend& backend, int producers) {
  using std::chrono::steady_clock;
  Tally tally;
  const auto pool = StartPool(backend);
  steady_clock::duration submitting{};
  std::uint64_t rounds = 0;
  {
    const int share = kTasks / producers;
    Producers threads(producers, [&](int number) {
      for (int i = number * share; i < (number + 1) * share; ++i) {
        const auto value = static_cast<std::uint64_t>(i);
        MustBeAccepted(
            pool->CallInThread([&tally, value] { tally.Add(value); }));
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
  pool->Stop();
  constexpr std::uint64_t kSum =
      static_cast<std::uint64_t>(kTasks) * (kTasks - 1) / 2;
  Check(state, "tasks run", tally.runs(), rounds * kTasks);
  Check(state, "sum of the tasks' numbers", tally.sum(), rounds * kSum);
  CountItems(state, kTasks);
  state.counters["submitting"] =
      std::chrono::duration<double>(submitting).count() /
      (static_cast<double>(rounds - 1) * kTasks / producers);
}

}  // namespace

void RegisterSubmit(const Backend& backend) {
  for (const int producers : {1, 2, 4}) {
    Register({.name = "submit",
              .backend = backend.name,
              .arguments = {{"producers", producers}, {"workers", kWorkers}},
              .floor = "spsc_handoff",
              .run = [&backend, producers](benchmark::State& state) {
                Submit(state, backend, producers);
              }});
  }
}

}  // namespace heddle::workloads
