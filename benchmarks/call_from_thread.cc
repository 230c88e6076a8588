// SPDX-License-Identifier: Apache-2.0
//
// call_from_thread: how fast other threads hand calls to a running reactor.
// Every round, 1 or 2 producers hand over 65,536 calls; it ends when all have
// run on the reactor's thread.
//
// call_from_thread_latency: one call at a time. The real time of an iteration
// is that of the round trip: hand over, run, wake the caller, which sleeps.
// The counters p50 and p99 are of the way there.
#include <chrono>
#include <cstdint>
#include <vector>

#include "benchmarks/event.h"
#include "benchmarks/loop_thread.h"
#include "benchmarks/producers.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"

namespace heddle::workloads {
namespace {

constexpr int kCalls = 1 << 16;

void CallFromThread(benchmark::State& state, int producers) {
  // The reactor's thread counts; `all_ran` hands the count over.
  std::uint64_t runs = 0;
  std::uint64_t sum = 0;
  std::uint64_t rounds = 0;
  Event all_ran;
  {
    LoopThread loop;
    const int share = kCalls / producers;
    Producers threads(producers, [&](int number) {
      for (int i = number * share; i < (number + 1) * share; ++i) {
        const auto value = static_cast<std::uint64_t>(i);
        MustBeAccepted(loop.reactor().CallFromThread([&, value] {
          sum += value;
          if (++runs % kCalls == 0) all_ran.Set();
        }));
      }
    });
    const auto run_round = [&] {
      ++rounds;
      threads.Produce();
      return CheckCame(state, "the calls to run", all_ran.Wait());
    };
    if (run_round()) {  // once to warm up
      for (auto _ : state) {
        if (!run_round()) break;
      }
    }
  }
  constexpr std::uint64_t kSum =
      static_cast<std::uint64_t>(kCalls) * (kCalls - 1) / 2;
  Check(state, "calls run", runs, rounds * kCalls);
  Check(state, "sum of the calls' numbers", sum, rounds * kSum);
  CountItems(state, kCalls);
}

void CallFromThreadLatency(benchmark::State& state) {
  using std::chrono::steady_clock;
  Event ran;
  steady_clock::time_point began;
  std::uint64_t runs = 0;  // handed over by `ran`, as is `began`
  std::vector<double> latencies;
  latencies.reserve(static_cast<std::size_t>(state.max_iterations) + 1);
  {
    LoopThread loop;
    const auto run_call = [&] {
      const steady_clock::time_point submitted = steady_clock::now();
      MustBeAccepted(loop.reactor().CallFromThread([&] {
        began = steady_clock::now();
        ++runs;
        ran.Set();
      }));
      if (!CheckCame(state, "a call to run", ran.Wait())) return false;
      latencies.push_back(
          std::chrono::duration<double, std::nano>(began - submitted).count());
      return true;
    };
    if (run_call()) {  // once to warm up
      latencies.clear();
      for (auto _ : state) {
        if (!run_call()) break;
      }
    }
  }
  Check(state, "calls run", runs,
        static_cast<std::uint64_t>(state.iterations()) + 1);
  CountPercentiles(state, std::move(latencies));
}

}  // namespace

void RegisterCallFromThread() {
  for (const int producers : {1, 2}) {
    Register({.name = "call_from_thread",
              .backend = "reactor",
              .arguments = {{"producers", producers}},
              .floor = "spsc_handoff",
              .run = [producers](benchmark::State& state) {
                CallFromThread(state, producers);
              }});
  }
  Register({.name = "call_from_thread_latency",
            .backend = "reactor",
            .floor = "eventfd_round_trip",
            .run = CallFromThreadLatency});
}

}  // namespace heddle::workloads
