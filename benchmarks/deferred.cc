// SPDX-License-Identifier: Apache-2.0
//
// deferred: the cost of a Deferred on one thread: create it, add 1 or 10
// callbacks, fire it; with debugging:1 in debug mode, which notes who made and
// who fired it (BT-20, DF-62). The counter mallocs_per_item is there in
// programs that count them.
//
// deferred_chain: 10 Deferreds, each returned by a callback of the one before
// it, so that every chain waits for the next; fired in that order.
#include <cstdint>
#include <vector>

#include "benchmarks/malloc_counter.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"
#include "reference/deferred.h"
#include "reference/deferred_debug.h"

namespace heddle::workloads {
namespace {

void CreateAndFire(benchmark::State& state, int callbacks) {
  std::uint64_t sum = 0;
  std::uint64_t fired = 0;
  const auto create_and_fire = [&] {
    ++fired;
    const Deferred<std::uint64_t> deferred;
    for (int i = 0; i < callbacks; ++i) {
      deferred.AddCallback([&sum](std::uint64_t value) {
        sum += value;
        return value + 1;
      });
    }
    deferred.Callback(std::uint64_t{1});
  };
  create_and_fire();  // once to warm up
  for (auto _ : state) create_and_fire();
  if (CountsMallocs()) {
    constexpr int kCounted = 1'000;
    StartCountingMallocs();
    for (int i = 0; i < kCounted; ++i) create_and_fire();
    state.counters["mallocs_per_item"] =
        static_cast<double>(StopCountingMallocs().mallocs) / kCounted;
  }
  // 1 + 2 + ... + callbacks, every time.
  const auto count = static_cast<std::uint64_t>(callbacks);
  Check(state, "sum of the values", sum, fired * (count * (count + 1) / 2));
}

void ReturnedDeferreds(benchmark::State& state) {
  constexpr std::size_t kLinks = 10;
  std::uint64_t last = 0;
  for (auto _ : state) {
    const std::vector<Deferred<std::uint64_t>> links(kLinks);
    for (std::size_t i = 0; i + 1 < kLinks; ++i) {
      links[i].AddCallback(
          [next = links[i + 1]](std::uint64_t) { return next; });
    }
    links.front().AddCallback([&last](std::uint64_t value) { last += value; });
    for (std::size_t i = 0; i < kLinks; ++i) {
      links[i].Callback(static_cast<std::uint64_t>(i));
    }
  }
  Check(state, "sum of the last values", last,
        static_cast<std::uint64_t>(state.iterations()) * (kLinks - 1));
  CountItems(state, kLinks);
}

}  // namespace

void RegisterDeferred() {
  for (const int callbacks : {1, 10}) {
    Register({.name = "deferred",
              .who = "deferred",
              .arguments = {{"callbacks", callbacks}},
              .floor = "null_backend",
              .run = [callbacks](benchmark::State& state) {
                CreateAndFire(state, callbacks);
              }});
  }
  Register({.name = "deferred",
            .who = "deferred",
            .arguments = {{"callbacks", 1}, {"debugging", 1}},
            .floor = "null_backend",
            .run = [](benchmark::State& state) {
              SetDeferredDebugging(true);
              CreateAndFire(state, 1);
              SetDeferredDebugging(false);
            }});
  Register({.name = "deferred_chain",
            .who = "deferred",
            .arguments = {{"links", 10}},
            .floor = "null_backend",
            .run = ReturnedDeferreds});
}

}  // namespace heddle::workloads
