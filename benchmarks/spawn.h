// SPDX-License-Identifier: Apache-2.0
//
// spawn: tasks that submit tasks. Every round is one tree, shaped like the
// calls of a recursive Fibonacci function of 25, that nobody joins: the number
// of its tasks is known, and it ends when all have run.
#ifndef HEDDLE_BENCHMARKS_SPAWN_H_
#define HEDDLE_BENCHMARKS_SPAWN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "benchmarks/tally.h"
#include "benchmarks/workers.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

// From a task: by the pool's own way for tasks that submit, if it has one.
template <class Pool, class F>
void SpawnIn(Pool& pool, F&& task) {
  if constexpr (requires { pool.Spawn(std::forward<F>(task)); }) {
    pool.Spawn(std::forward<F>(task));
  } else {
    pool.Submit(std::forward<F>(task));
  }
}

// What a tree of `order` consists of.
struct Tree {
  std::uint64_t tasks;
  std::uint64_t sum;  // of the orders of all its nodes
};

constexpr Tree MeasureTree(int order) {
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

// Where trees grow. A task knows it and its own order: 16 bytes, which every
// peer's function object takes without an allocation.
template <class Pool>
class Garden {
 public:
  Garden(Pool& pool, Tally& tally) : pool_(pool), tally_(tally) {}

  void Grow(int order) {
    if (order >= 2) {
      for (const int child : {order - 1, order - 2}) {
        SpawnIn(pool_, [this, child] { Grow(child); });
      }
    }
    tally_.Add(static_cast<std::uint64_t>(order));
  }

 private:
  Pool& pool_;
  Tally& tally_;
};

template <class Make>
void Spawn(benchmark::State& state, const Make& make) {
  constexpr int kOrder = 25;
  constexpr Tree kTree = MeasureTree(kOrder);
  // Larger batches than usual: these tasks are the cheapest.
  Tally tally(256);
  std::uint64_t rounds = 0;
  {
    // Outlives the pool, whose tasks know it.
    std::optional<Garden<decltype(make(kWorkers))>> garden;
    auto pool = make(kWorkers);
    garden.emplace(pool, tally);
    const auto run_round = [&] {
      ++rounds;
      tally.Expect(kTree.tasks);
      pool.Submit([&garden] { garden->Grow(kOrder); });
      return CheckCame(state, "the tasks to run", tally.Wait());
    };
    if (run_round()) {  // once to warm up
      for (auto _ : state) {
        if (!run_round()) break;
      }
    }
  }
  Check(state, "tasks run", tally.runs(), rounds * kTree.tasks);
  Check(state, "sum of the tasks' orders", tally.sum(), rounds * kTree.sum);
  CountItems(state, static_cast<double>(kTree.tasks));
}

template <class Make>
void RegisterSpawn(const std::string& who, const Make& make) {
  Register({.name = "spawn",
            .who = who,
            .floor = "null_backend",
            .run = [make](benchmark::State& state) { Spawn(state, make); }});
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_SPAWN_H_
