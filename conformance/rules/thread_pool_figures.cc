// SPDX-License-Identifier: Apache-2.0
//
// TP-48 to TP-50, BT-16: figures and names.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/chance.h"
#include "conformance/checkers/account.h"
#include "conformance/checkers/findings.h"
#include "conformance/checkers/snapshots.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/worker_scope.h"

namespace heddle::conformance {
namespace {

RULE(TP_48, AfterStopAllCountersAreZero) {
  LogCapture log;
  const auto pool = MakePool(2, 4);
  pool->Start();
  for (int i = 0; i < 20; ++i) {
    RequireAccepted(pool->CallInThread([] {}));
    RequireAccepted(pool->CallInThread([] { throw 42; }));
  }
  pool->Stop();
  const PoolStats stats = pool->Stats();
  EXPECT_EQ(stats.threads, 0) << stats;
  EXPECT_EQ(stats.idle, 0) << stats;
  EXPECT_EQ(stats.busy, 0) << stats;
  EXPECT_EQ(stats.backlog, 0u) << stats;
  EXPECT_EQ(pool->RunningTasks().size(), 0u);
}

RULE(TP_48, AWorkerBecomesIdleAfterItsTaskWithoutFurtherStimulus) {
  LogCapture log;
  // Elsewhere what is completed is an estimate, which need not come to be right.
  const bool exact = Subject().abilities.exact_stats.offered();
  Latch ran(3, "3 tasks to run");
  const auto pool = MakePool(2, 2);
  pool->Start();
  RequireAccepted(pool->CallInThread([&] { ran.CountDown(); }));
  RequireAccepted(pool->CallInThread([&] {
    ran.CountDown();
    throw 42;
  }));
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<void>) {
        ran.CountDown();
        throw 42;
      },
      [] { throw 42; }));
  ran.Await();
  AwaitStats(
      *pool,
      [&](const PoolStats& stats) {
        return stats.busy == 0 && stats.backlog == 0 &&
               (stats.completed == 3 || !exact);
      },
      "3 tasks to be completed and nobody to be busy, also after exceptions");
}

RULE(TP_48, ThreadsAreIdlePlusBusyAtEveryInstant) {
  REQUIRE_ABILITY(exact_stats);
  constexpr int kTasks = 2000;
  constexpr int kMax = 4;
  const Chance chance(kTasks);
  RandomNumbers random = chance.Numbers();
  History<PoolStats> snapshots("all tasks to look at the figures");
  const auto pool = MakePool(1, kMax);
  pool->Start();
  for (int i = 0; i < kTasks; ++i) {
    if (random.OneIn(8)) random.Pause();
    RequireAccepted(
        pool->CallInThread([&] { snapshots.Add(pool->Stats()); }));
  }
  const std::vector<PoolStats> all = snapshots.Await(kTasks);
  EXPECT_TRUE(Fine(CheckSnapshots(all, kMax)))
      << "snapshots that contradict themselves";
  EXPECT_EQ(std::count_if(all.begin(), all.end(),
                          [](const PoolStats& seen) { return seen.busy < 1; }),
            0)
      << "snapshots, taken in a task, in which nobody is busy";
}

