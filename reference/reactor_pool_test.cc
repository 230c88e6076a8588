// SPDX-License-Identifier: Apache-2.0
#include "reference/reactor_pool.h"

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "reference/event_firing.h"
#include "reference/recorded_log.h"
#include "reference/reference_thread_pool.h"

namespace heddle {
namespace {

class ReactorPoolTest : public testing::Test {
 protected:
  ~ReactorPoolTest() override { pool_->Stop(); }

  std::unique_ptr<ThreadPool> Make(const PoolOptions& options) {
    ++made_;
    return std::make_unique<ReferenceThreadPool>(options);
  }

  std::shared_ptr<ThreadPool> Find() {
    std::shared_ptr<ThreadPool> pool;
    found_ = pool_->FindPool(pool);
    return pool;
  }

  void Fire(SystemEvent event) {
    EventFiring firing(event, events_, [this, event](Phase phase) {
      if (phase != Phase::kAfter) return;
      if (event == SystemEvent::kStartup) {
        pool_->Open();
      } else {
        pool_->Stop();
      }
    });
    firing.Begin();
    ASSERT_TRUE(firing.RunBefore());
    firing.RunRest();
  }
  void FireStartup() { Fire(SystemEvent::kStartup); }
  void FireShutdown() { Fire(SystemEvent::kShutdown); }

  void Trigger(SystemEvent event, Phase phase, auto trigger) {
    events_.Add(event, phase, MakeSystemTrigger(std::move(trigger)));
  }

