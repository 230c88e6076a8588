// SPDX-License-Identifier: Apache-2.0
//
// TP-39 to TP-42: the drain, and what is refused.
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/chance.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/errors.h"

namespace heddle::conformance {
namespace {

void AwaitStopBegun(const ThreadPool& pool) {
  Eventually([&] { return pool.State() >= PoolState::kStopping; },
             "the pool to begin to stop");
}

RULE(TP_39, StopRunsEverythingAcceptedTogetherWithItsCallbacks) {
  constexpr int kTasks = 40;
  std::atomic<int> runs = 0;
  std::atomic<int> results = 0;
  BusyTasks busy(2);
  const auto pool = MakePool(2, 2);
  pool->Start();
  busy.Occupy(*pool);
  for (int i = 0; i < kTasks; ++i) {
    RequireAccepted(pool->CallInThread([&] { ++runs; }));
    RequireAccepted(pool->CallInThreadWithCallback(
        [&](Outcome<void> outcome) { results += outcome.ok(); },
        [&] { ++runs; }));
  }
  pool->RequestStop();
  busy.Release();
  AwaitReturn("Stop() to return", [&] { pool->Stop(); });
  EXPECT_EQ(runs, 2 * kTasks) << "accepted tasks that ran";
  EXPECT_EQ(results, kTasks) << "callbacks of accepted tasks that ran";
  EXPECT_EQ(pool->State(), PoolState::kStopped);
}

RULE(TP_39, StopRunsWhatWasAcceptedAlsoWhenMaxHasBecomeZero) {
  constexpr int kTasks = 5;
  std::atomic<int> runs = 0;
  BusyTasks busy(1);
  const auto pool = MakePool(0, 1);
  pool->Start();
  busy.Occupy(*pool);
  for (int i = 0; i < kTasks; ++i) {
    RequireAccepted(pool->CallInThread([&] { ++runs; }));
  }
  pool->AdjustPoolSize({.min = 0, .max = 0});
  pool->RequestStop();
  busy.Release();
  AwaitReturn("Stop() to return", [&] { pool->Stop(); });
  EXPECT_EQ(runs, kTasks) << "tasks that ran of those accepted before max 0";
}

// Tasks that wait while others run are accepted, too; and they may need one
// another as much as before the stop.
RULE(TP_39, AcceptedTasksThatNeedOneAnotherMeetInTheDrain) {
  constexpr int kTasks = 4;
  BusyTasks busy(kTasks);
  Latch met(kTasks, "the tasks of the backlog to meet in the drain");
  const auto pool = MakePool(1, kTasks);
  pool->Start();
  busy.Occupy(*pool);
  for (int i = 0; i < kTasks; ++i) {
    RequireAccepted(pool->CallInThread([&] { met.ArriveAndAwait(); }));
  }
  pool->RequestStop();
  busy.Release();
  met.Await();
  AwaitReturn("Stop() to return", [&] { pool->Stop(); });
}

// In the drain a size is only a number (TP-29), be it 0.
RULE(TP_39, StopRunsWhatWasAcceptedThoughThePoolIsResizedMeanwhile) {
  constexpr int kRounds = 50;
  constexpr int kMost = 4;
  const Chance chance(kRounds);
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    const int tasks = 1 + chance.Numbers(2 * round).Below(3 * kMost);
    std::atomic<int> runs = 0;
    std::atomic<bool> stopped = false;
    Event resized("a resize in the drain");
    const auto pool = MakePool(1, kMost);
    pool->Start();
    for (int i = 0; i < tasks; ++i) {
      RequireAccepted(pool->CallInThread([&] {
        resized.Await();
        ++runs;
      }));
    }
    HelperThread resizer([&] {
      RandomNumbers random = chance.Numbers(2 * round + 1);
      do {
        const bool in_drain = pool->State() >= PoolState::kStopping;
        const int most = random.Below(kMost) + (in_drain ? 0 : 1);
        pool->AdjustPoolSize({.min = 0, .max = most});
        if (in_drain && most == 0) resized.Happen();
        random.Pause();
      } while (!stopped && !RuleHasFailed());
    });
    AwaitReturn("Stop() to return", [&] { pool->Stop(); });
    stopped = true;
    resizer.Join();
    ASSERT_EQ(runs, tasks) << "tasks that ran of those accepted";
  }
}

// The task that Stop() must wait for goes on only when Stop() is under way.
RULE(TP_39, StopReturnsOnlyWhenTheLastTaskHasEnded) {
  constexpr int kRounds = 20;
  const Chance chance(kRounds,
                      "0 of 40 runs with mutant tp_39_stop_returns_early");
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    const int turns = chance.Numbers(round).Below(200);  // that a task yields
    std::atomic<bool> task_ended = false;
    std::atomic<bool> callback_ended = false;
    Event begun("the task to begin");
    const auto pool = MakePool(1, 1);
    pool->Start();
    RequireAccepted(pool->CallInThreadWithCallback(
        [&](Outcome<void>) {
          for (int i = 0; i < turns; ++i) std::this_thread::yield();
          callback_ended = true;
        },
        [&] {
          begun.Happen();
          AwaitStopBegun(*pool);
          for (int i = 0; i < turns; ++i) std::this_thread::yield();
          task_ended = true;
        }));
    begun.Await();
    pool->Stop();
    ASSERT_TRUE(task_ended) << "Stop() returned before the task";
    ASSERT_TRUE(callback_ended) << "Stop() returned before the callback";
  }
}

