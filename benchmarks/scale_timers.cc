// SPDX-License-Identifier: Apache-2.0
//
// scale_timers: beside 100 to 1,000,000 timers that are pending, with deadlines
// one to two hours away, arm one more among them and cancel it. The counter
// `arm` is the time that one of the pending ones took. On the measuring
// thread, which drives the loop itself.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "benchmarks/scale.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/timer_workloads.h"
#include "benchmarks/workload.h"
#include "reference/clock.h"
#include "reference/reactor.h"

namespace heddle::workloads {
namespace {

void PendingTimers(benchmark::State& state, std::size_t pending) {
  using std::chrono::hours;
  constexpr std::size_t kBetweenTurns = 1'000;
  const std::vector<Milliseconds> delays =
      Delays(pending + kBetweenTurns, hours(1), hours(2));
  ReactorOptions options;
  options.install_signal_handlers = false;
  Reactor reactor(options);
  std::uint64_t fired = 0;
  const auto arm = [&](std::size_t number) {
    return reactor.CallLater(Seconds(delays[number]), [&fired] { ++fired; });
  };
  const Moment start = Now();
  for (std::size_t i = 0; i < pending; ++i) arm(i);
  state.counters["arm"] = NanosecondsBetween(start, Now()) * 1e-9 /
                          static_cast<double>(pending);
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBetweenTurns; ++i) arm(pending + i).Cancel();
    reactor.Iterate();
  }
  Check(state, "timers fired", fired, 0);
  Check(state, "timers pending", reactor.GetDelayedCalls().size(), pending);
  CountItems(state, kBetweenTurns);
}

}  // namespace

void RegisterScaleTimers() {
  for (const std::size_t pending :
       {100U, 1'000U, 10'000U, 100'000U, 1'000'000U}) {
    Register({.name = "scale_timers",
              .who = "reactor",
              .arguments = {{"pending", static_cast<std::int64_t>(pending)}},
              .run = [pending](benchmark::State& state) {
                PendingTimers(state, pending);
              }});
  }
}

}  // namespace heddle::workloads
