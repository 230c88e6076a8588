// SPDX-License-Identifier: Apache-2.0
//
// Workload: what a benchmark measures, and how it says that a result is wrong.
#ifndef HEDDLE_BENCHMARKS_WORKLOAD_H_
#define HEDDLE_BENCHMARKS_WORKLOAD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "reference/submission.h"

namespace heddle::workloads {

// One argument of a workload, as it stands in the name: "producers:2".
struct Argument {
  std::string name;
  std::int64_t value;
};

// What is registered with Google Benchmark as "workload/who/arguments".
// It measures real time and the CPU time of the whole process.
struct Workload {
  std::string name;     // "submit"; floors are called "floor"
  std::string who;      // "reference"; "reactor"; a peer's or floor's own name
  std::vector<Argument> arguments = {};
  // The floor that this workload's time is compared with, or empty.
  std::string floor = {};
  // How many iterations, where Google Benchmark must not choose: those that
  // sleep in between, unmeasured, would take it minutes. 0: it chooses.
  std::int64_t iterations = 0;
  // The body: sets up, loops over the state, checks what came out.
  std::function<void(benchmark::State&)> run;
};

// Makes a workload known to Google Benchmark. On the main thread, before the
// benchmarks run.
void Register(Workload workload);

// Adds the counter `per_item`: the real time of one of the `items` that every
// iteration does.
void CountItems(benchmark::State& state, double items);

// Adds the counters `p50` and `p99` of durations in nanoseconds.
void CountPercentiles(benchmark::State& state, std::vector<double> durations);

// The p-th quantile, 0 <= p <= 1, by nearest rank; 0 of none. Reorders.
double Quantile(std::vector<double>& values, double p);

// Says that the workload's result is wrong: Google Benchmark shows an error in
// place of figures, and the program will end with status 1. The body must
// leave its loop.
void Fail(benchmark::State& state, const std::string& what);

// Fail() unless `seen` is `expected`; true if it is.
bool Check(benchmark::State& state, const std::string& what, std::uint64_t seen,
           std::uint64_t expected);

// Fail() unless `came`, the result of a wait for `what`; returns it.
bool CheckCame(benchmark::State& state, const std::string& what, bool came);

// Whether any workload of this program has failed.
bool AnyFailed();

// Aborts the program with a message if work was refused: nothing here submits
// to a pool or reactor that stops, and waiting for work that was refused would
// never end.
void MustBeAccepted(Submission submission);

// From now on the workloads announce on standard error what is measured, at
// most every two seconds.
void ShowProgress();

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_WORKLOAD_H_
