// SPDX-License-Identifier: Apache-2.0
#include "reference/thread_call_queue.h"

#include <poll.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

class ThreadCallQueueTest : public testing::Test {
 protected:
  void Post(Task call) { EXPECT_TRUE(queue_.Post(std::move(call)).accepted()); }

  using Bed = ThreadCallQueue::Bed;

  Wakeup wakeup_;
  ThreadCallQueue queue_{wakeup_};
  std::vector<int> ran_;
};

TEST_F(ThreadCallQueueTest, CallsRunOnceInTheOrderOfTheirSubmission) {
  for (int i = 0; i < 3; ++i) Post([this, i] { ran_.push_back(i); });
  EXPECT_TRUE(ran_.empty());
  queue_.RunBatch();
  queue_.RunBatch();
  EXPECT_EQ(ran_, (std::vector{0, 1, 2}));
}

TEST_F(ThreadCallQueueTest, ACallMadeDuringTheBatchWaitsForTheNextOne) {
  Post([this] {
    ran_.push_back(1);
    Post([this] { ran_.push_back(3); });
  });
  Post([this] { ran_.push_back(2); });
  queue_.RunBatch();
  EXPECT_EQ(ran_, (std::vector{1, 2}));
  EXPECT_FALSE(queue_.BeginSleep(Bed::kWakeup));
  queue_.RunBatch();
  EXPECT_EQ(ran_, (std::vector{1, 2, 3}));
  EXPECT_TRUE(queue_.BeginSleep(Bed::kWakeup));
}

TEST_F(ThreadCallQueueTest, WhatACallThrowsIsLoggedOnceAndTheRestRuns) {
  RecordedLog log;
  Post([] { throw 42; });
  Post([] { throw std::runtime_error("two"); });
  Post([this] { ran_.push_back(3); });
  queue_.RunBatch();
  queue_.RunBatch();
  EXPECT_EQ(ran_, (std::vector{3}));
  EXPECT_EQ(log.records().size(), 2u);
}

TEST_F(ThreadCallQueueTest, ADestructorMayPostAndComesBeforeTheNextCall) {
  auto posts_when_destroyed = std::shared_ptr<int>(new int, [this](int* value) {
    delete value;
    ran_.push_back(1);
    Post([this] { ran_.push_back(3); });
  });
  Post([captured = posts_when_destroyed] {});
  Post([this] { ran_.push_back(2); });
  posts_when_destroyed.reset();
  queue_.RunBatch();
  EXPECT_EQ(ran_, (std::vector{1, 2}));
  queue_.RunBatch();
  EXPECT_EQ(ran_, (std::vector{1, 2, 3}));
}

TEST_F(ThreadCallQueueTest, NothingIsSignalledWhileTheLoopIsAwake) {
  for (int i = 0; i < 100; ++i) Post([] {});
  queue_.WakeUp();
  EXPECT_EQ(wakeup_.Clear(), 0u);
}

TEST_F(ThreadCallQueueTest, ASleepIsEndedByOneSignalHoweverManyCallsCome) {
  ASSERT_TRUE(queue_.BeginSleep(Bed::kWakeup));
  for (int i = 0; i < 100; ++i) Post([] {});
  queue_.WakeUp();
  EXPECT_EQ(wakeup_.Clear(), 1u);
  queue_.EndSleep();
  queue_.RunBatch();
  ASSERT_TRUE(queue_.BeginSleep(Bed::kWakeup));
  queue_.WakeUp();
  EXPECT_EQ(wakeup_.Clear(), 1u);
}

TEST_F(ThreadCallQueueTest, ASleepThatEndsByItselfIsNotSignalledAfterwards) {
  ASSERT_TRUE(queue_.BeginSleep(Bed::kWakeup));
  queue_.EndSleep();
  Post([] {});
  EXPECT_EQ(wakeup_.Clear(), 0u);
}

// Each of these would hang if it slept for good.
TEST_F(ThreadCallQueueTest, ASleepInTheQueueIsEndedByAWishAndByTheDeadline) {
  ASSERT_TRUE(queue_.BeginSleep(Bed::kQueue));
  queue_.WakeUp();
  queue_.Sleep(std::nullopt);
  queue_.EndSleep();
  EXPECT_EQ(wakeup_.Clear(), 0u);
  queue_.RunBatch();
  ASSERT_TRUE(queue_.BeginSleep(Bed::kQueue));
  queue_.Sleep(std::chrono::steady_clock::now());
  queue_.EndSleep();
  EXPECT_TRUE(ran_.empty());
}