RULE(TP_48, BusyCoversFunctionAndCallbackAndBacklogIsWhatWaits) {
  REQUIRE_ABILITY(exact_stats);
  Event in_function("the function");
  Event in_callback("the callback");
  Gate leave_function;
  Gate leave_callback;
  const auto pool = MakePool(1, 1);
  for (int i = 0; i < 3; ++i) RequireAccepted(pool->CallInThread([] {}));
  EXPECT_EQ(pool->Stats().backlog, 3u) << "before the start";
  pool->Start();
  // Where min is not kept, a worker may leave when it has nothing to do.
  const int idle = Subject().abilities.elastic.offered() ? 1 : 0;
  const auto await_rest = [&](std::uint64_t completed) {
    AwaitStats(
        *pool,
        [&](const PoolStats& stats) {
          return stats.completed == completed && stats.idle >= idle &&
                 stats.busy == 0 && stats.backlog == 0;
        },
        std::to_string(completed) +
            " tasks to be completed and nobody to be busy");
  };
  await_rest(3);

  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<void>) {
        in_callback.Happen();
        leave_callback.Pass();
      },
      [&] {
        in_function.Happen();
        leave_function.Pass();
      }));
  RequireAccepted(pool->CallInThread([] {}));
  RequireAccepted(pool->CallInThread([] {}));
  const auto expect_busy = [&](const char* when) {
    const PoolStats stats = pool->Stats();
    EXPECT_EQ(stats.busy, 1) << when;
    EXPECT_EQ(stats.idle, 0) << when;
    EXPECT_EQ(stats.backlog, 2u) << when;
    EXPECT_EQ(stats.completed, 3u) << when;
    EXPECT_EQ(pool->RunningTasks().size(), 1u) << when;
  };
  in_function.Await();
  expect_busy("while the function runs");
  leave_function.Open();
  in_callback.Await();
  expect_busy("while the callback runs");
  leave_callback.Open();
  await_rest(6);
}

RULE(TP_49, DumpStatsLogsThreeRecordsAndChangesNothing) {
  LogCapture log(Severity::kInfo);
  BusyTasks busy(1);
  const auto pool = MakePool(1, 1, "weaver");
  pool->Start();
  busy.Occupy(*pool);
  const std::size_t logged_before = log.records().size();
  const PoolStats before = pool->Stats();
  pool->DumpStats();
  const PoolStats after = pool->Stats();
  EXPECT_EQ(log.records().size() - logged_before, 3u);
  EXPECT_EQ(pool->State(), PoolState::kRunning);
  if (Subject().abilities.exact_stats.offered()) {
    EXPECT_EQ(after.threads, before.threads);
    EXPECT_EQ(after.busy, before.busy);
    EXPECT_EQ(after.backlog, before.backlog);
  }
  busy.Release();
}

RULE(TP_49, ALogSinkMayUseThePoolWhoseFiguresAreDumped) {
  std::atomic<ThreadPool*> used = nullptr;
  Latch ran(3, "the work that the log sink submits");
  LogCapture log(Severity::kInfo, [&](const LogRecord&) {
    if (ThreadPool* const pool = used.load()) {
      static_cast<void>(pool->Stats());
      RequireAccepted(pool->CallInThread([&] { ran.CountDown(); }));
    }
  });
  const auto pool = MakePool(1, 1);
  pool->Start();
  used = pool.get();
  AwaitReturn("DumpStats() to return although the log sink submits work",
              [&] { pool->DumpStats(); });
  used = nullptr;
  ran.Await();
}

// Tells threads apart for good, where the system may use an id again.
int ThreadNumber() {
  static std::atomic<int> next = 0;
  thread_local const int number = next++;
  return number;
}

// Who has borne which name. Declare it before the pool.
class NameBook {
 public:
  // Has `count` workers of `pool`, which may have as many, write their names.
  void Collect(ThreadPool& pool, int count) {
    Latch& all = meetings_.emplace_back(count, "every worker to be at work");
    Latch& left = meetings_.emplace_back(count, "every worker to be done");
    for (int i = 0; i < count; ++i) {
      RequireAccepted(pool.CallInThread([&] {
        AddCurrent();
        all.ArriveAndAwait();
        left.CountDown();
      }));
    }
    left.Await();
  }

  std::map<std::string, std::set<int>> bearers() const {
    std::lock_guard lock(mutex_);
    return bearers_;
  }

