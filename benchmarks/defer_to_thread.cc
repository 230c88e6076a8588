// SPDX-License-Identifier: Apache-2.0
//
// defer_to_thread: from the reactor to a worker of its pool and back, into a
// callback. Every round, the reactor keeps 1, 64 or 1024 calls in flight: the
// callback of one starts the next. It ends when all have been answered. With
// one in flight, the counters p50 and p99 are of the round trips.
#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "benchmarks/event.h"
#include "benchmarks/loop_thread.h"
#include "benchmarks/pools.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"
#include "reference/threads.h"

namespace heddle::workloads {
namespace {

using std::chrono::steady_clock;

// A round of calls; all on the reactor's thread, but for the functions that
// are deferred.
class Round {
 public:
  Round(std::uint64_t calls, std::uint64_t in_flight, Event& ended)
      : calls_(calls), in_flight_(in_flight), ended_(ended) {}

  void Begin(Reactor& reactor) {
    reactor_ = &reactor;
    started_ = 0;
    answered_ = 0;
    while (started_ < in_flight_) StartNext();
  }

  // Of all rounds; for the driver, when the reactor has stopped.
  std::uint64_t sum() const { return sum_; }
  std::vector<double>& round_trips() { return round_trips_; }

 private:
  void StartNext() {
    const steady_clock::time_point start = Now();
    DeferToThread(*reactor_, [number = started_++] { return number; })
        .AddCallbacks(
            [this, start](std::uint64_t number) {
              sum_ += number;
              if (in_flight_ == 1) {
                round_trips_.push_back(
                    std::chrono::duration<double, std::nano>(Now() - start)
                        .count());
              }
              if (started_ < calls_) StartNext();
              if (++answered_ == calls_) ended_.Set();
            },
            [](const Failure& failure) { failure.Rethrow(); });
  }

  // The clock is read only where its time is used.
  steady_clock::time_point Now() const {
    return in_flight_ == 1 ? steady_clock::now() : steady_clock::time_point();
  }

  const std::uint64_t calls_;
  const std::uint64_t in_flight_;
  Event& ended_;
  Reactor* reactor_ = nullptr;
  std::uint64_t started_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t sum_ = 0;
  std::vector<double> round_trips_;
};

void DeferredCalls(benchmark::State& state, const Backend& backend,
                   std::uint64_t in_flight) {
  const std::uint64_t calls = in_flight == 1 ? 256 : 16'384;
  Event ended;
  Round round(calls, in_flight, ended);
  std::uint64_t rounds = 0;
  {
    ReactorOptions options;
    options.pool_size = {.min = kWorkers, .max = kWorkers};
    options.make_pool = backend.make;
    options.install_signal_handlers = false;
    LoopThread loop(std::move(options));
    const auto run_round = [&] {
      ++rounds;
      MustBeAccepted(
          loop.reactor().CallFromThread([&] { round.Begin(loop.reactor()); }));
      return CheckCame(state, "the answers", ended.Wait());
    };
    if (run_round()) {  // once to warm up
      round.round_trips().clear();
      for (auto _ : state) {
        if (!run_round()) break;
      }
    }
  }
  if (in_flight == 1) {
    CountPercentiles(state, std::move(round.round_trips()));
  }
  Check(state, "sum of the answers", round.sum(),
        rounds * (calls * (calls - 1) / 2));
  CountItems(state, static_cast<double>(calls));
}

}  // namespace

void RegisterDeferToThread(const Backend& backend) {
  for (const int in_flight : {1, 64, 1024}) {
    Register({.name = "defer_to_thread",
              .backend = backend.name,
              .arguments = {{"in_flight", in_flight}, {"workers", kWorkers}},
              .floor = in_flight == 1 ? "eventfd_round_trip" : "spsc_handoff",
              .run = [&backend, in_flight](benchmark::State& state) {
                DeferredCalls(state, backend,
                              static_cast<std::uint64_t>(in_flight));
              }});
  }
}

}  // namespace heddle::workloads
