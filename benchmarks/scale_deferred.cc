// SPDX-License-Identifier: Apache-2.0
//
// scale_deferred: 1 to 100,000 Deferreds, each returned by a callback of the
// one before it, so that every chain waits for the next: create them, chain
// them, fire all but the last, and then the last, whose value goes all the way
// back to the first.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "benchmarks/scale.h"
#include "benchmarks/workload.h"
#include "reference/deferred.h"

namespace heddle::workloads {
namespace {

void ChainOf(benchmark::State& state, std::size_t links) {
  std::uint64_t sum = 0;
  for (auto _ : state) {
    const std::vector<Deferred<std::uint64_t>> chain(links);
    for (std::size_t i = 0; i + 1 < links; ++i) {
      chain[i].AddCallback(
          [next = chain[i + 1]](std::uint64_t) { return next; });
    }
    chain.front().AddCallback([&sum](std::uint64_t value) { sum += value; });
    for (const Deferred<std::uint64_t>& link : chain) {
      link.Callback(std::uint64_t{1});
    }
  }
  Check(state, "values that came back", sum,
        static_cast<std::uint64_t>(state.iterations()));
  CountItems(state, static_cast<double>(links));
}

}  // namespace

void RegisterScaleDeferred() {
  for (const std::size_t links :
       {1U, 10U, 100U, 1'000U, 10'000U, 100'000U}) {
    Register({.name = "scale_deferred",
              .who = "deferred",
              .arguments = {{"links", static_cast<std::int64_t>(links)}},
              .run = [links](benchmark::State& state) {
                ChainOf(state, links);
              }});
  }
}

}  // namespace heddle::workloads
