// SPDX-License-Identifier: Apache-2.0
//
// TP-51 to TP-53: no thread to be had, fork, and idle workers.
#include <sys/wait.h>

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/chance.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/forked_child.h"
#include "conformance/kit/subject.h"
#include "conformance/kit/thread_creation_fault.h"
#include "gtest/gtest.h"
#include "reference/errors.h"

namespace heddle::conformance {
namespace {

constexpr const char* kNoFault =
    "thread creation cannot be made to fail in this build";
constexpr const char* kNoAttempt =
    "the pool creates no thread at this point, so none can fail";
constexpr const char* kAWorkerAnyway =
    "the pool does not keep min, and has a worker at min 0";
// Also of a pool that asks again.
constexpr int kEveryAttempt = 1000;

RULE(TP_51, WithAWorkerTheTaskOfAFailedThreadCreationStaysQueued) {
  REQUIRE_ABILITY(owns_threads);
  if (!CanObserveThreadCreation()) NOT_OBSERVABLE(kNoFault);
  Event second_ran("the task for which no thread could be created");
  BusyTasks busy(1);
  const auto pool = MakePool(1, 3);
  pool->Start();
  busy.Occupy(*pool);
  int failed = 0;
  {
    ThreadCreationFault fault(1);
    RequireAccepted(pool->CallInThread([&] { second_ran.Happen(); }));
    failed = fault.failed();
  }
  busy.Release();
  second_ran.Await();
  if (failed == 0) NOT_OBSERVABLE(kNoAttempt);
  AwaitReturn("Stop() to return after a failed thread creation",
              [&] { pool->Stop(); });
}

RULE(TP_51, WithoutAWorkerTheSubmitterGetsTheErrorAndNothingIsRetained) {
  REQUIRE_ABILITY(owns_threads);
  if (!CanObserveThreadCreation()) NOT_OBSERVABLE(kNoFault);
  std::atomic<int> runs = 0;
  int told = 0;
  bool told_no_worker_thread = false;
  Event later_ran("a task once threads can be created again");
  auto token = std::make_shared<int>();
  const std::weak_ptr<int> kept = token;
  const auto pool = MakePool(0, 2);
  pool->Start();
  if (pool->Stats().threads > 0) NOT_OBSERVABLE(kAWorkerAnyway);
  {
    ThreadCreationFault fault(kEveryAttempt);
    const Submission plain =
        pool->CallInThread([&runs, token = std::move(token)] { ++runs; });
    if (fault.failed() == 0) NOT_OBSERVABLE(kNoAttempt);
    ASSERT_FALSE(plain.accepted());
    EXPECT_EQ(plain.refusal(), Refusal::kNoWorkerThread);
    EXPECT_THROW(plain.OrThrow(), NoWorkerThread);
    EXPECT_TRUE(kept.expired()) << "the refused work was kept";
  }
  {
    ThreadCreationFault fault(kEveryAttempt);
    const Submission with_callback = pool->CallInThreadWithCallback(
        [&](Outcome<void> outcome) {
          ++told;
          told_no_worker_thread =
              !outcome.ok() && outcome.failure().Check<NoWorkerThread>();
        },
        [&] { ++runs; });
    EXPECT_FALSE(with_callback.accepted());
    EXPECT_EQ(told, 1) << "calls of the callback";
    EXPECT_TRUE(told_no_worker_thread);
  }
  RequireAccepted(pool->CallInThread([&] { later_ran.Happen(); }));
  later_ran.Await();
  AwaitReturn("Stop() to return after failed thread creations",
              [&] { pool->Stop(); });
  EXPECT_EQ(runs, 0) << "refused work ran";
}

RULE(TP_51, StopWorksAfterAStartThatFoundNoThreads) {
  REQUIRE_ABILITY(owns_threads);
  if (!CanObserveThreadCreation()) NOT_OBSERVABLE(kNoFault);
  const auto pool = MakePool(2, 2);
  {
    ThreadCreationFault fault(kEveryAttempt);
    try {
      pool->Start();
    } catch (const NoWorkerThread&) {
    }
    if (fault.failed() == 0) NOT_OBSERVABLE(kNoAttempt);
  }
  AwaitReturn("Stop() to return after a start without threads",
              [&] { pool->Stop(); });
  EXPECT_EQ(pool->State(), PoolState::kStopped);
  EXPECT_EQ(pool->Stats().threads, 0);
}

// What the child of a fork found; its exit status.
enum ForkFinding {
  kAllRefused = 0,
  kSubmissionAccepted = 10,
  kOtherRefusal = 11,
  kCallbackNotTold = 12,
  kStopReturned = 13,
  kOtherError = 14,
};

ForkFinding UseInChild(ThreadPool& pool) {
  const Submission submission = pool.CallInThread([] {});
  if (submission.accepted()) return kSubmissionAccepted;
  if (submission.refusal() != Refusal::kForkedChild) return kOtherRefusal;
  bool told = false;
  static_cast<void>(pool.CallInThreadWithCallback(
      [&](Outcome<void> outcome) {
        told = !outcome.ok() && outcome.failure().Check<UsedInForkedChild>();
      },
      [] {}));
  if (!told) return kCallbackNotTold;
  try {
    pool.Stop();
    return kStopReturned;
  } catch (const UsedInForkedChild&) {
    return kAllRefused;
  } catch (...) {
    return kOtherError;
  }
}

RULE(TP_52, UseInAForkedChildIsAnErrorAndTheParentIsNotDisturbed) {
  Event ran_before("a task before the fork");
  Event ran_after("a task in the parent after the fork");
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThread([&] { ran_before.Happen(); }));
  ran_before.Await();
  // So that no worker is in the middle of something when it is gone. Where min
  // is not kept, it may have left already.
  const int idle = Subject().abilities.elastic.offered() ? 1 : 0;
  AwaitStats(
      *pool,
      [&](const PoolStats& stats) {
        return stats.busy == 0 && stats.idle >= idle;
      },
      "the worker to be idle");
  const int status = RunInChild([&] { return UseInChild(*pool); });
  ASSERT_TRUE(WIFEXITED(status)) << "the child died of signal "
                                 << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), kAllRefused)
      << "10: work accepted, 11: another refusal, 12: the callback was not "
         "told, 13: Stop() returned, 14: another error";
  RequireAccepted(pool->CallInThread([&] { ran_after.Happen(); }));
  ran_after.Await();
}

