// SPDX-License-Identifier: Apache-2.0
//
// submitter_busy: a submitter that never sleeps, as a reactor with work to do.
// It submits a task, waits for its start awake, and computes for 20
// microseconds. Of the counters, `call` is the median time that the submission
// took it, and `start` that from just before the submission to the task's
// first instruction.
#ifndef HEDDLE_BENCHMARKS_SUBMITTER_BUSY_H_
#define HEDDLE_BENCHMARKS_SUBMITTER_BUSY_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/event.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/work.h"
#include "benchmarks/workers.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

// The start of a task, told to a thread that waits awake.
class SpunFor {
 public:
  void Set() {
    at_ = Now();
    set_.store(true, std::memory_order_release);
  }

  // False if it is not set within Patience(). The clock is read seldom.
  [[nodiscard]] bool Wait() {
    const Moment deadline = Now() + Patience();
    while (true) {
      for (int i = 0; i < 1'000; ++i) {
        if (set_.load(std::memory_order_acquire)) {
          set_.store(false, std::memory_order_relaxed);
          return true;
        }
      }
      if (Now() > deadline) return false;
    }
  }

  Moment at() const { return at_; }  // after Wait

 private:
  alignas(128) std::atomic<bool> set_{false};
  Moment at_;
};

template <class Make>
void SubmitterBusy(benchmark::State& state, const Make& make) {
  const auto steps = static_cast<std::uint32_t>(20'000 / NanosecondsPerStep());
  SpunFor started;
  std::vector<double> calls;
  std::vector<double> starts;
  {
    auto pool = make(kWorkers);
    for (auto _ : state) {
      const Moment before = Now();
      pool.Submit([&started] { started.Set(); });
      const Moment after = Now();
      if (!CheckCame(state, "a task to start", started.Wait())) break;
      calls.push_back(NanosecondsBetween(before, after));
      starts.push_back(NanosecondsBetween(before, started.at()));
      benchmark::DoNotOptimize(Work(steps));
    }
  }
  Check(state, "tasks started", starts.size(),
        static_cast<std::uint64_t>(state.iterations()));
  constexpr double kSecondsPerNanosecond = 1e-9;
  state.counters["call"] = Quantile(calls, 0.50) * kSecondsPerNanosecond;
  state.counters["start"] = Quantile(starts, 0.50) * kSecondsPerNanosecond;
}

template <class Make>
void RegisterSubmitterBusy(const std::string& who, const Make& make) {
  Register(
      {.name = "submitter_busy",
       .who = who,
       .floor = "cache_line",
       .run = [make](benchmark::State& state) { SubmitterBusy(state, make); }});
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_SUBMITTER_BUSY_H_
