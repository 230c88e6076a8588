// SPDX-License-Identifier: Apache-2.0
//
// RoundTrips: one task (call) at a time, and how long each took.
#ifndef HEDDLE_BENCHMARKS_ROUND_TRIPS_H_
#define HEDDLE_BENCHMARKS_ROUND_TRIPS_H_

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "benchmarks/event.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

// How many round trips workloads make that pause between them: Google
// Benchmark would else fill its time with round trips of a few microseconds,
// each with a pause of hundreds.
inline constexpr std::int64_t kPausedRoundTrips = 200;

// What it is: the body of every workload in which one thing is handed over,
// and its submitter sleeps until it has been done. The real time of an
// iteration is that of the round trip. Of the counters, p50 and p99 are of the
// round trip, start_p50 of the way there: from just before the submission to
// the task's first instruction.
//
// What the caller must do: hand over whatever calls Answer() once, each time.
class RoundTrips {
 public:
  // On the thread, and at the moment, that the round trip has led to.
  void Answer() {
    began_ = Now();
    ++answers_;
    answered_.Set();
  }

  // Runs the benchmark's loop; `hand_over()` begins a round trip. Before each
  // there is a pause, which is not in the real time, unless it is zero.
  template <class HandOver>
  void Run(benchmark::State& state, std::chrono::microseconds pause,
           const HandOver& hand_over) {
    const auto count = static_cast<std::size_t>(state.max_iterations) + 1;
    done_.reserve(count);
    started_.reserve(count);
    if (!RunOne(state, hand_over)) return;  // to warm up
    done_.clear();
    started_.clear();
    for (auto _ : state) {
      if (pause.count() > 0) {
        state.PauseTiming();
        Pause(pause);
        state.ResumeTiming();
      }
      if (!RunOne(state, hand_over)) break;
    }
  }

  // When nothing is left that could call Answer().
  void Finish(benchmark::State& state) {
    Check(state, "answers", answers_, round_trips_);
    CountPercentiles(state, std::move(done_));
    constexpr double kSecondsPerNanosecond = 1e-9;
    state.counters["start_p50"] =
        Quantile(started_, 0.50) * kSecondsPerNanosecond;
  }

 private:
  template <class HandOver>
  bool RunOne(benchmark::State& state, const HandOver& hand_over) {
    ++round_trips_;
    const Moment start = Now();
    hand_over();
    if (!CheckCame(state, "an answer", answered_.Wait())) return false;
    done_.push_back(NanosecondsBetween(start, Now()));
    started_.push_back(NanosecondsBetween(start, began_));
    return true;
  }

  Event answered_;
  Moment began_;               // handed over by answered_
  std::uint64_t answers_ = 0;  // likewise
  std::uint64_t round_trips_ = 0;
  std::vector<double> done_;  // nanoseconds, as all of them
  std::vector<double> started_;
};

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_ROUND_TRIPS_H_
