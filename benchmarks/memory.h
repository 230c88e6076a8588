// SPDX-License-Identifier: Apache-2.0
//
// memory: what a queued task costs. While all workers are blocked, 20,000
// tasks with a capture of 32 bytes are submitted; they run; and then once
// more. `bytes_per_item` is the heap that the first filling took and kept,
// usable sizes and malloc's own word, and what libraries mapped for heaps of
// their own. `mallocs_per_item` is of the second, when whoever keeps memory for
// the next task has some.
//
// `bytes_per_item` is the most that any round of this program came to: what a
// pool keeps for ever, a later round, or another workload of the program before
// it, has allocated already.
//
// Only in programs that count allocations; see malloc_counter.h.
#ifndef HEDDLE_BENCHMARKS_MEMORY_H_
#define HEDDLE_BENCHMARKS_MEMORY_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "benchmarks/event.h"
#include "benchmarks/malloc_counter.h"
#include "benchmarks/tally.h"
#include "benchmarks/workers.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

inline constexpr std::uint64_t kQueuedTasks = 20'000;

// Queues the tasks behind blocked workers, lets them run, and says what the
// queueing allocated. False if the workers cannot all be blocked, or if tasks
// get lost.
template <class Pool>
bool FillOnce(benchmark::State& state, Pool& pool, Tally& tally,
              MallocCounts& counts) {
  std::array<Event, kWorkers> blocked;
  std::array<Event, kWorkers> go_on;
  tally.Expect(kQueuedTasks + kWorkers);
  for (std::size_t i = 0; i < kWorkers; ++i) {
    pool.Submit([&, i] {
      blocked[i].Set();
      static_cast<void>(go_on[i].Wait());
      tally.Add(0);
    });
  }
  bool came = true;
  for (Event& event : blocked) {
    came = came && CheckCame(state, "a worker to be blocked", event.Wait());
  }
  if (came) {
    std::array<std::uint64_t, 3> numbers{1, 2, 3};
    benchmark::DoNotOptimize(numbers);
    StartCountingMallocs();
    for (std::uint64_t i = 0; i < kQueuedTasks; ++i) {
      pool.Submit([&tally, numbers] { tally.Add(numbers[2]); });
    }
    counts = StopCountingMallocs();
  }
  for (Event& event : go_on) event.Set();
  // In any case: tasks that run know these events.
  return CheckCame(state, "the tasks to run", tally.Wait()) && came;
}

template <class Make>
void Memory(benchmark::State& state, const std::string& who, const Make& make) {
  static std::map<std::string, double> most_bytes;
  Tally tally(1);
  MallocCounts first;
  MallocCounts second;
  std::uint64_t fillings = 0;
  for (auto _ : state) {
    auto pool = make(kWorkers);
    bool filled = true;
    for (MallocCounts* const counts : {&first, &second}) {
      ++fillings;
      filled = filled && FillOnce(state, pool, tally, *counts);
    }
    if (!filled) break;
    most_bytes[who] =
        std::max(most_bytes[who], static_cast<double>(first.bytes));
  }
  Check(state, "sum of the tasks' numbers", tally.sum(),
        fillings * kQueuedTasks * 3);
  state.counters["mallocs_per_item"] =
      static_cast<double>(second.mallocs) / kQueuedTasks;
  state.counters["bytes_per_item"] = most_bytes[who] / kQueuedTasks;
}

template <class Make>
void RegisterMemory(const std::string& who, const Make& make) {
  if (!CountsMallocs()) return;
  Register({.name = "memory",
            .who = who,
            .iterations = 1,
            .run = [who, make](benchmark::State& state) {
              Memory(state, who, make);
            }});
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_MEMORY_H_
