// SPDX-License-Identifier: Apache-2.0
//
// TP-43 to TP-47: stopping in unusual states, from unusual places.
#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/errors.h"

namespace heddle::conformance {
namespace {

RULE(TP_43, StartAfterStopIsOneCleanErrorAndChangesNothing) {
  for (const int min : {0, 2}) {
    SCOPED_TRACE(testing::Message() << "a pool of " << min << "..4");
    const auto pool = MakePool(min, 4);
    pool->Start();
    pool->Stop();
    EXPECT_THROW(pool->Start(), PoolStopped);
    EXPECT_EQ(pool->State(), PoolState::kStopped);
    EXPECT_EQ(pool->Stats().threads, 0);
    EXPECT_FALSE(pool->CallInThread([] {}).accepted());
    EXPECT_NO_THROW(pool->Stop());
  }
}

RULE(TP_43, APoolThatWasStoppedBeforeItStartedCannotStartEither) {
  const auto pool = MakePool(0, 4);
  pool->Stop();
  EXPECT_THROW(pool->Start(), PoolStopped);
  EXPECT_EQ(pool->State(), PoolState::kStopped);
  EXPECT_EQ(pool->Stats().threads, 0);
}

// Work that counts what becomes of it, in each of the three ways to submit.
class Fates {
 public:
  void SubmitThree(ThreadPool& pool) {
    RequireAccepted(pool.CallInThread([this] { ++plain_runs; }));
    RequireAccepted(pool.CallInThreadWithCallback(
        [this](Outcome<void> outcome) {
          if (outcome.ok()) return;
          callback_told += outcome.failure().Check<PoolStopped>();
        },
        [this] { ++callback_runs; }));
    RequireAccepted(pool.CallInThread(Hearer{this}));
  }

  std::atomic<int> plain_runs = 0;
  std::atomic<int> callback_runs = 0;
  std::atomic<int> callback_told = 0;
  std::atomic<int> hearer_runs = 0;
  std::atomic<int> hearer_told = 0;

 private:
  // Hears that it will not run.
  struct Hearer {
    Fates* fates;
    void operator()() const { ++fates->hearer_runs; }
    void Refuse(Refusal refusal) const {
      fates->hearer_told += refusal == Refusal::kPoolStopped;
    }
  };
};

RULE(TP_44, StopBeforeStartReturnsAndGivesQueuedWorkBackVisibly) {
  Fates fates;
  LogCapture log;
  const auto pool = MakePool(1, 2);
  fates.SubmitThree(*pool);
  AwaitReturn("Stop() of a pool that was never started to return",
              [&] { pool->Stop(); });
  EXPECT_EQ(pool->State(), PoolState::kStopped);
  EXPECT_EQ(fates.plain_runs + fates.callback_runs + fates.hearer_runs, 0)
      << "queued work ran";
  EXPECT_EQ(fates.callback_told, 1) << "callbacks told PoolStopped";
  EXPECT_EQ(fates.hearer_told, 1) << "callables told that they are refused";
  EXPECT_EQ(log.records().size(), 1u)
      << "log records about the task that nobody can be told of";
  EXPECT_EQ(pool->Stats().backlog, 0u);
}

RULE(TP_44, DestructionOfAPoolNeverStartedGivesQueuedWorkBackVisibly) {
  Fates fates;
  LogCapture log;
  auto pool = MakePool(1, 2);
  fates.SubmitThree(*pool);
  pool.reset();
  EXPECT_EQ(fates.plain_runs + fates.callback_runs + fates.hearer_runs, 0)
      << "queued work ran";
  EXPECT_EQ(fates.callback_told, 1) << "callbacks told PoolStopped";
  EXPECT_EQ(fates.hearer_told, 1) << "callables told that they are refused";
  EXPECT_EQ(log.records().size(), 1u);
}

RULE(TP_44, StopAtMaxZeroGivesQueuedWorkBackVisibly) {
  Fates fates;
  LogCapture log;
  const auto pool = MakePool(0, 0);
  pool->Start();
  fates.SubmitThree(*pool);
  AwaitReturn("Stop() of a pool with max 0 to return", [&] { pool->Stop(); });
  EXPECT_EQ(pool->State(), PoolState::kStopped);
  // A pool whose workers do not follow max may have run the work instead.
  EXPECT_EQ(fates.callback_runs + fates.callback_told, 1);
  EXPECT_EQ(fates.hearer_runs + fates.hearer_told, 1);
  EXPECT_EQ(fates.plain_runs + static_cast<int>(log.records().size()), 1);
  if (Subject().abilities.elastic.offered()) {
    EXPECT_EQ(fates.plain_runs + fates.callback_runs + fates.hearer_runs, 0);
  }
}

RULE(TP_45, StopOnAnOwnWorkerIsRefusedBeforeAnythingChanges) {
  History<std::string> answers("Stop() on an own worker to be refused");
  Event later_ran("a task submitted after the refused Stop()");
  const auto pool = MakePool(1, 2);
  pool->Start();
  const auto stop_here = [&](auto stop) {
    try {
      stop();
      answers.Add("returned");
    } catch (const WouldDeadlock&) {
      answers.Add("WouldDeadlock");
    }
  };
  RequireAccepted(pool->CallInThread([&] {
    stop_here([&] { pool->Stop(); });
    stop_here([&] { static_cast<void>(pool->StopWithin(Patience())); });
  }));
  for (const std::string& answer : answers.Await(2)) {
    EXPECT_EQ(answer, "WouldDeadlock");
  }
  EXPECT_EQ(pool->State(), PoolState::kRunning);
  RequireAccepted(pool->CallInThread([&] { later_ran.Happen(); }));
  later_ran.Await();
  AwaitReturn("Stop() on another thread to return", [&] { pool->Stop(); });
}

RULE(TP_45, StopInACallbackIsRefusedToo) {
  History<bool> refused("Stop() in a callback to be refused");
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<void>) {
        try {
          pool->Stop();
          refused.Add(false);
        } catch (const WouldDeadlock&) {
          refused.Add(true);
        }
      },
      [] {}));
  EXPECT_TRUE(refused.Await(1).front());
  EXPECT_EQ(pool->State(), PoolState::kRunning);
}