RULE(TP_52, APoolCanBeDestroyedInAForkedChild) {
  if (!kChildCanAllocate) NOT_OBSERVABLE(kAllocatorMayBeLocked);
  auto pool = MakePool(2, 2);
  pool->Start();
  const int status = RunInChild([&] {
    pool.reset();
    return 0;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
      << "wait status " << status;
}

RULE(TP_53, WhatIsQueuedBehindALongTaskIsTakenByAnotherWorker) {
  constexpr int kTasks = 200;
  Latch done(kTasks, "tasks from outside, while one worker is busy for long");
  BusyTasks busy(1);
  const auto pool = MakePool(2, 2);
  pool->Start();
  busy.Occupy(*pool);
  for (int i = 0; i < kTasks; ++i) {
    RequireAccepted(pool->CallInThread([&] { done.CountDown(); }));
  }
  done.Await();
  busy.Release();
}

RULE(TP_53, WorkSubmittedInsideALongTaskIsTakenByAnotherWorker) {
  constexpr int kTasks = 200;
  Latch done(kTasks, "the tasks that a long task submitted, while it runs");
  const auto pool = MakePool(2, 2);
  pool->Start();
  RequireAccepted(pool->CallInThread([&] {
    for (int i = 0; i < kTasks; ++i) {
      RequireAccepted(pool->CallInThread([&] { done.CountDown(); }));
    }
    done.Await();
  }));
  done.Await();
}

// All workers have gone to sleep, or are about to, when one spawns work.
RULE(TP_53, WorkSubmittedInsideATaskWakesSleepingWorkers) {
  constexpr int kRounds = 200;
  constexpr int kWorkers = 3;
  const Chance chance(kRounds);
  RandomNumbers random = chance.Numbers();
  std::vector<std::unique_ptr<Latch>> rounds;
  for (int i = 0; i < kRounds; ++i) {
    rounds.push_back(std::make_unique<Latch>(
        kWorkers, "a task and the 2 it has submitted to meet"));
  }
  const auto pool = MakePool(kWorkers, kWorkers);
  pool->Start();
  for (const auto& round : rounds) {
    Eventually([&] { return pool->Stats().busy == 0; }, "all to be idle");
    random.Pause();
    Latch* const meeting = round.get();
    RequireAccepted(pool->CallInThread([&pool, meeting] {
      for (int i = 1; i < kWorkers; ++i) {
        RequireAccepted(
            pool->CallInThread([meeting] { meeting->ArriveAndAwait(); }));
      }
      meeting->ArriveAndAwait();
    }));
    meeting->Await();
  }
}

}  // namespace
}  // namespace heddle::conformance
