// SPDX-License-Identifier: Apache-2.0
#include "reference/executor_pool.h"

#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "reference/errors.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

// A thread for each job: the plainest Executor, with no queue.
class ThreadForEachJob final : public Executor {
 public:
  void Execute(ExecutorJob job) override { threads_.emplace_back(job); }

 private:
  std::vector<std::jthread> threads_;
};

class NoMemory final : public Executor {
 public:
  void Execute(ExecutorJob) override { throw std::bad_alloc(); }
};

std::unique_ptr<Executor> Some(int) {
  return std::make_unique<ThreadForEachJob>();
}

std::unique_ptr<Executor> None(int) {
  throw std::runtime_error("the library has none");
}

PoolOptions Options(int max) {
  return {.size = {.min = 0, .max = max}, .name = ""};
}

TEST(ExecutorPool, RefusesToBeWithoutAFactory) {
  EXPECT_THROW(ExecutorPool(Options(1), nullptr), std::invalid_argument);
  EXPECT_THROW(ExecutorPool(Options(-1), Some), std::invalid_argument);
}

TEST(ExecutorPool, AsksForAllThreadsAtTheStartAndForTheRestWhenMaxIsRaised) {
  std::vector<int> asked;
  ExecutorPool pool(Options(3), [&](int threads) {
    asked.push_back(threads);
    return Some(threads);
  });
  EXPECT_TRUE(asked.empty());
  pool.Start();
  pool.AdjustPoolSize({.max = 1});
  pool.AdjustPoolSize({.max = 3});
  EXPECT_EQ(asked, std::vector<int>({3}));
  EXPECT_EQ(pool.Stats().threads, 3);
  pool.AdjustPoolSize({.max = 5});
  EXPECT_EQ(asked, std::vector<int>({3, 2}));
  EXPECT_EQ(pool.Stats().threads, 5);
}

TEST(ExecutorPool, UsesTheThreadsOfEveryExecutorAtTheSameTime) {
  constexpr int kTasks = 5;
  ExecutorPool pool(Options(2), Some);
  pool.Start();
  pool.AdjustPoolSize({.max = kTasks});
  std::latch all(kTasks);
  for (int i = 0; i < kTasks; ++i) {
    pool.CallInThread([&] { all.arrive_and_wait(); }).OrThrow();
  }
  pool.Stop();
  EXPECT_EQ(pool.Stats().completed, kTasks);
}

TEST(ExecutorPool, ExecutesNoMoreJobsThanThereAreThreads) {
  class Counting final : public Executor {
   public:
    explicit Counting(int* jobs) : jobs_(jobs) {}
    void Execute(ExecutorJob job) override {
      ++*jobs_;
      threads_.Execute(job);
    }

   private:
    int* const jobs_;
    ThreadForEachJob threads_;
  };
  int jobs = 0;
  ExecutorPool pool(Options(2),
                    [&](int) { return std::make_unique<Counting>(&jobs); });
  std::latch two(2);
  std::latch done(1);
  for (int i = 0; i < 2; ++i) {
    pool.CallInThread([&] {
          two.count_down();
          done.wait();
        })
        .OrThrow();
  }
  pool.Start();
  two.wait();
  for (int i = 0; i < 100; ++i) pool.CallInThread([] {}).OrThrow();
  done.count_down();
  pool.Stop();
  EXPECT_EQ(pool.Stats().completed, 102);
  EXPECT_EQ(jobs, 2);
}

TEST(ExecutorPool, WithoutThreadsStartSaysSoAndMayBeTriedAgain) {
  bool any = false;
  ExecutorPool pool(Options(1),
                    [&](int threads) { return any ? Some(threads) : None(1); });
  EXPECT_THROW(pool.Start(), NoWorkerThread);
  EXPECT_EQ(pool.State(), PoolState::kNew);
  EXPECT_EQ(pool.Stats().threads, 0);
  any = true;
  pool.Start();
  EXPECT_EQ(pool.Stats().threads, 1);
}

TEST(ExecutorPool, WithoutThreadsALaterSubmissionIsRefusedAndAsksAgain) {
  bool any = false;
  ExecutorPool pool(Options(0),
                    [&](int threads) { return any ? Some(threads) : None(1); });
  pool.Start();
  const RecordedLog log;
  pool.AdjustPoolSize({.max = 1});
  ASSERT_EQ(log.records().size(), 1u);
  EXPECT_EQ(log.records()[0].message, "ExecutorPool: there is no thread");
  EXPECT_TRUE(log.records()[0].exception);
  const Submission refused = pool.CallInThread([] {});
  ASSERT_FALSE(refused.accepted());
  EXPECT_EQ(refused.refusal(), Refusal::kNoWorkerThread);
  any = true;
  pool.CallInThread([] {}).OrThrow();
  pool.Stop();
  EXPECT_EQ(pool.Stats().completed, 1u);
}

TEST(ExecutorPool, WhatTheExecutorCannotTakeIsRefused) {
  ExecutorPool pool(Options(1),
                    [](int) { return std::make_unique<NoMemory>(); });
  pool.Start();
  const Submission refused = pool.CallInThread([] {});
  ASSERT_FALSE(refused.accepted());
  EXPECT_EQ(refused.refusal(), Refusal::kNoWorkerThread);
  pool.Stop();
}

TEST(ExecutorPool, WorkThatNoThreadWillEverRunIsGivenBackByTheStop) {
  ExecutorPool pool(Options(0), Some);
  pool.Start();
  bool failed = false;
  pool.CallInThreadWithCallback(
          [&](Outcome<void> outcome) { failed = !outcome.ok(); }, [] {})
      .OrThrow();
  pool.Stop();
  EXPECT_TRUE(failed);
}

TEST(ExecutorPool, ALoweredMaxLeavesThreadsThatAStopUses) {
  ExecutorPool pool(Options(1), Some);
  pool.Start();
  pool.AdjustPoolSize({.max = 0});
  pool.CallInThread([] {}).OrThrow();
  EXPECT_EQ(pool.Stats().backlog, 1u);
  pool.Stop();
  EXPECT_EQ(pool.Stats().completed, 1u);
  EXPECT_EQ(pool.Stats().threads, 0);
}

}  // namespace
}  // namespace heddle
