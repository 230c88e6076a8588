// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/workload.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace heddle::workloads {
namespace {

using std::chrono::steady_clock;

std::atomic<bool> any_failed{false};

bool show_progress = false;

// Full name of the workload that runs now; benchmarks run one at a time.
std::string current_name;

void Announce() {
  if (!show_progress) return;
  static const steady_clock::time_point start = steady_clock::now();
  static steady_clock::time_point next = start;
  const steady_clock::time_point now = steady_clock::now();
  if (now < next) return;
  next = now + std::chrono::seconds(2);
  std::fprintf(stderr, "%5ld s  %s\n",
               static_cast<long>(
                   std::chrono::duration_cast<std::chrono::seconds>(now - start)
                       .count()),
               current_name.c_str());
}

}  // namespace

void Register(Workload workload) {
  const std::string name = workload.name + "/" + workload.who;
  std::string full_name = name;
  std::vector<std::string> names;
  std::vector<std::int64_t> values;
  for (const Argument& argument : workload.arguments) {
    full_name += "/" + argument.name + ":" + std::to_string(argument.value);
    names.push_back(argument.name);
    values.push_back(argument.value);
  }
  benchmark::internal::Benchmark* const registered =
      benchmark::RegisterBenchmark(
          name.c_str(),
          [full_name, floor = std::move(workload.floor),
           run = std::move(workload.run)](benchmark::State& state) {
            current_name = full_name;
            Announce();
            if (!floor.empty()) state.SetLabel("floor:" + floor);
            run(state);
          });
  registered->UseRealTime()->MeasureProcessCPUTime();
  if (workload.iterations > 0) registered->Iterations(workload.iterations);
  if (!names.empty()) registered->ArgNames(names)->Args(values);
}

void CountItems(benchmark::State& state, double items) {
  state.counters["per_item"] =
      benchmark::Counter(items, benchmark::Counter::kIsIterationInvariantRate |
                                    benchmark::Counter::kInvert);
}

void CountPercentiles(benchmark::State& state, std::vector<double> durations) {
  constexpr double kSecondsPerNanosecond = 1e-9;
  state.counters["p50"] = Quantile(durations, 0.50) * kSecondsPerNanosecond;
  state.counters["p99"] = Quantile(durations, 0.99) * kSecondsPerNanosecond;
}

double Quantile(std::vector<double>& values, double p) {
  if (values.empty()) return 0;
  const double rank = std::ceil(p * static_cast<double>(values.size()));
  const std::size_t index = std::min(
      values.size() - 1, static_cast<std::size_t>(std::max(rank - 1, 0.0)));
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

void Fail(benchmark::State& state, const std::string& what) {
  any_failed = true;
  std::fprintf(stderr, "WRONG RESULT: %s: %s\n", current_name.c_str(),
               what.c_str());
  state.SkipWithError(what.c_str());
}

bool Check(benchmark::State& state, const std::string& what, std::uint64_t seen,
           std::uint64_t expected) {
  if (seen == expected) return true;
  Fail(state, what + ": expected " + std::to_string(expected) + ", saw " +
                  std::to_string(seen));
  return false;
}

bool CheckCame(benchmark::State& state, const std::string& what, bool came) {
  if (!came) Fail(state, "waited in vain for " + what);
  return came;
}

bool AnyFailed() { return any_failed; }

void MustBeAccepted(Submission submission) {
  if (submission.accepted()) return;
  std::fprintf(stderr, "WRONG RESULT: work was refused: %s\n",
               Describe(submission.refusal()));
  std::abort();
}

void ShowProgress() { show_progress = true; }

}  // namespace heddle::workloads
