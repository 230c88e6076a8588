// SPDX-License-Identifier: Apache-2.0
//
// TP-10 and TP-13 to TP-16: what a submission is.
#include <algorithm>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/chance.h"
#include "conformance/checkers/exactly_once.h"
#include "conformance/checkers/findings.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

RULE(TP_10, SubmissionNeitherWaitsForATaskNorRunsOneAndTheBacklogIsUnbounded) {
  constexpr int kTasks = 20000;
  // Not its id, which a worker that comes later may get.
  static thread_local bool is_submitter = false;
  std::atomic<int> runs = 0;
  std::atomic<int> runs_on_submitter = 0;
  BusyTasks busy(1);
  const auto pool = MakePool(1, 1);
  pool->Start();
  busy.Occupy(*pool);
  AwaitReturn("20000 submissions to return while the only worker is busy", [&] {
    is_submitter = true;
    for (int i = 0; i < kTasks; ++i) {
      RequireAccepted(pool->CallInThread([&] {
        ++runs;
        if (is_submitter) ++runs_on_submitter;
      }));
    }
  });
  EXPECT_EQ(runs, 0) << "tasks ran although the only worker is busy";
  busy.Release();
  pool->Stop();
  EXPECT_EQ(runs, kTasks);
  EXPECT_EQ(runs_on_submitter, 0);
}

RULE(TP_13, ATaskMaySubmitToItsOwnPoolAndTheInnerTaskIsNotNested) {
  History<bool> outer_had_ended("the inner task to run");
  std::atomic<bool> outer_ended = false;
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThread([&] {
    RequireAccepted(pool->CallInThread(
        [&] { outer_had_ended.Add(outer_ended.load()); }));
    outer_ended = true;
  }));
  EXPECT_TRUE(outer_had_ended.Await(1).front())
      << "the inner task ran inside the outer one";
}

RULE(TP_13, InnerTasksAreNotNestedOnSeveralWorkersEither) {
  static thread_local int depth = 0;
  constexpr int kTasks = 500;
  const Chance chance(kTasks);
  RandomNumbers random = chance.Numbers();
  std::atomic<int> deepest = 0;
  Latch done(2 * kTasks, "all tasks to end");
  const auto inner = [&] {
    if (depth > 0) ++deepest;
    done.CountDown();
  };
  const auto pool = MakePool(1, 4);
  pool->Start();
  for (int i = 0; i < kTasks; ++i) {
    RequireAccepted(pool->CallInThread([&] {
      if (depth > 0) ++deepest;
      ++depth;
      RequireAccepted(pool->CallInThread(inner));
      --depth;
      done.CountDown();
    }));
    random.Pause();
  }
  done.Await();
  EXPECT_EQ(deepest, 0) << "tasks ran inside others";
}

RULE(TP_13, NoLockIsHeldWhileATaskRuns) {
  const auto use = [](ThreadPool& pool) {
    pool.AdjustPoolSize({.min = 1, .max = 2});
    static_cast<void>(pool.Size());
    static_cast<void>(pool.State());
    static_cast<void>(pool.Stats());
    static_cast<void>(pool.RunningTasks());
    pool.Start();
    RequireAccepted(pool.CallInThread([] {}));
  };
  Event used_inside("the pool to answer to its own task");
  Gate gate;
  const auto pool = MakePool(1, 2);
  pool->Start();
  RequireAccepted(pool->CallInThread([&] {
    use(*pool);
    used_inside.Happen();
    gate.Pass();
  }));
  used_inside.Await();
  AwaitReturn("the pool to answer to another thread while a task runs",
              [&] { use(*pool); });
  gate.Open();
  pool->Stop();
}

RULE(TP_13, NoLockIsHeldWhileATaskIsDestroyed) {
  struct SubmitsOnDestruction {
    std::function<void()> submit;
    ~SubmitsOnDestruction() { submit(); }
  };
  Event ran("work that the destructor of a task submitted");
  const auto pool = MakePool(1, 1);
  pool->Start();
  auto captured = std::make_shared<SubmitsOnDestruction>();
  captured->submit = [&] {
    RequireAccepted(pool->CallInThread([&] { ran.Happen(); }));
  };
  RequireAccepted(pool->CallInThread([captured = std::move(captured)] {}));
  ran.Await();
}

RULE(TP_14, SubmissionFromManyThreadsLosesAndDuplicatesNothing) {
  constexpr int kSubmitters = 4;
  constexpr int kTasksEach = 2000;
  const Chance chance(kSubmitters * kTasksEach,
                      "0 of 40 runs with mutant "
                      "tp_14_loses_what_comes_at_once");
  std::deque<std::atomic<int>> runs(kSubmitters * kTasksEach);
  Latch all(kSubmitters, "all submitters to begin at once");
  const auto pool = MakePool(1, 4);
  pool->Start();
  {
    std::vector<HelperThread> submitters;
    for (int i = 0; i < kSubmitters; ++i) {
      submitters.emplace_back([&, i] {
        RandomNumbers random = chance.Numbers(i);
        all.ArriveAndAwait();
        for (int j = 0; j < kTasksEach; ++j) {
          if (random.OneIn(8)) random.Pause();
          RequireAccepted(pool->CallInThread(
              [&run = runs[static_cast<std::size_t>(i * kTasksEach + j)]] {
                ++run;
              }));
        }
      });
    }
  }
  pool->Stop();
  EXPECT_TRUE(Fine(CheckEachOnce(runs)));
}

RULE(TP_15, CallableAndArgumentsAreCapturedAtSubmissionAndArriveUnchanged) {
  struct Adder {
    int base;
    int operator()(int more) const { return base + more; }
  };
  History<std::string> seen("the tasks to run");
  Adder adder{40};
  int more = 2;
  std::string text = "warp";
  char array[] = "weft";
  const auto report = [&](const std::string& copy, const char* decayed,
                          std::unique_ptr<int> owned) {
    seen.Add(copy + (decayed == array ? " same " : " other ") +
             std::to_string(*owned));
  };
  const auto pool = MakePool(1, 1);
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<int> sum) { seen.Add(std::to_string(sum.value())); }, adder,
      more));
  RequireAccepted(
      pool->CallInThread(report, text, array, std::make_unique<int>(7)));
  adder.base = 0;
  more = 0;
  text = "gone";
  pool->Start();
  std::vector<std::string> entries = seen.Await(2);
  std::sort(entries.begin(), entries.end());
  EXPECT_EQ(entries[0], "42");
  EXPECT_EQ(entries[1], "warp same 7");
}

RULE(TP_16, APoolWorksWithoutAReactor) {
  History<int> results("the result, without a reactor");
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<int> outcome) { results.Add(outcome.value()); },
      [] { return 3; }));
  EXPECT_EQ(results.Await(1).front(), 3);
}

}  // namespace
}  // namespace heddle::conformance
