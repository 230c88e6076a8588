// SPDX-License-Identifier: Apache-2.0
//
// TP-11 and TP-12: the order in which the backlog is handed out.
#include <atomic>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/checkers/findings.h"
#include "conformance/checkers/hand_out.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

// Numbered tasks that each wait to be released once they have begun.
class SteppedTasks {
 public:
  explicit SteppedTasks(int count) : begun_("a numbered task to begin") {
    for (int i = 0; i < count; ++i) {
      gates_.emplace_back("the rule to release task " + std::to_string(i));
    }
  }

  void Submit(ThreadPool& pool, int number) {
    RequireAccepted(pool.CallInThread([this, number] {
      begun_.Add(number);
      gates_[static_cast<std::size_t>(number)].Pass();
    }));
  }

  void Release(int number) { gates_[static_cast<std::size_t>(number)].Open(); }

  // The numbers in the order of beginning, once there are `count`.
  std::vector<int> AwaitBegun(int count) {
    return begun_.Await(static_cast<std::size_t>(count));
  }

 private:
  std::deque<Gate> gates_;
  History<int> begun_;
};

RULE(TP_11, OneWorkerRunsTasksInTheOrderOfSubmission) {
  REQUIRE_ABILITY(fifo);
  constexpr int kTasks = 100;
  History<int> order("the tasks to run");
  BusyTasks busy(1);
  const auto pool = MakePool(1, 1);
  pool->Start();
  busy.Occupy(*pool);
  for (int i = 0; i < kTasks; ++i) {
    RequireAccepted(pool->CallInThread([&, i] { order.Add(i); }));
  }
  busy.Release();
  EXPECT_TRUE(Fine(CheckHandOut(order.Await(kTasks))));
}

RULE(TP_11, SeveralWorkersAreHandedTheBacklogInTheOrderOfSubmission) {
  REQUIRE_ABILITY(fifo);
  constexpr int kTasks = 12;
  constexpr int kWorkers = 2;
  SteppedTasks tasks(kTasks);
  BusyTasks busy(kWorkers);
  const auto pool = MakePool(kWorkers, kWorkers);
  pool->Start();
  busy.Occupy(*pool);
  for (int i = 0; i < kTasks; ++i) tasks.Submit(*pool, i);
  busy.Release();
  // With one task released at a time, just one worker looks for the next.
  for (int begun = kWorkers; begun <= kTasks; ++begun) {
    ASSERT_TRUE(Fine(CheckHandOut(tasks.AwaitBegun(begun), kWorkers)))
        << "the first " << begun << " tasks to begin";
    tasks.Release(begun - kWorkers);
  }
  for (int i = kTasks - kWorkers; i < kTasks; ++i) tasks.Release(i);
  pool->Stop();
}

// The later work submits itself again for as long as the early task waits.
RULE(TP_11, AQueuedTaskIsNeverPassedOverForEverByLaterOnes) {
  Event early_ran("the early task to run although later ones keep coming");
  BusyTasks busy(1);
  std::function<void()> later;
  const auto pool = MakePool(1, 1);
  later = [&] {
    if (early_ran.happened() || RuleHasFailed()) return;
    RequireAccepted(pool->CallInThread(std::ref(later)));
  };
  pool->Start();
  busy.Occupy(*pool);
  RequireAccepted(pool->CallInThread([&] { early_ran.Happen(); }));
  RequireAccepted(pool->CallInThread(std::ref(later)));
  RequireAccepted(pool->CallInThread(std::ref(later)));
  busy.Release();
  early_ran.Await();
}

RULE(TP_12, NoTaskOvertakesTheBacklogAlsoWhenMaxIsRaised) {
  REQUIRE_ABILITY(fifo);
  constexpr int kTasks = 6;
  SteppedTasks tasks(kTasks);
  const auto pool = MakePool(1, 1);
  pool->Start();
  tasks.Submit(*pool, 0);
  tasks.AwaitBegun(1);
  for (int i = 1; i < kTasks - 1; ++i) tasks.Submit(*pool, i);
  pool->AdjustPoolSize({.min = std::nullopt, .max = 2});
  tasks.Submit(*pool, kTasks - 1);
  // Where the raised max must bring a worker, its first task is awaited before
  // another worker may look for one, so the order is exact. Elsewhere a second
  // worker may come at any time, and a task may report its beginning one place
  // too late.
  const bool exact = Subject().abilities.elastic.offered();
  const int workers = exact ? 2 : 1;
  for (int begun = workers; begun <= kTasks; ++begun) {
    const std::vector<int> order = tasks.AwaitBegun(begun);
    ASSERT_TRUE(Fine(CheckOvertaking(order, exact ? 0 : 1)))
        << "a later task overtook the backlog: "
        << testing::PrintToString(order);
    tasks.Release(begun - workers);
  }
  for (int i = kTasks - workers; i < kTasks; ++i) tasks.Release(i);
  pool->Stop();
}

}  // namespace
}  // namespace heddle::conformance
