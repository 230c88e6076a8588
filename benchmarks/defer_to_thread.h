// SPDX-License-Identifier: Apache-2.0
//
// defer_to_thread: from a loop to a worker of its pool and back, into a
// callback. Every round, the loop keeps 1, 64 or 1024 calls in flight: the
// callback of one starts the next. It ends when all have been answered. With
// one in flight, the counters p50 and p99 are of the round trips.
//
// defer_to_thread_parked: one call at a time, with a pause before each, until
// the loop and all workers sleep. The counters p50 and p99 are of the round
// trips from the loop's thread, which something else has just woken, and back.
#ifndef HEDDLE_BENCHMARKS_DEFER_TO_THREAD_H_
#define HEDDLE_BENCHMARKS_DEFER_TO_THREAD_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/event.h"
#include "benchmarks/round_trips.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

// A round of calls; all on the loop's thread, but for the functions that are
// deferred.
template <class Loop>
class DeferRound {
 public:
  DeferRound(std::uint64_t calls, std::uint64_t in_flight)
      : calls_(calls), in_flight_(in_flight) {}

  void Begin(Loop& loop) {
    loop_ = &loop;
    started_ = 0;
    answered_ = 0;
    while (started_ < in_flight_) StartNext();
  }

  [[nodiscard]] bool Wait() { return ended_.Wait(); }

  // Of all rounds; for the driver, between them.
  std::uint64_t sum() const { return sum_; }
  std::vector<double>& round_trips() { return round_trips_; }

 private:
  void StartNext() {
    const Moment start = ReadClock();
    loop_->Defer(
        [number = ++started_] { return number; },
        [this, start](std::uint64_t number) {
          sum_ += number;
          if (in_flight_ == 1) {
            round_trips_.push_back(NanosecondsBetween(start, ReadClock()));
          }
          if (started_ < calls_) StartNext();
          if (++answered_ == calls_) ended_.Set();
        });
  }

  // The clock is read only where its time is used.
  Moment ReadClock() const { return in_flight_ == 1 ? Now() : Moment(); }

  const std::uint64_t calls_;
  const std::uint64_t in_flight_;
  Event ended_;
  Loop* loop_ = nullptr;
  std::uint64_t started_ = 0;
  std::uint64_t answered_ = 0;
  std::uint64_t sum_ = 0;
  std::vector<double> round_trips_;
};

template <class Make>
void DeferInRounds(benchmark::State& state, const Make& make,
                   std::uint64_t calls, std::uint64_t in_flight,
                   std::chrono::microseconds pause) {
  using Loop = decltype(make());
  DeferRound<Loop> round(calls, in_flight);
  std::uint64_t rounds = 0;
  {
    auto loop = make();
    const auto run_round = [&] {
      ++rounds;
      loop.Post([&round, &loop] { round.Begin(loop); });
      return CheckCame(state, "the answers", round.Wait());
    };
    if (run_round()) {  // once to warm up
      round.round_trips().clear();
      for (auto _ : state) {
        if (pause.count() > 0) {
          state.PauseTiming();
          Pause(pause);
          state.ResumeTiming();
        }
        if (!run_round()) break;
      }
    }
  }
  if (in_flight == 1) {
    CountPercentiles(state, std::move(round.round_trips()));
  }
  Check(state, "sum of the answers", round.sum(),
        rounds * (calls * (calls + 1) / 2));
  CountItems(state, static_cast<double>(calls));
}

// `make()` returns a loop as in post.h that has a pool of kWorkers workers,
// and the member
//
//   template <class Work, class Done>
//   void Defer(Work&& work, Done&& done);  // on the loop's thread
//
// which calls `done(work())`, work on a worker and done on the loop's thread.
template <class Make>
void RegisterDeferToThread(const std::string& who, const Make& make) {
  for (const int in_flight : {1, 64, 1024}) {
    const std::uint64_t calls = in_flight == 1 ? 256 : 16'384;
    Register({.name = "defer_to_thread",
              .who = who,
              .arguments = {{"in_flight", in_flight}},
              .floor = in_flight == 1 ? "eventfd_round_trip" : "spsc_handoff",
              .run = [make, calls, in_flight](benchmark::State& state) {
                DeferInRounds(state, make, calls,
                              static_cast<std::uint64_t>(in_flight),
                              std::chrono::microseconds(0));
              }});
  }
  Register({.name = "defer_to_thread_parked",
            .who = who,
            .floor = "eventfd_round_trip_parked",
            .iterations = kPausedRoundTrips,
            .run = [make](benchmark::State& state) {
              DeferInRounds(state, make, 1, 1, kUntilParked);
            }});
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_DEFER_TO_THREAD_H_
