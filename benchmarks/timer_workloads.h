// SPDX-License-Identifier: Apache-2.0
//
// timers_arm_cancel: beside 100,000 timers that are pending, with deadlines
// one to two hours away, arm one more among them and cancel it.
//
// timers_fire: the firing of 100,000 timers, armed for 1 to 10 milliseconds,
// all of them due. Arming them, and waiting until they are due, is outside the
// timed region.
//
// On the measuring thread, which drives the loop itself.
#ifndef HEDDLE_BENCHMARKS_TIMER_WORKLOADS_H_
#define HEDDLE_BENCHMARKS_TIMER_WORKLOADS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "benchmarks/event.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

inline constexpr std::size_t kTimers = 100'000;

using Milliseconds = std::chrono::milliseconds;

// The same delays, in the same order, for everybody.
inline std::vector<Milliseconds> Delays(std::size_t count, Milliseconds least,
                                        Milliseconds most) {
  std::mt19937 random(42);
  const auto span = static_cast<std::uint32_t>((most - least).count() + 1);
  std::vector<Milliseconds> delays;
  for (std::size_t i = 0; i < count; ++i) {
    delays.push_back(least + Milliseconds(random() % span));
  }
  return delays;
}

// `Timers` is constructed from a number of timers and counts those that have
// fired:
//
//   void Arm(std::size_t number, Milliseconds delay);  // each at most once
//   void ArmAndCancel(Milliseconds delay);             // one more
//   void Turn();          // the loop, once, without waiting
//   std::uint64_t fired() const;  // how many have
template <class Timers>
void TimersArmCancel(benchmark::State& state) {
  using std::chrono::hours;
  const std::vector<Milliseconds> pending = Delays(kTimers, hours(1), hours(2));
  Timers timers(kTimers);
  for (std::size_t i = 0; i < kTimers; ++i) timers.Arm(i, pending[i]);
  // Some put off work until the loop turns: it turns within the time.
  constexpr std::size_t kBetweenTurns = 1'000;
  for (auto _ : state) {
    for (std::size_t i = 0; i < kBetweenTurns; ++i) {
      timers.ArmAndCancel(pending[kTimers / 2 + i]);
    }
    timers.Turn();
  }
  Check(state, "timers fired", timers.fired(), 0);
  CountItems(state, kBetweenTurns);
}

template <class Timers>
void TimersFire(benchmark::State& state) {
  constexpr Milliseconds kLongest(10);
  const std::vector<Milliseconds> delays =
      Delays(kTimers, Milliseconds(1), kLongest);
  std::uint64_t fired = 0;
  std::uint64_t rounds = 0;
  for (auto _ : state) {
    state.PauseTiming();
    ++rounds;
    {
      Timers timers(kTimers);
      for (std::size_t i = 0; i < kTimers; ++i) timers.Arm(i, delays[i]);
      Pause(kLongest + Milliseconds(5));
      const Moment deadline = Now() + Patience();
      state.ResumeTiming();
      do {
        timers.Turn();
      } while (timers.fired() < kTimers && Now() < deadline);
      state.PauseTiming();
      fired += timers.fired();
    }
    state.ResumeTiming();
  }
  Check(state, "timers fired", fired, rounds * kTimers);
  CountItems(state, kTimers);
}

template <class Timers>
void RegisterTimerWorkloads(const std::string& who) {
  Register({.name = "timers_arm_cancel",
            .who = who,
            .floor = "clock_read",
            .run = TimersArmCancel<Timers>});
  Register({.name = "timers_fire",
            .who = who,
            .floor = "null_backend",
            .run = TimersFire<Timers>});
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_TIMER_WORKLOADS_H_
