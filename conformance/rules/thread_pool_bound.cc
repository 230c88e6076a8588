// SPDX-License-Identifier: Apache-2.0
//
// BT-16: a bound on the backlog.
#include <cstddef>
#include <stdexcept>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/errors.h"

namespace heddle::conformance {
namespace {

PoolHandle MakeBoundedPool(int min, int max, std::size_t max_backlog) {
  return MakePool(
      {.size = {.min = min, .max = max}, .max_backlog = max_backlog});
}

// Whether it is refused as a full pool refuses.
bool RefusedAsFull(const Submission& submission) {
  return !submission.accepted() &&
         submission.refusal() == Refusal::kBacklogFull;
}

RULE(BT_16, ABoundIsKeptOrRefusedButNeverIgnored) {
  if (!Subject().abilities.bounded.offered()) {
    EXPECT_THROW(MakeBoundedPool(1, 1, 1), std::invalid_argument);
    return;
  }
  const auto pool = MakeBoundedPool(1, 1, 1);
  Latch ran(1, "the task that was accepted");
  RequireAccepted(pool->CallInThread([&] { ran.CountDown(); }));
  EXPECT_TRUE(RefusedAsFull(pool->CallInThread([] {})));
  pool->Start();
  ran.Await();
}

RULE(BT_16, AFullBacklogRefusesVisiblyAndDropsNothing) {
  REQUIRE_ABILITY(bounded);
  BusyTasks busy(1);
  Latch ran(2, "the tasks that were accepted");
  const auto pool = MakeBoundedPool(1, 1, 2);
  pool->Start();
  busy.Occupy(*pool);
  for (int i = 0; i < 2; ++i) {
    RequireAccepted(pool->CallInThread([&] { ran.CountDown(); }));
  }
  bool refused_ran = false;
  const Submission third =
      pool->CallInThread([&refused_ran] { refused_ran = true; });
  EXPECT_TRUE(RefusedAsFull(third)) << "the third that waits";
  EXPECT_THROW(third.OrThrow(), BacklogFull);
  bool told = false;
  EXPECT_TRUE(RefusedAsFull(pool->CallInThreadWithCallback(
      [&](Outcome<void> outcome) {
        told = !outcome.ok() && outcome.failure().Check<BacklogFull>();
      },
      [&refused_ran] { refused_ran = true; })));
  EXPECT_TRUE(told) << "the callback of refused work";
  const PoolStats stats = pool->Stats();
  EXPECT_EQ(stats.refused, 2u) << stats;
  if (Subject().abilities.exact_stats.offered()) {
    EXPECT_EQ(stats.backlog, 2u) << stats;
  }
  busy.Release();
  ran.Await();
  pool->Stop();
  EXPECT_FALSE(refused_ran) << "refused work ran";
}

RULE(BT_16, TheBoundDoesNotCountTasksThatAWorkerIsDueTo) {
  REQUIRE_ABILITY(bounded);
  Gate gate;
  const auto pool = MakeBoundedPool(0, 3, 1);
  pool->Start();
  const auto submit = [&] {
    return pool->CallInThread([&] { gate.Pass(); });
  };
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(submit().accepted()) << i << " of 3 that run and 1 that waits";
  }
  EXPECT_TRUE(RefusedAsFull(submit())) << "the second that waits";
  gate.Open();
}

RULE(BT_16, AFullBacklogHasRoomAgainOnceATaskHasBegun) {
  REQUIRE_ABILITY(bounded);
  BusyTasks busy(1);
  Event begun("the task that waited to begin");
  Gate gate;
  const auto pool = MakeBoundedPool(1, 1, 1);
  pool->Start();
  busy.Occupy(*pool);
  RequireAccepted(pool->CallInThread([&] {
    begun.Happen();
    gate.Pass();
  }));
  EXPECT_TRUE(RefusedAsFull(pool->CallInThread([] {})));
  busy.Release();
  begun.Await();
  RequireAccepted(pool->CallInThread([] {}));
  EXPECT_TRUE(RefusedAsFull(pool->CallInThread([] {})));
  gate.Open();
}

}  // namespace
}  // namespace heddle::conformance
