// SPDX-License-Identifier: Apache-2.0
#include "reference/memory_thread_pool.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "reference/clock.h"
#include "reference/context.h"
#include "reference/errors.h"
#include "reference/outcome.h"
#include "reference/reactor.h"
#include "reference/recorded_log.h"
#include "reference/threads.h"

namespace heddle {
namespace {

using Order = std::vector<std::string>;

class MemoryThreadPoolTest : public testing::Test {
 protected:
  void Submit(std::string what) {
    ASSERT_TRUE(pool_.CallInThread([this, what] { order_.push_back(what); }));
  }

  Order order_;
  MemoryThreadPool pool_;
};

TEST_F(MemoryThreadPoolTest, TasksWaitUntilTheyAreRunAndRunInOrderHere) {
  std::thread::id thread;
  pool_.Start();
  Submit("first");
  Submit("second");
  ASSERT_TRUE(
      pool_.CallInThread([&] { thread = std::this_thread::get_id(); }));
  EXPECT_EQ(order_, Order{});
  EXPECT_TRUE(pool_.RunOne());
  EXPECT_EQ(order_, Order{"first"});
  EXPECT_EQ(pool_.RunAll(), 2);
  EXPECT_EQ(order_, (Order{"first", "second"}));
  EXPECT_EQ(thread, std::this_thread::get_id());
  EXPECT_FALSE(pool_.RunOne());
  EXPECT_EQ(pool_.RunAll(), 0);
}

TEST_F(MemoryThreadPoolTest, BeforeStartTasksAreKeptAndNotRun) {
  Submit("early");
  EXPECT_FALSE(pool_.RunOne());
  EXPECT_EQ(pool_.State(), PoolState::kNew);
  pool_.Start();
  pool_.Start();
  EXPECT_EQ(pool_.RunAll(), 1);
  EXPECT_EQ(order_, Order{"early"});
}

TEST_F(MemoryThreadPoolTest, RunAllRunsWhatTasksSubmitAndNothingIsNested) {
  pool_.Start();
  ASSERT_TRUE(pool_.CallInThread([this] {
    Submit("inner");
    EXPECT_THROW(pool_.RunOne(), std::logic_error);
    EXPECT_THROW(pool_.Stop(), WouldDeadlock);
    order_.push_back("outer");
  }));
  EXPECT_EQ(pool_.RunAll(), 2);
  EXPECT_EQ(order_, (Order{"outer", "inner"}));
}

TEST_F(MemoryThreadPoolTest, ResultsAndFailuresReachTheirCallback) {
  pool_.Start();
  std::vector<Outcome<int>> outcomes;
  const auto keep = [&](Outcome<int> outcome) {
    outcomes.push_back(std::move(outcome));
  };
  ASSERT_TRUE(pool_.CallInThreadWithCallback(keep, [] { return 42; }));
  ASSERT_TRUE(pool_.CallInThreadWithCallback(
      keep, []() -> int { throw std::runtime_error("failed"); }));
  EXPECT_EQ(pool_.RunAll(), 2);
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(outcomes[0].value(), 42);
  EXPECT_TRUE(outcomes[1].failure().Check<std::runtime_error>());
}

TEST_F(MemoryThreadPoolTest, WhatATaskThrowsIsLoggedAndTheNextOneRuns) {
  RecordedLog log;
  pool_.Start();
  ASSERT_TRUE(pool_.CallInThread([] { throw 42; }));
  Submit("next");
  EXPECT_EQ(pool_.RunAll(), 2);
  EXPECT_EQ(order_, Order{"next"});
  EXPECT_EQ(log.records().size(), 1u);
}

TEST_F(MemoryThreadPoolTest, TasksSeeTheContextOfTheirSubmission) {
  static const ContextKey<int> key;
  int seen = 0;
  pool_.Start();
  {
    const ScopedContext scope(key, 7);
    ASSERT_TRUE(pool_.CallInThread([&] {
      const int* const value = Context::Current().Get(key);
      seen = value != nullptr ? *value : -1;
    }));
  }
  pool_.RunAll();
  EXPECT_EQ(seen, 7);
}

TEST_F(MemoryThreadPoolTest, StopRunsWhatWasAcceptedAndRefusesTheRest) {
  pool_.Start();
  Submit("first");
  ASSERT_TRUE(pool_.CallInThread([this] {
    const Submission late = pool_.CallInThread([] {});
    EXPECT_FALSE(late.accepted());
    order_.push_back("second");
  }));
  pool_.Stop();
  EXPECT_EQ(order_, (Order{"first", "second"}));
  EXPECT_EQ(pool_.State(), PoolState::kStopped);
  EXPECT_FALSE(pool_.CallInThread([] {}).accepted());
  EXPECT_THROW(pool_.Start(), PoolStopped);
  pool_.Stop();
}

TEST_F(MemoryThreadPoolTest, AfterRequestStopTheTestMayStillRunTheRest) {
  pool_.Start();
  Submit("accepted");
  pool_.RequestStop();
  EXPECT_EQ(pool_.State(), PoolState::kStopping);
  EXPECT_EQ(order_, Order{});
  EXPECT_EQ(pool_.RunAll(), 1);
  EXPECT_TRUE(pool_.StopWithin(std::chrono::nanoseconds(0)).stopped);
  EXPECT_EQ(order_, Order{"accepted"});
}

TEST_F(MemoryThreadPoolTest, StopWithoutAStartGivesBackWhatWasAccepted) {
  RecordedLog log;
  Submit("never");
  bool refused = false;
  ASSERT_TRUE(pool_.CallInThreadWithCallback(
      [&](Outcome<void> outcome) {
        refused = !outcome.ok() && outcome.failure().Check<PoolStopped>();
      },
      [] {}));
  pool_.Stop();
  EXPECT_EQ(order_, Order{});
  EXPECT_TRUE(refused);
  EXPECT_EQ(log.records().size(), 1u) << "for the one without a callback";
}

TEST_F(MemoryThreadPoolTest, ItsFiguresAreExact) {
  pool_.Start();
  EXPECT_EQ(pool_.Size(), PoolSize());
  pool_.AdjustPoolSize({.min = 0, .max = 0});
  EXPECT_EQ(pool_.Size(), (PoolSize{.min = 0, .max = 0}));
  EXPECT_THROW(pool_.AdjustPoolSize({.min = 1}), std::invalid_argument);
  EXPECT_THROW(MemoryThreadPool({.size = {.min = 2, .max = 1}}),
               std::invalid_argument);
  PoolStats inside;
  std::size_t running = 0;
  ASSERT_TRUE(pool_.CallInThread([&] {
    inside = pool_.Stats();
    running = pool_.RunningTasks().size();
  }));
  Submit("waits");
  EXPECT_EQ(pool_.Stats().backlog, 2u);
  EXPECT_TRUE(pool_.RunOne());
  EXPECT_EQ(inside.threads, 1);
  EXPECT_EQ(inside.busy, 1);
  EXPECT_EQ(inside.backlog, 1u);
  EXPECT_EQ(running, 1u);
  EXPECT_EQ(pool_.Stats().completed, 1u);
  EXPECT_EQ(pool_.Stats().threads, 0);
}

TEST_F(MemoryThreadPoolTest, ItCountsFailuresAndRefusals) {
  const RecordedLog log;
  pool_.Start();
  ASSERT_TRUE(pool_.CallInThread([] { throw 42; }));
  ASSERT_TRUE(pool_.CallInThread([] {}));
  EXPECT_EQ(pool_.RunAll(), 2);
  EXPECT_EQ(pool_.Stats().completed, 2u);
  EXPECT_EQ(pool_.Stats().failed, 1u);
  pool_.Stop();
  EXPECT_FALSE(pool_.CallInThread([] {}));
  EXPECT_EQ(pool_.Stats().refused, 1u);
}

TEST(MemoryThreadPool, KeepsABoundOnItsBacklog) {
  MemoryThreadPool pool({.max_backlog = 2});
  pool.Start();
  EXPECT_TRUE(pool.CallInThread([] {}));
  EXPECT_TRUE(pool.CallInThread([] {}));
  const Submission third = pool.CallInThread([] {});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.refusal(), Refusal::kBacklogFull);
  EXPECT_TRUE(pool.RunOne());
  EXPECT_TRUE(pool.CallInThread([] {}));
  EXPECT_EQ(pool.Stats().refused, 1u);
}

TEST_F(MemoryThreadPoolTest, AStopWaitsForATaskThatAnotherThreadIsRunning) {
  std::atomic<bool> stopping = false;
  pool_.Start();
  ASSERT_TRUE(pool_.CallInThread([&] {
    stopping.wait(false);
    order_.push_back("task");
  }));
  std::thread worker([&] { pool_.RunOne(); });
  while (pool_.Stats().busy == 0) std::this_thread::yield();
  std::thread releaser([&] {
    while (pool_.State() == PoolState::kRunning) std::this_thread::yield();
    stopping = true;
    stopping.notify_all();
  });
  pool_.Stop();
  EXPECT_EQ(order_, Order{"task"});
  worker.join();
  releaser.join();
}

TEST(MemoryThreadPoolOfAReactor, DecidesWhenAResultComes) {
  std::vector<int> results;
  ManualClock clock;
  MemoryThreadPool* pool = nullptr;
  ReactorOptions options;
  options.clock = &clock;
  options.make_pool = [&pool](const PoolOptions& pool_options) {
    auto made = std::make_unique<MemoryThreadPool>(pool_options);
    pool = made.get();
    return made;
  };
  Reactor reactor(std::move(options));
  reactor.GetThreadPool()->Start();
  DeferToThread(reactor, [] { return 1; }).AddCallback([&](int result) {
    results.push_back(result);
  });
  reactor.Iterate();
  EXPECT_TRUE(results.empty());
  EXPECT_TRUE(pool->RunOne());
  EXPECT_TRUE(results.empty());
  reactor.Iterate();
  EXPECT_EQ(results, std::vector{1});
}

TEST(MemoryThreadPoolOfAReactor, CountsAsFailedWhatFailedForADeferred) {
  MemoryThreadPool pool;
  pool.Start();
  Reactor reactor;
  int failures = 0;
  for (const bool fails : {true, false}) {
    DeferToThreadPool(reactor, pool, [fails] {
      if (fails) throw 42;
      return 1;
    }).AddErrback([&](const Failure&) {
      ++failures;
      return 0;
    });
  }
  EXPECT_EQ(pool.RunAll(), 2);
  reactor.Iterate();
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(pool.Stats().completed, 2u);
  EXPECT_EQ(pool.Stats().failed, 1u);
}

TEST(MemoryThreadPoolOfAReactor, IsStartedAndDrainedByARun) {
  Order order;
  ReactorOptions options;
  options.install_signal_handlers = false;
  options.make_pool = [](const PoolOptions& pool_options) {
    return std::make_unique<MemoryThreadPool>(pool_options);
  };
  Reactor reactor(std::move(options));
  ASSERT_TRUE(reactor.CallInThread([&] { order.push_back("early"); }));
  reactor.CallWhenRunning([&] {
    DeferToThread(reactor, [] { return 1; }).AddCallback([&](int) {
      order.push_back("result");
    });
    reactor.Stop();
  });
  reactor.Run();
  EXPECT_EQ(order, (Order{"early", "result"}));
}

}  // namespace
}  // namespace heddle
