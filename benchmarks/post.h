// SPDX-License-Identifier: Apache-2.0
//
// post: how fast other threads hand calls to a running event loop. Every
// round, 1 or 2 producers hand over 65,536 calls; it ends when all have run on
// the loop's thread.
//
// post_one_at_a_time: one call, for which its caller sleeps; the next at once,
// or with idle:1 after a millisecond. See round_trips.h.
#ifndef HEDDLE_BENCHMARKS_POST_H_
#define HEDDLE_BENCHMARKS_POST_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "benchmarks/event.h"
#include "benchmarks/producers.h"
#include "benchmarks/round_trips.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

// Calls that have run. The loop's thread counts; `all_ran` hands the count
// over. A call knows this and its number: 16 bytes, which every peer's
// function object takes without an allocation.
struct CallsRun {
  static constexpr int kInARound = 1 << 16;

  void Add(std::uint64_t value) {
    sum += value;
    if (++runs % kInARound == 0) all_ran.Set();
  }

  std::uint64_t runs = 0;
  std::uint64_t sum = 0;
  Event all_ran;
};

template <class Make>
void PostCalls(benchmark::State& state, const Make& make, int producers) {
  constexpr int kCalls = CallsRun::kInARound;
  CallsRun calls_run;
  std::uint64_t rounds = 0;
  {
    auto loop = make();
    const int share = kCalls / producers;
    Producers threads(producers, [&](int number) {
      for (int i = number * share; i < (number + 1) * share; ++i) {
        const auto value = static_cast<std::uint64_t>(i);
        loop.Post([&calls_run, value] { calls_run.Add(value); });
      }
    });
    const auto run_round = [&] {
      ++rounds;
      threads.Produce();
      return CheckCame(state, "the calls to run", calls_run.all_ran.Wait());
    };
    if (run_round()) {  // once to warm up
      for (auto _ : state) {
        if (!run_round()) break;
      }
    }
  }
  constexpr std::uint64_t kSum =
      static_cast<std::uint64_t>(kCalls) * (kCalls - 1) / 2;
  Check(state, "calls run", calls_run.runs, rounds * kCalls);
  Check(state, "sum of the calls' numbers", calls_run.sum, rounds * kSum);
  CountItems(state, kCalls);
}

template <class Make>
void PostOneAtATime(benchmark::State& state, const Make& make,
                    std::chrono::microseconds pause) {
  RoundTrips round_trips;
  {
    auto loop = make();
    round_trips.Run(state, pause, [&] {
      loop.Post([&round_trips] { round_trips.Answer(); });
    });
  }
  round_trips.Finish(state);
}

// `make()` returns a loop by value: an object whose loop turns on a thread of
// its own until it is destroyed, by which time every call has run, and the
// member
//
//   template <class F> void Post(F&& call);  // any thread
template <class Make>
void RegisterPost(const std::string& who, const Make& make) {
  for (const int producers : {1, 2}) {
    Register({.name = "post",
              .who = who,
              .arguments = {{"producers", producers}},
              .floor = "spsc_handoff",
              .run = [make, producers](benchmark::State& state) {
                PostCalls(state, make, producers);
              }});
  }
  Register({.name = "post_one_at_a_time",
            .who = who,
            .arguments = {{"idle", 0}},
            .floor = "eventfd_round_trip",
            .run = [make](benchmark::State& state) {
              PostOneAtATime(state, make, std::chrono::microseconds(0));
            }});
  Register({.name = "post_one_at_a_time",
            .who = who,
            .arguments = {{"idle", 1}},
            .floor = "eventfd_round_trip_parked",
            .iterations = kPausedRoundTrips,
            .run = [make](benchmark::State& state) {
              PostOneAtATime(state, make, std::chrono::milliseconds(1));
            }});
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_POST_H_