struct SlowEndOfThread {
  static inline std::atomic<int> ended = 0;
  ~SlowEndOfThread() {
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    ++ended;
  }
  void Touch() {}
};
thread_local SlowEndOfThread end_of_thread;

RULE(TP_39, WhenStopReturnsEveryWorkerThreadHasEnded) {
  REQUIRE_ABILITY(owns_threads);
  constexpr int kRounds = 10;
  constexpr int kWorkers = 3;
  const Chance chance(kRounds,
                      "0 of 40 runs with mutant tp_39_threads_detached");
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    const int before = SlowEndOfThread::ended;
    Latch all(kWorkers, "every worker to be at work");
    const auto pool = MakePool(kWorkers, kWorkers);
    pool->Start();
    for (int i = 0; i < kWorkers; ++i) {
      RequireAccepted(pool->CallInThread([&] {
        end_of_thread.Touch();
        all.ArriveAndAwait();
      }));
    }
    all.Await();
    chance.Numbers(round).Pause();
    pool->Stop();
    ASSERT_EQ(SlowEndOfThread::ended - before, kWorkers)
        << "worker threads that had ended when Stop() returned";
  }
}

RULE(TP_40, DuringTheDrainTasksSeeThePoolStoppingAndAreRefusedVisibly) {
  std::optional<PoolState> seen;
  std::optional<Submission> plain;
  std::optional<Submission> with_callback;
  bool told_at_once = false;
  std::atomic<int> late_runs = 0;
  Event begun("the task to begin");
  Gate gate;
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThread([&] {
    begun.Happen();
    gate.Pass();
    seen = pool->State();
    plain = pool->CallInThread([&] { ++late_runs; });
    with_callback = pool->CallInThreadWithCallback(
        [&](Outcome<void> outcome) {
          told_at_once =
              !outcome.ok() && outcome.failure().Check<PoolStopped>();
        },
        [&] { ++late_runs; });
  }));
  begun.Await();
  pool->RequestStop();
  gate.Open();
  pool->Stop();
  EXPECT_EQ(seen, PoolState::kStopping);
  ASSERT_TRUE(plain && with_callback) << "the task did not run to its end";
  ASSERT_FALSE(plain->accepted()) << "work was accepted during the drain";
  EXPECT_EQ(plain->refusal(), Refusal::kPoolStopped);
  EXPECT_FALSE(with_callback->accepted())
      << "work was accepted during the drain";
  EXPECT_TRUE(told_at_once) << "the callback was not given PoolStopped";
  EXPECT_EQ(late_runs, 0);
}

RULE(TP_40, ATaskThatSubmitsItselfAgainCannotKeepStopFromEnding) {
  std::function<void()> again;
  Event begun("the task to run");
  std::atomic<int> runs_in_drain = 0;
  const auto pool = MakePool(1, 1);
  again = [&] {
    begun.Happen();
    if (RuleHasFailed()) return;
    if (pool->State() != PoolState::kRunning) ++runs_in_drain;
    static_cast<void>(pool->CallInThread(std::ref(again)));
  };
  pool->Start();
  RequireAccepted(pool->CallInThread(std::ref(again)));
  begun.Await();
  AwaitReturn("Stop() to return although a task submits itself again",
              [&] { pool->Stop(); });
  EXPECT_LE(runs_in_drain, 1) << "work was accepted during the drain";
}

