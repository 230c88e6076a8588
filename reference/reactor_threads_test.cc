// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <functional>
#include <future>
#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "reference/errors.h"
#include "reference/reactor_fixture.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

TEST_F(ReactorTest, CallsOfAnotherThreadRunHereInOrderWithTheirArguments) {
  const std::thread::id here = std::this_thread::get_id();
  std::vector<int> ran;
  std::thread caller;
  reactor_->CallWhenRunning([&] {
    caller = std::thread([&] {
      for (int i = 0; i < 100; ++i) {
        reactor_
            ->CallFromThread(
                [&](int number) {
                  EXPECT_EQ(std::this_thread::get_id(), here);
                  EXPECT_TRUE(reactor_->IsInIOThread());
                  ran.push_back(number);
                },
                i)
            .OrThrow();
      }
      EXPECT_FALSE(reactor_->IsInIOThread());
      Post(StopIt());
    });
  });
  reactor_->Run();
  caller.join();
  ASSERT_EQ(ran.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[i], i);
  EXPECT_FALSE(reactor_->IsInIOThread());
}

TEST_F(ReactorTest, ManyCallsToABlockedReactorDoNotBlockTheCaller) {
  constexpr int kCalls = 100'000;
  int ran = 0;
  Post([&] {
    std::thread([&] {
      for (int i = 0; i < kCalls; ++i) Post([&ran] { ++ran; });
      Post(StopIt());
    }).join();
  });
  reactor_->Run();
  EXPECT_EQ(ran, kCalls);
}

TEST_F(ReactorTest, ASpuriousWakeUpIsHarmless) {
  reactor_->WakeUp();
  std::thread waker;
  reactor_->CallWhenRunning([&] {
    waker = std::thread([this] {
      for (int i = 0; i < 100; ++i) reactor_->WakeUp();
      Post(StopIt());
    });
  });
  reactor_->Run();
  waker.join();
  reactor_->WakeUp();
}

TEST_F(ReactorTest, OnceStoppedCallsAreRefusedAndNotTouched) {
  reactor_->CallWhenRunning(StopIt());
  reactor_->Run();
  Task late = Record("late");
  const Submission submission = reactor_->Post(std::move(late));
  ASSERT_FALSE(submission.accepted());
  EXPECT_EQ(submission.refusal(), Refusal::kReactorStopped);
  EXPECT_TRUE(late);
}

TEST_F(ReactorTest, CallsOfShutdownRunInOneLastPassAndTheRestIsGivenBack) {
  RecordedLog log;
  reactor_->AddSystemEventTrigger(
      SystemEvent::kShutdown, Phase::kAfter, [this] {
        Post([this] {
          order_.push_back("last pass");
          Post(Record("never"));
        });
      });
  reactor_->CallWhenRunning(StopIt());
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"last pass"}));
  EXPECT_EQ(log.records().size(), 1u);
}

TEST_F(ReactorTest, EmptyCallablesAndTasksAreRefusedAtOnce) {
  const std::function<void()> empty;
  EXPECT_THROW(static_cast<void>(reactor_->CallFromThread(empty)),
               std::invalid_argument);
  EXPECT_THROW(static_cast<void>(reactor_->CallInThread(empty)),
               std::invalid_argument);
  EXPECT_THROW(reactor_->CallLater(Seconds(0), empty), std::invalid_argument);
  EXPECT_THROW(reactor_->CallWhenRunning(empty), std::invalid_argument);
  EXPECT_THROW(static_cast<void>(reactor_->Post(Task())),
               std::invalid_argument);
}

TEST_F(ReactorTest, AnotherThreadMustNotUseWhatBelongsToTheReactorsThread) {
  DelayedCall timer = reactor_->CallLater(Seconds(1e6), [] {});
  Post([&] {
    std::thread([&] {
      EXPECT_THROW(reactor_->CallLater(Seconds(0), [] {}), WrongThread);
      EXPECT_THROW(reactor_->GetDelayedCalls(), WrongThread);
      EXPECT_THROW(reactor_->CallWhenRunning([] {}), WrongThread);
      EXPECT_THROW(reactor_->Iterate(), WrongThread);
      EXPECT_THROW(reactor_->AddReader(0, [] {}), WrongThread);
      EXPECT_THROW(reactor_->AddWriter(0, [] {}), WrongThread);
      EXPECT_THROW(reactor_->RemoveReader(0), WrongThread);
      EXPECT_THROW(reactor_->RemoveWriter(0), WrongThread);
      EXPECT_THROW(reactor_->AddSystemEventTrigger(SystemEvent::kShutdown,
                                                   Phase::kBefore, [] {}),
                   WrongThread);
      EXPECT_THROW(reactor_->RemoveSystemEventTrigger(TriggerId()),
                   WrongThread);
      EXPECT_THROW(timer.Cancel(), WrongThread);
    }).join();
    EXPECT_EQ(reactor_->GetDelayedCalls(), std::vector{timer});
  });
  Post(StopIt());
  reactor_->Run();
}

