// SPDX-License-Identifier: Apache-2.0
//
// spawn: tasks that submit tasks. Every round is one tree, shaped like the
// calls of a recursive Fibonacci function, that nobody joins: the number of
// its tasks is known, and it ends when all have run.
#include <cstdint>
#include <memory>

#include "benchmarks/pools.h"
#include "benchmarks/tally.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"

namespace heddle::workloads {
namespace {

constexpr int kOrder = 25;

// What a tree of `order` consists of.
struct Tree {
  std::uint64_t tasks;
  std::uint64_t sum;  // of the orders of all its nodes
};

constexpr Tree Measure(int order) {
  Tree smaller{.tasks = 1, .sum = 0};
  Tree tree{.tasks = 1, .sum = 1};
  for (int i = 2; i <= order; ++i) {
    const Tree larger{
        .tasks = 1 + tree.tasks + smaller.tasks,
        .sum = static_cast<std::uint64_t>(i) + tree.sum + smaller.sum};
    smaller = tree;
    tree = larger;
  }
  return tree;
}

constexpr Tree kTree = Measure(kOrder);

void Grow(ThreadPool& pool, Tally& tally, int order) {
  if (order >= 2) {
    for (const int child : {order - 1, order - 2}) {
      MustBeAccepted(pool.CallInThread(
          [&pool, &tally, child] { Grow(pool, tally, child); }));
    }
  }
  tally.Add(static_cast<std::uint64_t>(order));
}

void Spawn(benchmark::State& state, const Backend& backend) {
  // Larger batches than usual: these tasks are the cheapest.
  Tally tally(256);
  const auto pool = StartPool(backend);
  std::uint64_t rounds = 0;
  const auto run_round = [&] {
    ++rounds;
    tally.Expect(kTree.tasks);
    MustBeAccepted(pool->CallInThread([&] { Grow(*pool, tally, kOrder); }));
    return CheckCame(state, "the tasks to run", tally.Wait());
  };
  if (run_round()) {  // once to warm up
    for (auto _ : state) {
      if (!run_round()) break;
    }
  }
  pool->Stop();
  Check(state, "tasks run", tally.runs(), rounds * kTree.tasks);
  Check(state, "sum of the tasks' orders", tally.sum(), rounds * kTree.sum);
  CountItems(state, static_cast<double>(kTree.tasks));
}

}  // namespace

void RegisterSpawn(const Backend& backend) {
  Register(
      {.name = "spawn",
       .backend = backend.name,
       .arguments = {{"order", kOrder}, {"workers", kWorkers}},
       .floor = "null_backend",
       .run = [&backend](benchmark::State& state) { Spawn(state, backend); }});
}

}  // namespace heddle::workloads