 private:
  void AddCurrent() {
    std::lock_guard lock(mutex_);
    bearers_[std::string(WorkerScope::CurrentName())].insert(ThreadNumber());
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::set<int>> bearers_;
  std::deque<Latch> meetings_;
};

RULE(TP_50, WorkerNamesBeginWithPoolThreadCarryThePoolsNameAndAreUnique) {
  REQUIRE_ABILITY(named_workers);
  NameBook names;
  const auto pool = MakePool(4, 4, "weaver");
  pool->Start();
  names.Collect(*pool, 4);
  EXPECT_EQ(names.bearers().size(), 4u) << "different names of 4 workers";
  for (const auto& [name, bearers] : names.bearers()) {
    EXPECT_EQ(name.rfind("PoolThread", 0), 0u) << name;
    EXPECT_NE(name.find("weaver"), std::string::npos) << name;
    EXPECT_EQ(bearers.size(), 1u) << "threads named " << name;
  }
}

RULE(TP_50, TheWorkersOfUnnamedPoolsAreToldApart) {
  REQUIRE_ABILITY(named_workers);
  NameBook names;
  const auto first = MakePool(2, 2);
  const auto second = MakePool(2, 2);
  first->Start();
  second->Start();
  names.Collect(*first, 2);
  names.Collect(*second, 2);
  EXPECT_EQ(names.bearers().size(), 4u);
  for (const auto& [name, bearers] : names.bearers()) {
    EXPECT_EQ(name.rfind("PoolThread", 0), 0u) << name;
  }
}

RULE(BT_16, AtEveryInstantTheFiguresAccountForEveryTask) {
  REQUIRE_ABILITY(exact_stats);
  constexpr int kTasks = 1000;
  constexpr int kWorkers = 2;
  const Chance chance(kTasks,
                      "0 of 60 runs with mutant "
                      "bt_16_counters_read_one_by_one");
  RandomNumbers random = chance.Numbers();
  Event looking("the observer to begin");
  Latch done(kTasks, "all tasks to end");
  Findings contradictions;  // the observer's
  const auto pool = MakePool(kWorkers, kWorkers);
  for (int task = 0; task < kTasks; ++task) {
    RequireAccepted(pool->CallInThread([&done, yields = random.OneIn(16)] {
      if (yields) std::this_thread::yield();
      done.CountDown();
    }));
  }
  {
    HelperThread observer([&] {
      while (done.seen() < kTasks && contradictions.empty() &&
             !RuleHasFailed()) {
        const PoolStats stats = pool->Stats();
        looking.Happen();
        contradictions = CheckSnapshots({stats}, kWorkers);
        for (const std::string& finding :
             CheckAccount({.submitted = kTasks,
                           .completed = stats.completed,
                           .running = static_cast<std::uint64_t>(stats.busy),
                           .waiting = stats.backlog})) {
          contradictions.push_back(finding);
        }
      }
    });
    looking.Await();
    pool->Start();
    done.Await();
  }
  EXPECT_TRUE(Fine(contradictions)) << "snapshots that contradict themselves";
}

RULE(TP_50, NoNameIsUsedAgainAfterThePoolShrankAndGrew) {
  REQUIRE_ABILITY(named_workers);
  REQUIRE_ABILITY(elastic);
  NameBook names;
  const auto pool = MakePool(4, 4, "weaver");
  pool->Start();
  names.Collect(*pool, 4);
  for (int round = 0; round < 3; ++round) {
    pool->AdjustPoolSize({.min = 1, .max = 1});
    AwaitThreads(*pool, 1);
    pool->AdjustPoolSize({.min = 4, .max = 4});
    names.Collect(*pool, 4);
  }
  for (const auto& [name, bearers] : names.bearers()) {
    EXPECT_EQ(bearers.size(), 1u) << "threads that were named " << name;
  }
}

RULE(TP_50, RunningTasksGivesTheNamesOfTheBusyWorkers) {
  REQUIRE_ABILITY(named_workers);
  History<std::string> own("the task to read its worker's name");
  Gate gate;
  const auto pool = MakePool(1, 3, "weaver");
  pool->Start();
  RequireAccepted(pool->CallInThread([&] {
    own.Add(std::string(WorkerScope::CurrentName()));
    gate.Pass();
  }));
  const std::string name = own.Await(1).front();
  const std::vector<RunningTask> running = pool->RunningTasks();
  gate.Open();
  ASSERT_EQ(running.size(), 1u);
  EXPECT_EQ(running.front().worker, name);
}

}  // namespace
}  // namespace heddle::conformance