TEST_F(ReactorTest, SeveralReactorsRunAtOnceOnTheirOwnThreads) {
  constexpr int kReactors = 3;
  std::vector<std::unique_ptr<Reactor>> reactors;
  for (int i = 0; i < kReactors; ++i) {
    reactors.push_back(std::make_unique<Reactor>(Options()));
  }
  std::atomic<int> hops = 0;
  // Each is in its own thread and in no other; a call goes round three times.
  std::function<void(int)> hop = [&](int at) {
    for (int i = 0; i < kReactors; ++i) {
      EXPECT_EQ(reactors[i]->IsInIOThread(), i == at);
    }
    if (++hops == 3 * kReactors) {
      for (const auto& reactor : reactors) reactor->Stop();
      return;
    }
    const int next = (at + 1) % kReactors;
    reactors[next]->CallFromThread(hop, next).OrThrow();
  };
  std::latch all_run(kReactors);
  std::vector<std::thread> threads;
  for (const auto& reactor : reactors) {
    threads.emplace_back([&all_run, &reactor] {
      reactor->CallWhenRunning([&all_run] { all_run.count_down(); });
      reactor->Run();
    });
  }
  all_run.wait();
  reactors[0]->CallFromThread(hop, 0).OrThrow();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(hops, 3 * kReactors);
}

TEST_F(ReactorTest, ThePoolHasFiveToTenWorkersAndFiveOnceStarted) {
  reactor_->CallWhenRunning([this] {
    const auto pool = reactor_->GetThreadPool();
    EXPECT_EQ(pool->Size(), (PoolSize{.min = 5, .max = 10}));
    EXPECT_EQ(pool->Stats().threads, 5);
    reactor_->SuggestThreadPoolSize(2);
    EXPECT_EQ(pool->Size(), (PoolSize{.min = 2, .max = 2}));
    EXPECT_THROW(reactor_->SuggestThreadPoolSize(-1), std::invalid_argument);
    reactor_->Stop();
  });
  reactor_->Run();
  EXPECT_THROW(reactor_->SuggestThreadPoolSize(1), ReactorStopped);
}

TEST_F(ReactorTest, PoolWorkRunsElsewhereAndShutdownDrainsIt) {
  const std::thread::id here = std::this_thread::get_id();
  std::atomic<int> ran = 0;
  reactor_->CallWhenRunning([&] {
    for (int i = 0; i < 20; ++i) {
      reactor_
          ->CallInThread([&] {
            EXPECT_NE(std::this_thread::get_id(), here);
            EXPECT_FALSE(reactor_->IsInIOThread());
            ++ran;
          })
          .OrThrow();
    }
    reactor_->Stop();
  });
  reactor_->Run();
  EXPECT_EQ(ran, 20);
  EXPECT_EQ(reactor_->CallInThread([] {}).refusal(), Refusal::kReactorStopped);
  EXPECT_THROW(reactor_->GetThreadPool(), ReactorStopped);
}

TEST_F(ReactorTest, WhatTheDrainedPoolSendsBackIsStillCalled) {
  std::latch stopping(1);
  reactor_->CallWhenRunning([&] {
    reactor_
        ->CallInThread([&] {
          stopping.wait();
          Post(Record("result"));
        })
        .OrThrow();
    reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore,
                                    [&] { stopping.count_down(); });
    reactor_->Stop();
  });
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"result"}));
}

