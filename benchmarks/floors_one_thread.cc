// SPDX-License-Identifier: Apache-2.0
//
// Floors that one thread reaches alone.
//
// floor/clock_read: std::chrono::steady_clock::now().
// floor/thread_identity: an atomic load, compared with the address of a
// thread-local variable: what a thread can do at least to recognise itself.
// floor/mutex: std::mutex, lock and unlock, uncontended.
// floor/null_backend: CallInThread of a pool that runs every task at once, on
// the caller: what the interface itself costs. (No conforming pool may do so.)
// floor/four_threads: create four threads and join them.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"
#include "reference/thread_pool.h"

namespace heddle::workloads {
namespace {

void ClockRead(benchmark::State& state) {
  using std::chrono::steady_clock;
  steady_clock::time_point latest;
  bool went_back = false;
  for (auto _ : state) {
    const steady_clock::time_point now = steady_clock::now();
    went_back |= now < latest;
    latest = now;
  }
  Check(state, "times the clock went back", went_back, 0);
}

void ThreadIdentity(benchmark::State& state) {
  static thread_local const char identity = 0;
  std::atomic<const void*> inside = &identity;
  benchmark::DoNotOptimize(inside);
  std::uint64_t recognised = 0;
  for (auto _ : state) {
    recognised += inside.load(std::memory_order_relaxed) == &identity;
    benchmark::DoNotOptimize(recognised);
  }
  Check(state, "times it recognised itself", recognised,
        static_cast<std::uint64_t>(state.iterations()));
}

void Mutex(benchmark::State& state) {
  std::mutex mutex;
  std::uint64_t count = 0;
  for (auto _ : state) {
    const std::lock_guard lock(mutex);
    benchmark::DoNotOptimize(++count);
  }
  Check(state, "critical sections", count,
        static_cast<std::uint64_t>(state.iterations()));
}

class NullPool final : public ThreadPool {
 public:
  NullPool() : ThreadPool("null") {}

  void Start() override {}
  void AdjustPoolSize(PoolSizeChange) override {}
  void RequestStop() override {}
  PoolState State() const override { return PoolState::kRunning; }
  PoolSize Size() const override { return {.min = 0, .max = 0}; }
  std::vector<RunningTask> RunningTasks() const override { return {}; }

 protected:
  Submission Submit(Task&& task) override {
    Task taken(std::move(task));
    taken.Run();
    return Submission::Accepted();
  }

  PoolStats Figures() const override { return {}; }

  bool Join(std::optional<std::chrono::steady_clock::time_point>) override {
    return true;
  }
};

void NullBackend(benchmark::State& state) {
  NullPool null_pool;
  ThreadPool* pool = &null_pool;
  benchmark::DoNotOptimize(pool);  // the call stays virtual
  std::uint64_t count = 0;
  for (auto _ : state) {
    MustBeAccepted(
        pool->CallInThread([&count] { benchmark::DoNotOptimize(++count); }));
  }
  Check(state, "tasks run", count,
        static_cast<std::uint64_t>(state.iterations()));
}

void FourThreads(benchmark::State& state) {
  constexpr std::size_t kThreads = 4;
  std::uint64_t joined = 0;
  for (auto _ : state) {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([] {});
    }
    for (std::jthread& thread : threads) {
      thread.join();
      ++joined;
    }
  }
  Check(state, "threads joined", joined,
        static_cast<std::uint64_t>(state.iterations()) * kThreads);
}

}  // namespace

void RegisterFloorsOfOneThread() {
  Register({.name = "floor", .who = "clock_read", .run = ClockRead});
  Register(
      {.name = "floor", .who = "thread_identity", .run = ThreadIdentity});
  Register({.name = "floor", .who = "mutex", .run = Mutex});
  Register({.name = "floor", .who = "null_backend", .run = NullBackend});
  Register({.name = "floor", .who = "four_threads", .run = FourThreads});
}

}  // namespace heddle::workloads
