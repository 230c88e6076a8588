// SPDX-License-Identifier: Apache-2.0
//
// TP-01 to TP-06: construction and start.
#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "conformance/kit/thread_creation_fault.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

RULE(TP_01, APoolMadeWithoutSizesHasMinFiveMaxTwentyAndNoName) {
  const auto pool = MakeDefaultPool();
  EXPECT_EQ(pool->Size(), (PoolSize{.min = 5, .max = 20}));
  EXPECT_EQ(pool->name(), "");
}

RULE(TP_01, MinMaxAndNameOfAPoolAreReadable) {
  const auto pool = MakePool(3, 7, "weaver");
  EXPECT_EQ(pool->Size(), (PoolSize{.min = 3, .max = 7}));
  EXPECT_EQ(pool->name(), "weaver");
}

RULE(TP_01, AFreshPoolIsNewAndOwnsNoThreads) {
  if (!CanObserveThreadCreation()) {
    NOT_OBSERVABLE("thread creation cannot be counted in this build");
  }
  const std::uint64_t before = ThreadsCreated();
  const auto pool = MakePool(3, 7);
  EXPECT_EQ(ThreadsCreated(), before) << "the constructor created threads";
  EXPECT_EQ(pool->State(), PoolState::kNew);
  EXPECT_EQ(pool->Stats().threads, 0);
}

RULE(TP_02, TheConstructorRefusesANegativeMinAndAMinAboveMax) {
  EXPECT_THROW(MakePool(-1, 1), std::invalid_argument) << "size -1..1";
  EXPECT_THROW(MakePool(-2, -1), std::invalid_argument) << "size -2..-1";
  EXPECT_THROW(MakePool(3, 2), std::invalid_argument) << "size 3..2";
  EXPECT_THROW(MakePool(1, 0), std::invalid_argument) << "size 1..0";
}

RULE(TP_02, SizeZeroToZeroIsLegal) {
  const auto pool = MakePool(0, 0);
  EXPECT_EQ(pool->Size(), (PoolSize{.min = 0, .max = 0}));
}

RULE(TP_03, WhenStartReturnsThereAreMinWorkers) {
  REQUIRE_ABILITY(elastic);
  const auto pool = MakePool(3, 10);
  pool->Start();
  if (Subject().abilities.exact_stats.offered()) {
    EXPECT_GE(pool->Stats().threads, 3);
  }
  AwaitThreads(*pool, 3);
}

RULE(TP_03, WithMinZeroStartCreatesNoWorker) {
  REQUIRE_ABILITY(elastic);
  const auto pool = MakePool(0, 10);
  pool->Start();
  AwaitThreads(*pool, 0);
}

RULE(TP_04, ASecondStartSucceedsAndAddsNoWorker) {
  constexpr int kMax = 8;
  Event ran("a task after the second Start()");
  const std::uint64_t before = ThreadsCreated();
  const auto pool = MakePool(2, kMax);
  pool->Start();
  EXPECT_EQ(pool->State(), PoolState::kRunning);
  // A pool that is not elastic may still be making workers, up to max.
  const bool settled = Subject().abilities.elastic.offered();
  const int threads = settled ? pool->Stats().threads : kMax;
  const std::uint64_t created = settled ? ThreadsCreated() : before + kMax;
  ASSERT_NO_THROW(pool->Start());
  EXPECT_EQ(pool->State(), PoolState::kRunning);
  if (Subject().abilities.exact_stats.offered()) {
    EXPECT_LE(pool->Stats().threads, threads);
  }
  if (Subject().abilities.owns_threads.offered()) {
    EXPECT_LE(ThreadsCreated(), created) << "the second Start() made threads";
  }
  RequireAccepted(pool->CallInThread([&] { ran.Happen(); }));
  ran.Await();
}

RULE(TP_05, WorkSubmittedBeforeStartIsKeptNotRunAndRunsAfterStart) {
  struct Run {
    bool start_called;
    std::thread::id thread;
  };
  History<Run> runs("the work submitted before Start() to run after it");
  std::atomic<bool> start_called = false;
  const auto pool = MakePool(1, 1);
  const auto work = [&] {
    runs.Add({start_called.load(), std::this_thread::get_id()});
  };
  for (int i = 0; i < 10; ++i) RequireAccepted(pool->CallInThread(work));
  RequireAccepted(pool->CallInThreadWithCallback([](Outcome<void>) {}, work));
  EXPECT_EQ(runs.entries().size(), 0u) << "work ran before Start()";

  start_called = true;
  pool->Start();
  for (const Run& run : runs.Await(11)) {
    EXPECT_TRUE(run.start_called) << "work ran before Start()";
    EXPECT_NE(run.thread, std::this_thread::get_id())
        << "work ran on the thread that called Start()";
  }
  pool->Stop();
  EXPECT_EQ(runs.entries().size(), 11u) << "work ran twice";
}

RULE(TP_05, WorkSubmittedBeforeStartCreatesNoThread) {
  if (!CanObserveThreadCreation()) {
    NOT_OBSERVABLE("thread creation cannot be counted in this build");
  }
  const auto pool = MakePool(1, 4);
  const std::uint64_t before = ThreadsCreated();
  for (int i = 0; i < 10; ++i) RequireAccepted(pool->CallInThread([] {}));
  EXPECT_EQ(ThreadsCreated(), before);
  EXPECT_EQ(pool->Stats().threads, 0);
  pool->Start();
  pool->Stop();
}

// Gives a pool of min..max `waiting` tasks that must all meet, starts it and
// awaits `threads` workers when as many tasks as possible have begun.
void StartWithWaiting(int min, int max, int waiting, int threads) {
  SCOPED_TRACE(testing::Message() << waiting << " tasks wait for a pool of "
                                  << min << ".." << max);
  const int at_once = std::min(waiting, max);
  Latch begun(at_once, std::to_string(at_once) +
                           " of the waiting tasks to run at the same time");
  Gate gate;
  const auto pool = MakePool(min, max);
  for (int i = 0; i < waiting; ++i) {
    RequireAccepted(pool->CallInThread([&] {
      begun.CountDown();
      gate.Pass();
    }));
  }
  pool->Start();
  begun.Await();
  AwaitStats(
      *pool,
      [&](const PoolStats& stats) {
        return stats.threads == threads && stats.busy == at_once &&
               stats.backlog == static_cast<std::size_t>(waiting - at_once);
      },
      std::to_string(threads) + " workers, " + std::to_string(at_once) +
          " of them busy, and the other tasks in the backlog");
  gate.Open();
  pool->Stop();
}

RULE(TP_06, StartBringsUpAWorkerForEachWaitingTaskBetweenMinAndMax) {
  REQUIRE_ABILITY(elastic);
  StartWithWaiting(3, 10, 5, 5);
  StartWithWaiting(3, 10, 2, 3);
  StartWithWaiting(3, 4, 20, 4);
  StartWithWaiting(0, 4, 1, 1);
}

}  // namespace
}  // namespace heddle::conformance
