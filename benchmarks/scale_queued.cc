// SPDX-License-Identifier: Apache-2.0
//
// scale_queued: 100 to 10,000,000 tasks wait at once. A pool's only worker is
// in a task; the others are submitted; they run. One worker, so that nothing
// but the length of the queue differs.
//
// The counter `queue` is the time that one submission took, `run` that from
// within the first task to within the last, for each; `per_item` is both. They
// are medians over the rounds. Long rounds are measured in the processor time
// of the one thread that works meanwhile: they are longer than any share of a
// processor, and their length by the clock is also that of everybody else's.
// Short ones are not, because reading that time costs as much as a few dozen
// tasks.
//
// The first round is not among them. It is the one of `bytes_per_item`, the
// heap that it took and kept for each task, and of `first`, its submission, in
// which memory is touched for the first time.
#include <cstdint>
#include <vector>

#include "benchmarks/backend_pool.h"
#include "benchmarks/event.h"
#include "benchmarks/malloc_counter.h"
#include "benchmarks/scale.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {
namespace {

constexpr double kSecondsPerNanosecond = 1e-9;

// Fills a pool of one worker and lets it run empty, again and again.
class Queue {
 public:
  Queue(BackendPool& pool, std::uint64_t tasks) : pool_(pool), tasks_(tasks) {}

  // False if the worker or a task does not come.
  bool RunRound(benchmark::State& state) {
    pool_.Submit([this] {
      begun_.Set();
      static_cast<void>(go_on_.Wait());
    });
    if (!CheckCame(state, "the worker", begun_.Wait())) return false;
    ran_ = 0;
    StartCountingMallocs();
    const double start = Clock();
    for (std::uint64_t i = 0; i < tasks_; ++i) {
      pool_.Submit([this, i] { Run(i); });
    }
    const double end = Clock();
    bytes_ = static_cast<double>(StopCountingMallocs().bytes);
    submitting_ = end - start;
    go_on_.Set();
    return CheckCame(state, "the tasks to run", all_ran_.Wait());
  }

  // Of the last round, in nanoseconds and bytes.
  double submitting() const { return submitting_; }
  double running() const { return last_ - first_; }
  double bytes() const { return bytes_; }

  // Of all rounds: the sum of the tasks' numbers.
  std::uint64_t sum() const { return sum_; }

 private:
  // Nanoseconds of the calling thread.
  double Clock() const {
    constexpr std::uint64_t kManyTasks = 100'000;
    return tasks_ < kManyTasks ? NanosecondsBetween(Moment(), Now())
                               : ThreadCpuNanoseconds();
  }

  // On the worker.
  void Run(std::uint64_t number) {
    sum_ += number;
    if (ran_ == 0) first_ = Clock();
    if (++ran_ < tasks_) return;
    last_ = Clock();
    all_ran_.Set();
  }

  BackendPool& pool_;
  const std::uint64_t tasks_;
  Event begun_;
  Event go_on_;
  Event all_ran_;
  double submitting_ = 0;
  double bytes_ = 0;
  // Of the worker; handed over by all_ran_.
  std::uint64_t ran_ = 0;
  std::uint64_t sum_ = 0;
  double first_ = 0;
  double last_ = 0;
};

void Queued(benchmark::State& state, const Backend& backend,
            std::uint64_t tasks) {
  std::vector<double> queue;
  std::vector<double> run;
  std::vector<double> both;
  std::uint64_t rounds = 0;
  std::uint64_t sum = 0;
  {
    BackendPool pool(backend, 1);
    Queue queued(pool, tasks);
    const auto count = static_cast<double>(tasks);
    const auto run_round = [&] {
      ++rounds;
      return queued.RunRound(state);
    };
    if (run_round()) {
      state.counters["bytes_per_item"] = queued.bytes() / count;
      state.counters["first"] =
          queued.submitting() / count * kSecondsPerNanosecond;
      for (auto _ : state) {
        if (!run_round()) break;
        queue.push_back(queued.submitting() / count);
        run.push_back(queued.running() / count);
        both.push_back(queue.back() + run.back());
      }
    }
    sum = queued.sum();
  }
  Check(state, "sum of the tasks' numbers", sum,
        rounds * (tasks * (tasks - 1) / 2));
  state.counters["queue"] = Quantile(queue, 0.5) * kSecondsPerNanosecond;
  state.counters["run"] = Quantile(run, 0.5) * kSecondsPerNanosecond;
  state.counters["per_item"] = Quantile(both, 0.5) * kSecondsPerNanosecond;
}

}  // namespace

void RegisterScaleQueued(const Backend& backend) {
  for (std::uint64_t tasks = 100; tasks <= 10'000'000; tasks *= 10) {
    Register({.name = "scale_queued",
              .who = backend.name,
              .arguments = {{"tasks", static_cast<std::int64_t>(tasks)}},
              .run = [&backend, tasks](benchmark::State& state) {
                Queued(state, backend, tasks);
              }});
  }
}

}  // namespace heddle::workloads