TEST_F(ReactorTest, ABeforeTriggerCanStillUseThePoolAndGetAResult) {
  const Deferred<void> done;
  reactor_->AddSystemEventTrigger(
      SystemEvent::kShutdown, Phase::kBefore, [&, done] {
        reactor_->CallInThread([&, done] {
          Post([&, done] {
            order_.push_back("result");
            done.Callback();
          });
        }).OrThrow();
        return done;
      });
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                  Record("during"));
  reactor_->CallWhenRunning(StopIt());
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"result", "during"}));
}

TEST_F(ReactorTest, ACrashLeavesThePoolToTheNextRun) {
  reactor_->CallWhenRunning([this] {
    static_cast<void>(reactor_->GetThreadPool());
    reactor_->Crash();
  });
  reactor_->Run();
  const std::weak_ptr<ThreadPool> pool = reactor_->GetThreadPool();
  EXPECT_EQ(pool.lock()->State(), PoolState::kRunning);
  std::promise<void> ran;
  reactor_->CallInThread([&] { ran.set_value(); }).OrThrow();
  ran.get_future().wait();
  reactor_->CallWhenRunning([&] {
    EXPECT_EQ(reactor_->GetThreadPool(), pool.lock());
    reactor_->Stop();
  });
  reactor_->Run();
  EXPECT_TRUE(pool.expired());
}

TEST_F(ReactorTest, APoolFirstWantedAfterACrashIsHeldUntilTheNextRun) {
  reactor_->CallWhenRunning([this] { reactor_->Crash(); });
  reactor_->Run();
  EXPECT_EQ(reactor_->GetThreadPool()->State(), PoolState::kNew);
  reactor_->CallWhenRunning([this] {
    EXPECT_EQ(reactor_->GetThreadPool()->State(), PoolState::kRunning);
    reactor_->Stop();
  });
  reactor_->Run();
}

TEST_F(ReactorTest, AReactorThatNeverRanGivesBackWhatItHolds) {
  RecordedLog log;
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> watch = held;
  reactor_->CallFromThread([held] {}).OrThrow();
  reactor_->CallInThread([held] {}).OrThrow();
  reactor_->CallLater(Seconds(0), [held] {});
  reactor_->CallWhenRunning([held] {});
  held.reset();
  reactor_.reset();
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(log.records().size(), 2u) << "one call and one task";
}

TEST_F(ReactorTest, AReactorThatCrashedStopsItsPoolWhenItGoes) {
  std::atomic<bool> ran = false;
  reactor_->CallWhenRunning([&] {
    reactor_->CallInThread([&] { ran = true; }).OrThrow();
    reactor_->Crash();
  });
  reactor_->Run();
  reactor_.reset();
  EXPECT_TRUE(ran);
}

// Counts what is given up on.
class Owed final : public PendingAnswer {
 public:
  explicit Owed(std::function<void()> on_abandon)
      : on_abandon_(std::move(on_abandon)) {}
  void Abandon() noexcept override { on_abandon_(); }

 private:
  const std::function<void()> on_abandon_;
};

TEST_F(ReactorTest, BlockedCallersAreLetGoBeforeThePoolIsJoined) {
  std::latch let_go(1);
  Owed caller([&] { let_go.count_down(); });
  Owed result(Record("result"));
  reactor_->CallWhenRunning([&] {
    EXPECT_TRUE(reactor_->blocking_calls().Add(caller));
    EXPECT_TRUE(reactor_->deferred_results().Add(result));
    // A worker that would wait for ever, and the join with it.
    reactor_->CallInThread([&] { let_go.wait(); }).OrThrow();
    reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kAfter,
                                    [this] { Post(Record("last pass")); });
    reactor_->Stop();
  });
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"last pass", "result"}));
  EXPECT_FALSE(reactor_->blocking_calls().Add(caller));
  EXPECT_FALSE(reactor_->deferred_results().Add(result));
}

TEST_F(ReactorTest, ACrashOwesStill) {
  Owed caller(Record("caller"));
  Owed result(Record("result"));
  reactor_->CallWhenRunning([&] {
    EXPECT_TRUE(reactor_->blocking_calls().Add(caller));
    EXPECT_TRUE(reactor_->deferred_results().Add(result));
    reactor_->Crash();
  });
  reactor_->Run();
  EXPECT_EQ(order_, Order());
  reactor_.reset();
  EXPECT_EQ(order_, (Order{"caller", "result"}));
}

}  // namespace
}  // namespace heddle