RULE(TP_41, SubmissionAfterStopIsRefusedVisiblyAndNothingIsKept) {
  std::atomic<int> runs = 0;
  int told = 0;
  bool told_pool_stopped = false;
  bool told_on_this_thread = false;
  const auto pool = MakePool(1, 2);
  pool->Start();
  pool->Stop();

  auto token = std::make_shared<int>();
  const std::weak_ptr<int> kept = token;
  const Submission plain =
      pool->CallInThread([&runs, token = std::move(token)] { ++runs; });
  ASSERT_FALSE(plain.accepted());
  EXPECT_EQ(plain.refusal(), Refusal::kPoolStopped);
  EXPECT_THROW(plain.OrThrow(), PoolStopped);
  EXPECT_TRUE(kept.expired()) << "the refused work was kept";

  const std::thread::id here = std::this_thread::get_id();
  const Submission with_callback = pool->CallInThreadWithCallback(
      [&](Outcome<int> outcome) {
        ++told;
        told_on_this_thread = std::this_thread::get_id() == here;
        told_pool_stopped =
            !outcome.ok() && outcome.failure().Check<PoolStopped>();
      },
      [&] { return ++runs; });
  EXPECT_FALSE(with_callback.accepted());
  EXPECT_EQ(told, 1) << "calls of the callback";
  EXPECT_TRUE(told_pool_stopped) << "the callback was not given PoolStopped";
  EXPECT_TRUE(told_on_this_thread);
  EXPECT_EQ(runs, 0) << "refused work ran";
}

// Each submission is accepted and runs, or is refused; none is in between.
RULE(TP_41, SubmissionThatRacesWithStopRunsOrIsRefused) {
  constexpr int kRounds = 50;
  const Chance chance(kRounds,
                      "0 of 40 runs with mutant tp_41_lost_in_the_race");
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    std::atomic<int> accepted = 0;
    std::atomic<int> runs = 0;
    Event first_accepted("a submission to be accepted");
    const auto pool = MakePool(1, 2);
    pool->Start();
    {
      HelperThread submitter([&] {
        while (pool->CallInThread([&] { ++runs; }).accepted()) {
          ++accepted;
          first_accepted.Happen();
        }
      });
      first_accepted.Await();
      chance.Numbers(round).Pause();
      pool->Stop();
    }
    ASSERT_EQ(runs, accepted) << "in round " << round;
  }
}

RULE(TP_42, ASecondStopSucceeds) {
  const auto pool = MakePool(1, 2);
  pool->Start();
  pool->Stop();
  EXPECT_NO_THROW(pool->Stop());
  EXPECT_NO_THROW(pool->RequestStop());
  EXPECT_EQ(pool->State(), PoolState::kStopped);
}

RULE(TP_42, ConcurrentStoppersAllReturnAfterTheSameDrain) {
  constexpr int kRounds = 10;
  constexpr int kStoppers = 4;
  constexpr int kTasks = 20;
  const Chance chance(kRounds,
                      "0 of 40 runs with mutant "
                      "tp_42_second_stopper_returns_early");
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    std::atomic<int> ended = 0;
    History<int> ended_at_return("all stoppers to return");
    BusyTasks busy(1);
    const auto pool = MakePool(1, 1);
    pool->Start();
    busy.Occupy(*pool);
    for (int i = 0; i < kTasks; ++i) {
      RequireAccepted(pool->CallInThread([&] {
        for (int spin = 0; spin < 10; ++spin) std::this_thread::yield();
        ++ended;
      }));
    }
    std::vector<HelperThread> stoppers;
    for (int i = 0; i < kStoppers; ++i) {
      stoppers.emplace_back([&, i] {
        chance.Numbers(round * kStoppers + i).Pause();
        pool->Stop();
        ended_at_return.Add(ended.load());
      });
    }
    AwaitStopBegun(*pool);
    busy.Release();
    for (const int seen : ended_at_return.Await(kStoppers)) {
      ASSERT_EQ(seen, kTasks) << "a stopper returned before the drain ended";
    }
  }
}

}  // namespace
}  // namespace heddle::conformance