RULE(TP_45, RequestStopMayBeCalledOnAnOwnWorkerAndDoesNotWait) {
  History<PoolState> seen("RequestStop() on an own worker to return");
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThread([&] {
    pool->RequestStop();
    seen.Add(pool->State());
  }));
  EXPECT_EQ(seen.Await(1).front(), PoolState::kStopping);
  AwaitReturn("Stop() to return", [&] { pool->Stop(); });
}

RULE(TP_46, StopWithinADeadlineReportsWhatStillRunsAndWaits) {
  std::atomic<int> runs = 0;
  std::optional<StopReport> report;
  BusyTasks busy(2);
  const auto pool = MakePool(2, 2);
  pool->Start();
  busy.Occupy(*pool);
  for (int i = 0; i < 3; ++i) {
    RequireAccepted(pool->CallInThread([&] { ++runs; }));
  }
  AwaitReturn("StopWithin() to give up while tasks run", [&] {
    report = pool->StopWithin(std::chrono::milliseconds(1));
  });
  EXPECT_FALSE(report->stopped) << "said to have stopped while tasks run";
  EXPECT_EQ(report->running.size(), 2u) << "running tasks reported";
  for (const RunningTask& task : report->running) {
    EXPECT_GE(task.running_for.count(), 0);
    if (Subject().abilities.named_workers.offered()) {
      EXPECT_NE(task.worker, "");
    }
  }
  if (Subject().abilities.exact_stats.offered()) {
    EXPECT_EQ(report->backlog, 3u);
  }
  EXPECT_EQ(pool->State(), PoolState::kStopping);
  EXPECT_FALSE(pool->CallInThread([] {}).accepted());

  busy.Release();
  AwaitReturn("a later StopWithin() to succeed", [&] {
    report = pool->StopWithin(std::chrono::nanoseconds::max());
  });
  EXPECT_TRUE(report->stopped);
  EXPECT_EQ(report->running.size(), 0u);
  EXPECT_EQ(report->backlog, 0u);
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(pool->State(), PoolState::kStopped);
}

RULE(TP_46, ANegativeTimeoutIsRefusedAndChangesNothing) {
  const auto pool = MakePool(1, 1);
  pool->Start();
  EXPECT_THROW(
      static_cast<void>(pool->StopWithin(std::chrono::nanoseconds(-1))),
      std::invalid_argument);
  EXPECT_EQ(pool->State(), PoolState::kRunning);
}

RULE(TP_47, TheDestructorStopsAndJoinsInEveryState) {
  constexpr int kTasks = 20;
  std::atomic<int> runs = 0;
  AwaitReturn("pools to be destroyed", [&] {
    MakePool(2, 4).reset();
    {
      const auto idle = MakePool(2, 4);
      idle->Start();
    }
    {
      const auto busy = MakePool(2, 4);
      busy->Start();
      for (int i = 0; i < kTasks; ++i) {
        RequireAccepted(busy->CallInThread([&] { ++runs; }));
      }
    }
    {
      const auto stopping = MakePool(2, 4);
      stopping->Start();
      stopping->RequestStop();
    }
    {
      const auto stopped = MakePool(2, 4);
      stopped->Start();
      stopped->Stop();
    }
  });
  EXPECT_EQ(runs, kTasks) << "accepted tasks that ran";
}

}  // namespace
}  // namespace heddle::conformance
