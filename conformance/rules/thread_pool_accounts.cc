// SPDX-License-Identifier: Apache-2.0
//
// BT-16: failures, refusals and the oldest wait, and how they agree with the
// other figures.
#include <chrono>
#include <thread>
#include <utility>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/chance.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/coarse_clock.h"

namespace heddle::conformance {
namespace {

using std::chrono::nanoseconds;

RULE(BT_16, FailedCountsEachTaskOnceWhoseFunctionOrCallbackThrew) {
  REQUIRE_ABILITY(exact_stats);
  LogCapture log;
  const auto pool = MakePool(2, 2);
  pool->Start();
  const auto succeed = [] {};
  const auto fail = [] { throw 42; };
  const auto take = [](Outcome<void>) {};
  const auto fail_to_take = [](Outcome<void>) { throw 43; };
  RequireAccepted(pool->CallInThread(succeed));
  RequireAccepted(pool->CallInThreadWithCallback(take, succeed));
  EXPECT_EQ(pool->Stats().failed, 0u) << "where nothing has failed";
  RequireAccepted(pool->CallInThread(fail));
  RequireAccepted(pool->CallInThreadWithCallback(take, fail));
  RequireAccepted(pool->CallInThreadWithCallback(fail_to_take, succeed));
  RequireAccepted(pool->CallInThreadWithCallback(fail_to_take, fail));
  pool->Stop();
  const PoolStats stats = pool->Stats();
  EXPECT_EQ(stats.completed, 6u) << stats;
  EXPECT_EQ(stats.failed, 4u) << "of 4 tasks that failed; " << stats;
}

RULE(BT_16, AtEveryInstantFailuresAndWaitsAgreeWithTheCounts) {
  REQUIRE_ABILITY(exact_stats);
  constexpr int kTasks = 500;
  const Chance chance(kTasks,
                      "0 of 60 runs with mutant "
                      "bt_16_failures_read_apart_from_the_rest");
  RandomNumbers random = chance.Numbers();
  LogCapture log;
  Event looking("the observer to begin");
  Latch done(kTasks, "all tasks to end");
  int failed_alone = 0;  // the observer's, as the next
  int nobody_waits = 0;
  const auto pool = MakePool(2, 2);
  for (int task = 0; task < kTasks; ++task) {
    RequireAccepted(pool->CallInThread([&done, yields = random.OneIn(16)] {
      if (yields) std::this_thread::yield();
      done.CountDown();
      throw 42;
    }));
  }
  {
    HelperThread observer([&] {
      while (done.seen() < kTasks && !RuleHasFailed()) {
        const PoolStats stats = pool->Stats();
        looking.Happen();
        failed_alone += stats.failed != stats.completed;
        nobody_waits += stats.backlog == 0 && stats.oldest_wait.count() != 0;
      }
    });
    looking.Await();
    pool->Start();
    done.Await();
  }
  EXPECT_EQ(failed_alone, 0)
      << "snapshots in which not all that ended had failed";
  EXPECT_EQ(nobody_waits, 0) << "snapshots in which nobody waits, for long";
}

RULE(BT_16, RefusedCountsEverySubmissionThatIsRefused) {
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThread([] {}));
  pool->Stop();
  EXPECT_EQ(pool->Stats().refused, 0u) << "where all was accepted";
  EXPECT_FALSE(pool->CallInThread([] {}).accepted());
  EXPECT_FALSE(
      pool->CallInThreadWithCallback([](Outcome<void>) {}, [] {}).accepted());
  EXPECT_EQ(pool->Stats().refused, 2u) << "of 2 that were refused";
}

RULE(BT_16, WhatWasAcceptedAndIsGivenBackIsNotCountedAsRefused) {
  LogCapture log;
  const auto pool = MakePool(1, 1);
  RequireAccepted(pool->CallInThread([] {}));
  pool->Stop();
  const PoolStats stats = pool->Stats();
  EXPECT_EQ(stats.refused, 0u) << stats;
  EXPECT_EQ(stats.completed, 0u) << stats;
}

// When a submission was made, by the clock that waits are measured with.
struct Submitted {
  nanoseconds after;
  nanoseconds before;
};

// Calls `submit` in a tick of the coarse clock that no other call shares.
template <class Submit>
Submitted InATickOfItsOwn(Submit submit) {
  const nanoseconds begin = CoarseNow();
  submit();
  const nanoseconds end = CoarseNow();
  Eventually([&] { return CoarseNow() > end; }, "the coarse clock to move");
  return {.after = begin, .before = end};
}

// Figures of a pool at rest, taken within a tick of the coarse clock.
std::pair<PoolStats, nanoseconds> StatsAndTime(const ThreadPool& pool) {
  for (;;) {
    const nanoseconds now = CoarseNow();
    const PoolStats stats = pool.Stats();
    if (CoarseNow() == now) return {stats, now};
  }
}

void ExpectOldest(const ThreadPool& pool, const Submitted& oldest,
                  const char* which) {
  const auto [stats, now] = StatsAndTime(pool);
  EXPECT_GE(stats.oldest_wait, now - oldest.before) << which << "; " << stats;
  EXPECT_LE(stats.oldest_wait, now - oldest.after) << which << "; " << stats;
}

RULE(BT_16, OldestWaitIsThatOfTheTaskThatHasWaitedLongest) {
  REQUIRE_ABILITY(exact_stats);
  BusyTasks busy(1);
  History<int> begun("a task that waited to begin");
  Gate gate;
  const auto pool = MakePool(1, 1);
  pool->Start();
  busy.Occupy(*pool);
  EXPECT_EQ(pool->Stats().oldest_wait, nanoseconds(0)) << "nothing waits";
  const auto submit = [&](int number) {
    return InATickOfItsOwn([&, number] {
      RequireAccepted(pool->CallInThread([&, number] {
        begun.Add(number);
        gate.Pass();
      }));
    });
  };
  const Submitted submitted[] = {submit(0), submit(1)};
  ExpectOldest(*pool, submitted[0], "of two that wait");
  busy.Release();
  const int first = begun.Await(1).front();
  ExpectOldest(*pool, submitted[1 - first], "the one that is left");
  gate.Open();
  begun.Await(2);
  EXPECT_EQ(pool->Stats().oldest_wait, nanoseconds(0)) << "none is left";
}

}  // namespace
}  // namespace heddle::conformance
