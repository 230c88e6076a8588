// SPDX-License-Identifier: Apache-2.0
//
// starvation: one of two workers is in a task of 50 milliseconds, in which it
// sleeps; how long do 40 short tasks wait for the other worker? They are
// submitted from outside, when the long task has begun, or with nested:1 by
// the long task itself. The counter `worst` is the longest way from just
// before a submission to the short task's first instruction; the median of
// the rounds'.
#ifndef HEDDLE_BENCHMARKS_STARVATION_H_
#define HEDDLE_BENCHMARKS_STARVATION_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/event.h"
#include "benchmarks/spawn.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/tally.h"
#include "benchmarks/workers.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

// One long task and the short ones beside it.
template <class Pool>
class LongAndShort {
 public:
  LongAndShort(Pool& pool, Tally& tally) : pool_(pool), tally_(tally) {}

  void SubmitLong(bool nested) {
    pool_.Submit([this, nested] {
      if (nested) {
        for (std::size_t i = 0; i < kShort; ++i) {
          submitted_[i] = Now();
          SpawnIn(pool_, [this, i] { RunShort(i); });
        }
      }
      begun_.Set();
      Pause(std::chrono::milliseconds(50));
      tally_.Add(0);
    });
  }

  [[nodiscard]] bool WaitUntilBegun() { return begun_.Wait(); }

  void SubmitShort() {
    for (std::size_t i = 0; i < kShort; ++i) {
      submitted_[i] = Now();
      pool_.Submit([this, i] { RunShort(i); });
    }
  }

  // In nanoseconds; when all have run.
  double Worst() const { return *std::ranges::max_element(waited_); }

  static constexpr std::size_t kShort = 40;

 private:
  void RunShort(std::size_t i) {
    waited_[i] = NanosecondsBetween(submitted_[i], Now());
    tally_.Add(i);
  }

  Pool& pool_;
  Tally& tally_;
  Event begun_;
  std::array<Moment, kShort> submitted_;
  std::array<double, kShort> waited_;
};

template <class Make>
void Starvation(benchmark::State& state, const Make& make, bool nested) {
  Tally tally(1);
  std::vector<double> worst;
  std::uint64_t rounds = 0;
  std::uint64_t tasks = 0;
  {
    using Round = LongAndShort<decltype(make(kWorkers))>;
    std::optional<Round> round;  // outlives the pool, whose tasks know it
    auto pool = make(kWorkers);
    round.emplace(pool, tally);
    for (auto _ : state) {
      ++rounds;
      tasks += Round::kShort + 1;
      tally.Expect(Round::kShort + 1);
      round->SubmitLong(nested);
      if (!CheckCame(state, "the long task", round->WaitUntilBegun())) break;
      if (!nested) round->SubmitShort();
      if (!CheckCame(state, "the short tasks", tally.Wait())) break;
      worst.push_back(round->Worst());
    }
  }
  Check(state, "tasks run", tally.runs(), tasks);
  Check(state, "sum of the tasks' numbers", tally.sum(),
        rounds * (40 * 39 / 2));
  constexpr double kSecondsPerNanosecond = 1e-9;
  state.counters["worst"] = Quantile(worst, 0.50) * kSecondsPerNanosecond;
}

template <class Make>
void RegisterStarvation(const std::string& who, const Make& make) {
  for (const bool nested : {false, true}) {
    Register({.name = "starvation",
              .who = who,
              .arguments = {{"nested", nested}},
              .iterations = 5,
              .run = [make, nested](benchmark::State& state) {
                Starvation(state, make, nested);
              }});
  }
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_STARVATION_H_
