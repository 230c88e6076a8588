// SPDX-License-Identifier: Apache-2.0
//
// thread_check: what it costs that a reactor's functions throw WrongThread on
// other threads (BT-20). On the reactor's thread, inside an iteration, asks
// whether a pending timer is active: the check, and one look at the timer. A
// use of a timer, a trigger or a descriptor makes the check once; to set a
// timer and cancel it, as timers_arm_cancel does, makes it twice.
#include <chrono>
#include <cstdint>
#include <thread>
#include <utility>

#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"
#include "reference/errors.h"
#include "reference/reactor.h"

namespace heddle::workloads {
namespace {

// Whether another thread is refused, without which there is nothing to measure.
bool IsChecked(const DelayedCall& timer) {
  bool refused = false;
  std::thread([&] {
    try {
      benchmark::DoNotOptimize(timer.active());
    } catch (const WrongThread&) {
      refused = true;
    }
  }).join();
  return refused;
}

void ThreadCheck(benchmark::State& state) {
  ReactorOptions options;
  options.install_signal_handlers = false;
  Reactor reactor(std::move(options));
  const DelayedCall timer = reactor.CallLater(std::chrono::hours(1), [] {});
  std::uint64_t active = 0;
  bool checked = false;
  MustBeAccepted(reactor.CallFromThread([&] {
    checked = IsChecked(timer);
    for (auto _ : state) active += timer.active();
  }));
  reactor.Iterate();
  Check(state, "threads refused", checked, 1);
  Check(state, "active timers seen", active,
        static_cast<std::uint64_t>(state.iterations()));
}

}  // namespace

void RegisterThreadCheck() {
  Register({.name = "thread_check",
            .who = "reactor",
            .floor = "thread_identity",
            .run = ThreadCheck});
}

}  // namespace heddle::workloads
