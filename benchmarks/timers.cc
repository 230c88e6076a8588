// SPDX-License-Identifier: Apache-2.0
//
// timer_cancel: arm a timer an hour away and cancel it, alone or beside
// 100,000 others that are pending, with deadlines up to two hours away.
//
// timer_fire: the firing of 100 or 10,000 timers with different deadlines,
// all of them due. Arming them is outside the timed region.
//
// A reactor is driven by Iterate() on the measuring thread. In timer_fire it
// has a clock that is set by hand: nothing waits for real time.
#include <chrono>
#include <cstdint>
#include <random>

#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"
#include "reference/reactor.h"

namespace heddle::workloads {
namespace {

using std::chrono::hours;

ReactorOptions Options(const Clock* clock) {
  ReactorOptions options;
  options.clock = clock;
  options.install_signal_handlers = false;
  return options;
}

// A delay between half an hour and two hours.
Seconds FarDelay(std::mt19937& random) {
  constexpr std::uint32_t kMilliseconds = 5'400'000;
  return std::chrono::minutes(30) +
         std::chrono::milliseconds(random() % kMilliseconds);
}

void ArmAndCancel(benchmark::State& state, int pending) {
  Reactor reactor(Options(nullptr));
  std::mt19937 random(42);
  std::uint64_t fired = 0;
  for (int i = 0; i < pending; ++i) {
    reactor.CallLater(FarDelay(random), [&fired] { ++fired; });
  }
  for (auto _ : state) {
    reactor.CallLater(hours(1), [&fired] { ++fired; }).Cancel();
  }
  reactor.Iterate();
  Check(state, "timers fired", fired, 0);
  Check(state, "timers pending", reactor.GetDelayedCalls().size(),
        static_cast<std::uint64_t>(pending));
}

void Fire(benchmark::State& state, int timers) {
  ManualClock clock;
  Reactor reactor(Options(&clock));
  std::mt19937 random(42);
  std::uint64_t fired = 0;
  std::uint64_t rounds = 0;
  for (auto _ : state) {
    state.PauseTiming();
    ++rounds;
    for (int i = 0; i < timers; ++i) {
      reactor.CallLater(FarDelay(random), [&fired] { ++fired; });
    }
    clock.Advance(hours(2));
    state.ResumeTiming();
    while (fired < rounds * static_cast<std::uint64_t>(timers)) {
      reactor.Iterate();
    }
  }
  Check(state, "timers fired", fired,
        rounds * static_cast<std::uint64_t>(timers));
  Check(state, "timers pending", reactor.GetDelayedCalls().size(), 0);
  CountItems(state, timers);
}

}  // namespace

void RegisterTimers() {
  for (const int pending : {0, 100'000}) {
    Register({.name = "timer_cancel",
              .backend = "reactor",
              .arguments = {{"pending", pending}},
              .floor = "clock_read",
              .run = [pending](benchmark::State& state) {
                ArmAndCancel(state, pending);
              }});
  }
  for (const int timers : {100, 10'000}) {
    Register(
        {.name = "timer_fire",
         .backend = "reactor",
         .arguments = {{"timers", timers}},
         .floor = "null_backend",
         .run = [timers](benchmark::State& state) { Fire(state, timers); }});
  }
}

}  // namespace heddle::workloads