TEST_F(ThreadCallQueueTest, TheLoopDoesNotSleepBesideAWishForATurn) {
  Post([] {});
  EXPECT_FALSE(queue_.BeginSleep(Bed::kWakeup));
  queue_.RunBatch();
  queue_.WakeUp();
  EXPECT_FALSE(queue_.BeginSleep(Bed::kWakeup));
  queue_.RunBatch();
  EXPECT_TRUE(queue_.BeginSleep(Bed::kWakeup));
}

TEST_F(ThreadCallQueueTest, OnceClosedItGivesBackTheRestAndRefuses) {
  Post([this] { ran_.push_back(1); });
  std::vector<Task> rest = queue_.Close();
  ASSERT_EQ(rest.size(), 1u);
  Task late = [this] { ran_.push_back(2); };
  const Submission submission = queue_.Post(std::move(late));
  ASSERT_FALSE(submission.accepted());
  EXPECT_EQ(submission.refusal(), Refusal::kReactorStopped);
  late.Run();
  queue_.RunBatch();
  EXPECT_EQ(ran_, (std::vector{2}));
  rest.front().Run();
  EXPECT_EQ(ran_, (std::vector{2, 1}));
  EXPECT_TRUE(queue_.Close().empty());
}

// One producer hands the turn to the next, so that the order of their calls is
// known (RT-03).
TEST_F(ThreadCallQueueTest, OrderIsKeptAcrossProducers) {
  constexpr int kRounds = 50;
  std::atomic<int> turn = 0;
  const auto produce = [&](int own) {
    for (int i = own; i < kRounds; i += 2) {
      for (int now = turn.load(); now != i; now = turn.load()) turn.wait(now);
      Post([this, i] { ran_.push_back(i); });
      turn.store(i + 1);
      turn.notify_all();
    }
  };
  std::thread even(produce, 0);
  std::thread odd(produce, 1);
  even.join();
  odd.join();
  queue_.RunBatch();
  ASSERT_EQ(ran_.size(), static_cast<std::size_t>(kRounds));
  for (int i = 0; i < kRounds; ++i) EXPECT_EQ(ran_[i], i);
}

TEST_F(ThreadCallQueueTest, EachCallIsRunOrGivenBackWhenClosingRacesWithPost) {
  constexpr int kCalls = 1000;
  int ran = 0;
  int refused = 0;
  std::thread producer([&] {
    for (int i = 0; i < kCalls; ++i) {
      if (!queue_.Post([&ran] { ++ran; })) ++refused;
    }
  });
  queue_.RunBatch();
  const std::vector<Task> rest = queue_.Close();
  producer.join();
  queue_.RunBatch();
  EXPECT_EQ(ran + refused + static_cast<int>(rest.size()), kCalls);
}

// Producers race with a loop that sleeps whenever it may. If a wake-up were
// lost, the loop would sleep for ever.
class ThreadCallQueueRaceTest
    : public ThreadCallQueueTest,
      public testing::WithParamInterface<ThreadCallQueue::Bed> {};

TEST_P(ThreadCallQueueRaceTest, NoWakeUpIsLostAndEachProducersOrderIsKept) {
  constexpr int kProducers = 3;
  constexpr int kCalls = 2000;
  std::vector<std::vector<int>> ran(kProducers);
  int total = 0;
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([this, p, &ran, &total] {
      for (int i = 0; i < kCalls; ++i) {
        Post([p, i, &ran, &total] {
          ran[p].push_back(i);
          ++total;
        });
        if (i % 7 == 0) std::this_thread::yield();
      }
    });
  }
  while (total < kProducers * kCalls) {
    if (queue_.BeginSleep(GetParam())) {
      if (GetParam() == Bed::kQueue) {
        queue_.Sleep(std::nullopt);
      } else {
        pollfd polled = {.fd = wakeup_.fd(), .events = POLLIN, .revents = 0};
        ASSERT_EQ(poll(&polled, 1, -1), 1);
        wakeup_.Clear();
      }
      queue_.EndSleep();
    }
    queue_.RunBatch();
  }
  for (std::thread& producer : producers) producer.join();
  for (const std::vector<int>& calls : ran) {
    ASSERT_EQ(calls.size(), static_cast<std::size_t>(kCalls));
    for (int i = 0; i < kCalls; ++i) ASSERT_EQ(calls[i], i);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Beds, ThreadCallQueueRaceTest,
    testing::Values(ThreadCallQueue::Bed::kQueue,
                    ThreadCallQueue::Bed::kWakeup),
    [](const auto& bed) {
      return bed.param == ThreadCallQueue::Bed::kQueue ? "Queue" : "Wakeup";
    });

}  // namespace
}  // namespace heddle
