// SPDX-License-Identifier: Apache-2.0
//
// The hot paths, for valgrind to count their instructions. Run by
// instructions.py; alone it prints what it would have measured.
//
// Nothing here depends on luck: at any moment one thread is at work, and the
// others sleep. A pool has one worker, which is kept busy while others submit.
// What is counted is the operation with the step of a loop, and on a worker
// with a task that counts.
#include <cstdint>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "benchmarks/event.h"
#include "benchmarks/instructions.h"
#include "reference/backend.h"
#include "reference/deferred.h"
#include "reference/reactor.h"
#include "reference/thread_pool.h"
#include "reference/threads.h"


namespace heddle::workloads {
namespace {

std::unique_ptr<ThreadPool> StartPool(const Backend& backend) {
  auto pool = backend.make({.size = {.min = 1, .max = 1}});
  pool->Start();
  return pool;
}

void FromOutside(const Backend& backend, ThreadPool& pool, bool counted) {
  Run run(counted);
  Hold hold(pool);
  Measure(counted, backend.name + ": submit from outside",
          [&](std::uint64_t) {
            MustBeAccepted(pool.CallInThread([&run] { run.Task(); }));
          });
  hold.End();
  run.Await();
  Report(counted, backend.name + ": run what came from outside",
         kOperations - 1);
}

void FromInside(const Backend& backend, ThreadPool& pool, bool counted) {
  Run run(counted);
  MustBeAccepted(pool.CallInThread([&] {
    Measure(counted, backend.name + ": submit from a worker",
            [&](std::uint64_t) {
              MustBeAccepted(pool.CallInThread([&run] { run.Task(); }));
            });
  }));
  run.Await();
  Report(counted, backend.name + ": run what came from a worker",
         kOperations - 1);
}

ReactorOptions WithClock(const Clock* clock) {
  ReactorOptions options;
  options.clock = clock;
  options.install_signal_handlers = false;
  return options;
}

void ThereAndBack(const Backend& backend, ThreadPool& pool, Reactor& reactor,
                  bool counted) {
  Run run(counted);
  std::uint64_t answered = 0;
  Event idle;
  Hold hold(pool);
  Measure(counted, backend.name + ": DeferToThreadPool",
          [&](std::uint64_t) {
            DeferToThreadPool(reactor, pool, [&run] {
              run.Task();
              return 1;
            }).AddCallback([&answered](int one) {
              answered += static_cast<std::uint64_t>(one);
            });
          });
  MustBeAccepted(pool.CallInThread([&idle] { idle.Set(); }));
  hold.End();
  run.Await();
  Report(counted, backend.name + ": run a deferred call, and answer it",
         kOperations - 1);
  MustCome(idle.Wait(), "the last answer");
  if (counted) Toggle();
  while (answered < kOperations) reactor.Iterate();
  if (counted) Toggle();
  Report(counted, backend.name + ": take an answer", kOperations);
}

void Pool(const Backend& backend) {
  Reactor reactor(WithClock(nullptr));
  const auto pool = StartPool(backend);
  for (const bool counted : {false, true}) {
    FromOutside(backend, *pool, counted);
    FromInside(backend, *pool, counted);
    ThereAndBack(backend, *pool, reactor, counted);
  }
  pool->Stop();
}

void Post() {
  Reactor reactor(WithClock(nullptr));
  reactor.Iterate();
  for (const bool counted : {false, true}) {
    std::uint64_t ran = 0;
    std::jthread([&] {
      Measure(counted, "reactor: CallFromThread", [&](std::uint64_t) {
        MustBeAccepted(reactor.CallFromThread([&ran] { ++ran; }));
      });
    }).join();
    if (counted) Toggle();
    while (ran < kOperations) reactor.Iterate();
    if (counted) Toggle();
    Report(counted, "reactor: run a posted call", kOperations);
    MustBe(ran, kOperations, "calls run");
  }
}

void Timers() {
  ManualClock clock;
  Reactor reactor(WithClock(&clock));
  std::uint64_t fired = 0;
  // Deadlines in no order, but the same in every run.
  const auto delay = [](std::uint64_t i) {
    return std::chrono::seconds(1 + i * 7919 % 7200);
  };
  for (const bool counted : {false, true}) {
    std::uint64_t before = fired;
    for (std::uint64_t i = 0; i < kOperations; ++i) {
      reactor.CallLater(delay(i), [&fired] { ++fired; });
    }
    Measure(counted, "reactor: arm and cancel a timer beside 10,000",
            [&](std::uint64_t i) {
              reactor.CallLater(delay(i), [&fired] { ++fired; }).Cancel();
            });
    clock.Advance(std::chrono::hours(3));
    if (counted) Toggle();
    while (fired - before < kOperations) reactor.Iterate();
    if (counted) Toggle();
    Report(counted, "reactor: fire one of 10,000 timers", kOperations);
    MustBe(fired - before, kOperations, "timers fired");
  }
}

void Deferreds() {
  std::uint64_t sum = 0;
  for (const bool counted : {false, true}) {
    Measure(counted, "Deferred: create, one callback, fire",
            [&sum](std::uint64_t) {
              const Deferred<std::uint64_t> deferred;
              deferred.AddCallback([&sum](std::uint64_t value) {
                sum += value;
                return value;
              });
              deferred.Callback(std::uint64_t{1});
            });
  }
  MustBe(sum, 2 * kOperations, "sum of the values");
}

}  // namespace
}  // namespace heddle::workloads

int main() {
  std::printf("compiler %s\n", __VERSION__);
  for (const heddle::Backend& backend : heddle::RegisteredBackends()) {
    heddle::workloads::Pool(backend);
  }
  heddle::workloads::Post();
  heddle::workloads::Timers();
  heddle::workloads::Deferreds();
}
