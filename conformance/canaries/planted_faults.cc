// SPDX-License-Identifier: Apache-2.0
#include "conformance/canaries/planted_faults.h"

#include <limits.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "conformance/kit/watchdog.h"

namespace heddle::conformance {
namespace {

using Clock = std::chrono::steady_clock;

// A meeting that orders nothing: whoever is here may race with whoever comes.
class Meeting {
 public:
  void Arrive() { here_.fetch_add(1, std::memory_order_relaxed); }

  // Whether so many came within the patience.
  bool Await(int count) const {
    const Clock::time_point deadline = Clock::now() + Patience();
    while (here_.load(std::memory_order_relaxed) < count) {
      if (Clock::now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

 private:
  std::atomic<int> here_ = 0;  // relaxed throughout: that is its purpose
};

// Not to be optimised away, nor seen through by the compiler.
template <class T>
void Use(T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

PoolHandle StartedPool(int workers) {
  PoolHandle pool = MakePool(workers, workers, "canary");
  pool->Start();
  return pool;
}

// Runs one task and stops the pool.
int RunInTask(const std::function<void()>& task) {
  const PoolHandle pool = StartedPool(2);
  RequireAccepted(pool->CallInThread(task));
  pool->Stop();
  return kNobodyMinds;
}

int Nothing() {
  auto number = std::make_unique<int>(1);
  return RunInTask([&number] {
    ++*number;
    Use(*number);
  });
}

// The first writes when the second has begun, so that no hand-over by the pool
// stands between them.
int RaceOfTasks() {
  auto number = std::make_unique<int>(0);
  Meeting begun, written;
  std::atomic<bool> met = true;
  const auto write = [&](bool first) {
    begun.Arrive();
    if (!begun.Await(2)) met.store(false, std::memory_order_relaxed);
    if (!first) written.Await(1);
    ++*number;
    if (first) written.Arrive();
  };
  const PoolHandle pool = StartedPool(2);
  RequireAccepted(pool->CallInThread([&] { write(true); }));
  RequireAccepted(pool->CallInThread([&] { write(false); }));
  pool->Stop();
  return met.load() ? kNobodyMinds : kNeverTwoAtATime;
}

int RaceWithSubmitter() {
  auto number = std::make_unique<int>(0);
  Meeting begun, written;
  const PoolHandle pool = StartedPool(2);
  RequireAccepted(pool->CallInThread([&] {
    begun.Arrive();
    written.Await(1);
    int seen = *number;
    Use(seen);
  }));
  begun.Await(1);
  *number = 1;
  written.Arrive();
  pool->Stop();
  return kNobodyMinds;
}

int UseAfterFree() {
  int* number = new int(1);
  Use(number);
  delete number;
  return RunInTask([number] {
    int seen = *number;
    Use(seen);
  });
}

int Overflow() {
  int number = INT_MAX;
  Use(number);
  return RunInTask([&number] {
    number = number + 1;
    Use(number);
  });
}

// Several, for a stray copy of one address would keep that one reachable.
int Leak() {
  const PoolHandle pool = StartedPool(2);
  for (int i = 0; i < 100; ++i) {
    RequireAccepted(pool->CallInThread([] {
      auto* forgotten = new std::vector<int>(100);
      Use(forgotten);
    }));
  }
  pool->Stop();
  return kNobodyMinds;
}

[[gnu::noinline]] void HangInATask() {
  for (;;) pause();
}

int Hang() {
  const PoolHandle pool = StartedPool(2);
  Watchdog watchdog("a canary\n  replay: this test");
  RequireAccepted(pool->CallInThread([] { HangInATask(); }));
  for (;;) pause();
}

int WaitInVain() {
  Event never("what no task does");
  const PoolHandle pool = StartedPool(2);
  RequireAccepted(pool->CallInThread([] {}));
  SetRuleThread(true);
  try {
    never.Await();
  } catch (const RuleOver&) {
    // As in a rule. That it failed is for the parent to see.
  }
  return kNobodyMinds;
}

// By the system's own clock, past everything that may stand for it.
std::chrono::nanoseconds SystemTime() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC_RAW, &time);
  return std::chrono::seconds(time.tv_sec) +
         std::chrono::nanoseconds(time.tv_nsec);
}

int StoppedClock() {
  constexpr std::chrono::milliseconds kTaskTime(50);
  // CLOCK_MONOTONIC is slewed against CLOCK_MONOTONIC_RAW by up to 0.05 %.
  constexpr std::chrono::milliseconds kSeen(49);
  const Clock::time_point before = Clock::now();
  Clock::time_point in_task;
  RunInTask([&] {
    const auto begin = SystemTime();
    while (SystemTime() - begin < kTaskTime) poll(nullptr, 0, 1);
    in_task = Clock::now();
  });
  const Clock::time_point after = Clock::now();
  return in_task - before >= kSeen && after >= in_task ? 0 : kNobodyMinds;
}

struct Fault {
  const char* name;
  int (*plant)();
};

constexpr Fault kFaults[] = {
    {"nothing", Nothing},
    {"race_of_tasks", RaceOfTasks},
    {"race_with_submitter", RaceWithSubmitter},
    {"use_after_free", UseAfterFree},
    {"overflow", Overflow},
    {"leak", Leak},
    {"hang", Hang},
    {"wait_in_vain", WaitInVain},
    {"stopped_clock", StoppedClock},
};

}  // namespace

int PlantFault(const std::string& name) {
  for (const Fault& fault : kFaults) {
    if (name == fault.name) return fault.plant();
  }
  std::fprintf(stderr, "there is no fault '%s'\n", name.c_str());
  return 2;
}

}  // namespace heddle::conformance
