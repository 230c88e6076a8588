// SPDX-License-Identifier: Apache-2.0
//
// scale_padding: two threads count, each in a word of its own, so many bytes
// apart: on one cache line, on neighbouring ones, and with one in between. What
// the alignas(64) of the pools is for, and that more would buy nothing.
// `per_item` is the time that one step took the measuring thread: the median of
// the short stretches in which the other has counted about as far, because in
// the rest one of the two did not run all the time.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "benchmarks/processors.h"
#include "benchmarks/scale.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {
namespace {

using Counter = std::atomic<std::uint64_t>;

void CountOn(Counter& counter) {
  // As a tally does: only this thread writes it.
  counter.store(counter.load(std::memory_order_relaxed) + 1,
                std::memory_order_release);
}

void Neighbours(benchmark::State& state, std::size_t bytes) {
  constexpr std::uint64_t kSteps = 1 << 12;
  constexpr std::size_t kStretches = 512;
  struct alignas(256) {
    Counter counters[64]{};
  } memory;
  Counter& mine = memory.counters[0];
  Counter& other = memory.counters[bytes / sizeof(Counter)];
  std::vector<double> steps_took;
  std::uint64_t steps = 0;
  {
    const std::vector<int> processors = AllowedProcessors();
    const OnProcessor here(processors.front());
    const std::jthread neighbour([&](const std::stop_token& stop) {
      const OnProcessor there(processors.back());
      while (!stop.stop_requested()) {
        for (std::uint64_t i = 0; i < kSteps; ++i) CountOn(other);
      }
    });
    for (auto _ : state) {
      const Moment begin = Now();
      while (steps_took.size() < kStretches &&
             Now() - begin < std::chrono::seconds(1)) {
        const std::uint64_t before = other.load(std::memory_order_acquire);
        const Moment start = Now();
        for (std::uint64_t i = 0; i < kSteps; ++i) CountOn(mine);
        const double took = NanosecondsBetween(start, Now());
        steps += kSteps;
        const std::uint64_t meanwhile =
            other.load(std::memory_order_acquire) - before;
        if (meanwhile >= kSteps / 8 && meanwhile <= 8 * kSteps) {
          steps_took.push_back(took / kSteps);
        }
      }
    }
  }
  Check(state, "steps counted", mine.load(), steps);
  if (steps_took.empty()) return;  // they never ran at once
  state.counters["per_item"] = Quantile(steps_took, 0.5) * 1e-9;
}

}  // namespace

void RegisterScalePadding() {
  if (AllowedProcessors().size() < 2) return;
  for (const std::size_t bytes : {8U, 64U, 128U}) {
    Register({.name = "scale_padding",
              .who = "two_counters",
              .arguments = {{"bytes", static_cast<std::int64_t>(bytes)}},
              .iterations = 1,
              .run = [bytes](benchmark::State& state) {
                Neighbours(state, bytes);
              }});
  }
}

}  // namespace heddle::workloads