  SystemEvents events_;
  std::atomic<int> made_ = 0;
  Submission found_ = Submission::Accepted();
  std::optional<ReactorPool> pool_{
      std::in_place, events_,
      PoolOptions{.size = {.min = 5, .max = 10}, .name = "test"},
      [this](const PoolOptions& options) { return Make(options); },
      std::nullopt};
};

TEST_F(ReactorPoolTest, ThePoolIsMadeOnFirstUseAndStaysTheSame) {
  EXPECT_EQ(made_, 0);
  const auto pool = Find();
  EXPECT_EQ(Find(), pool);
  EXPECT_EQ(made_, 1);
  EXPECT_EQ(pool->Size(), (PoolSize{.min = 5, .max = 10}));
  EXPECT_EQ(pool->name(), "test");
}

TEST_F(ReactorPoolTest, NobodyWhoNeverAsksGetsAPool) {
  FireStartup();
  FireShutdown();
  EXPECT_EQ(made_, 0);
}

TEST_F(ReactorPoolTest, ThePoolStartsInTheAfterPhaseOfStartup) {
  const auto pool = Find();
  Trigger(SystemEvent::kStartup, Phase::kDuring,
          [&] { EXPECT_EQ(pool->State(), PoolState::kNew); });
  Trigger(SystemEvent::kStartup, Phase::kAfter, [&] {
    EXPECT_EQ(pool->State(), PoolState::kRunning);
    EXPECT_EQ(pool->Stats().threads, 5);
  });
  EXPECT_EQ(pool->State(), PoolState::kNew);
  FireStartup();
  EXPECT_EQ(pool->State(), PoolState::kRunning);
}

TEST_F(ReactorPoolTest, APoolMadeAfterStartupStartsAtOnce) {
  FireStartup();
  EXPECT_EQ(Find()->State(), PoolState::kRunning);
}

TEST_F(ReactorPoolTest, ShutdownStopsThePoolInItsTurnAndDropsIt) {
  FireStartup();
  std::weak_ptr<ThreadPool> watch = Find();
  const auto check = [&](PoolState expected) {
    return [&watch, expected, pool = watch.lock()] {
      EXPECT_EQ(pool->State(), expected);
    };
  };
  Trigger(SystemEvent::kShutdown, Phase::kBefore, check(PoolState::kRunning));
  Trigger(SystemEvent::kShutdown, Phase::kDuring, check(PoolState::kStopped));
  FireShutdown();
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(Find(), nullptr);
  ASSERT_FALSE(found_.accepted());
  EXPECT_EQ(found_.refusal(), Refusal::kReactorStopped);
  EXPECT_EQ(made_, 1);
}

TEST_F(ReactorPoolTest, ADuringTriggerOlderThanThePoolFindsItAlive) {
  std::shared_ptr<ThreadPool> pool;
  Trigger(SystemEvent::kShutdown, Phase::kDuring,
          [&] { EXPECT_EQ(pool->State(), PoolState::kRunning); });
  FireStartup();
  pool = Find();
  FireShutdown();
  EXPECT_EQ(pool->State(), PoolState::kStopped);
}

TEST_F(ReactorPoolTest, APoolFirstMadeDuringShutdownIsStoppedToo) {
  FireStartup();
  std::shared_ptr<ThreadPool> pool;
  Trigger(SystemEvent::kShutdown, Phase::kDuring, [&] { pool = Find(); });
  FireShutdown();
  EXPECT_EQ(pool->State(), PoolState::kStopped);
}

TEST_F(ReactorPoolTest, StoppingTakesBothTriggersAway) {
  int ran = 0;
  static_cast<void>(Find());
  pool_->Stop();
  pool_->Stop();
  for (const SystemEvent event :
       {SystemEvent::kStartup, SystemEvent::kShutdown}) {
    for (const Phase phase : {Phase::kBefore, Phase::kDuring, Phase::kAfter}) {
      while (events_.Take(event, phase)) ++ran;
    }
  }
  EXPECT_EQ(ran, 0);
}

TEST_F(ReactorPoolTest, WorkOfAPoolThatNeverStartedIsGivenBack) {
  RecordedLog log;
  ASSERT_TRUE(Find()->CallInThread([] { ADD_FAILURE(); }).accepted());
  pool_->Stop();
  EXPECT_EQ(log.records().size(), 1u);
}

TEST_F(ReactorPoolTest, AfterACrashANewPoolIsHeldAndARunningOneIsKept) {
  FireStartup();
  pool_->Hold();
  const auto pool = Find();
  EXPECT_EQ(pool->State(), PoolState::kNew);
  FireStartup();
  EXPECT_EQ(pool->State(), PoolState::kRunning);
  pool_->Hold();
  FireStartup();
  EXPECT_EQ(Find(), pool);
  EXPECT_EQ(pool->State(), PoolState::kRunning);
}

TEST_F(ReactorPoolTest, ASuggestedSizeIsTheMaximumAndTheMinimumComesBack) {
  const auto expect = [this](int suggested, int min, int max) {
    EXPECT_TRUE(pool_->SuggestSize(suggested).accepted());
    EXPECT_EQ(Find()->Size(), (PoolSize{.min = min, .max = max}));
  };
  expect(34, 5, 34);
  EXPECT_EQ(made_, 1);
  expect(4, 4, 4);
  expect(17, 5, 17);
  expect(2, 2, 2);
  expect(30, 5, 30);
  expect(0, 0, 0);
  FireStartup();
  expect(8, 5, 8);
  EXPECT_EQ(Find()->Stats().threads, 5);
  EXPECT_THROW(static_cast<void>(pool_->SuggestSize(-1)),
               std::invalid_argument);
  EXPECT_EQ(Find()->Size(), (PoolSize{.min = 5, .max = 8}));
}

TEST_F(ReactorPoolTest, ANegativeSizeMakesNoPool) {
  EXPECT_THROW(static_cast<void>(pool_->SuggestSize(-1)),
               std::invalid_argument);
  EXPECT_EQ(made_, 0);
}

TEST_F(ReactorPoolTest, ThreadsThatAskAtOnceGetOnePool) {
  constexpr int kThreads = 4;
  FireStartup();
  std::latch ready(kThreads);
  std::vector<std::shared_ptr<ThreadPool>> found(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      ready.arrive_and_wait();
      EXPECT_TRUE(pool_->FindPool(found[i]).accepted());
      EXPECT_EQ(found[i]->State(), PoolState::kRunning);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& pool : found) EXPECT_EQ(pool, found[0]);
  EXPECT_EQ(made_, 1);
}

TEST_F(ReactorPoolTest, AFactoryThatFailsIsAskedAgain) {
  int calls = 0;
  pool_.emplace(
      events_, PoolOptions{},
      [&](const PoolOptions& options) -> std::unique_ptr<ThreadPool> {
        ++calls;
        if (calls == 1) throw std::runtime_error("no pool today");
        if (calls == 2) return nullptr;
        if (calls == 3) Find();
        return Make(options);
      },
      std::nullopt);
  EXPECT_THROW(Find(), std::runtime_error);
  EXPECT_THROW(Find(), std::logic_error);
  EXPECT_THROW(Find(), std::logic_error) << "it wants what it makes";
  EXPECT_NE(Find(), nullptr);
  EXPECT_EQ(calls, 4);
}

TEST_F(ReactorPoolTest, AnIllegalSizeIsRefused) {
  EXPECT_THROW(ReactorPool(events_, {.size = {.min = 2, .max = 1}, .name = ""},
                           nullptr, std::nullopt),
               std::invalid_argument);
}

TEST_F(ReactorPoolTest, AfterTheGraceWhatStillRunsIsLoggedAndStopGoesOn) {
  std::latch begun(1);
  std::latch go_on(1);
  // The log's second record tells that the first has come.
  std::atomic<int> logged = 0;
  pool_.emplace(events_,
                PoolOptions{.size = {.min = 1, .max = 1}, .name = "grace"},
                nullptr, std::chrono::nanoseconds(0));
  FireStartup();
  LogSink former = SetLogSink([&](const LogRecord& record) {
    EXPECT_NE(record.message.find("grace"), record.message.npos);
    if (++logged == 2) go_on.count_down();
  });
  const auto pool = Find();
  std::atomic<int> ran = 0;
  ASSERT_TRUE(pool->CallInThread([&] {
                    begun.count_down();
                    go_on.wait();
                    ++ran;
                  })
                  .accepted());
  ASSERT_TRUE(pool->CallInThread([&] { ++ran; }).accepted());
  begun.wait();
  pool_->Stop();
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(logged, 2);
  SetLogSink(std::move(former));
}

}  // namespace
}  // namespace heddle
