// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/injection_queue.h"

#include <atomic>
#include <numeric>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "impls/work_stealing/node_cache.h"

namespace heddle::work_stealing {
namespace {

// More than a block of the inbox holds.
constexpr int kMany = 300;

class InjectionQueueTest : public testing::Test {
 protected:
  ~InjectionQueueTest() override { EXPECT_FALSE(queue_.Pop()); }

  Task Say(int number) {
    return Task([this, number] { said_.push_back(number); });
  }

  bool Push(int number, bool admit = true) {
    return queue_.PushIf(Say(number), [admit] { return admit; });
  }

  void Pop() {
    Task task = queue_.Pop();
    ASSERT_TRUE(task);
    task.Run();
  }

  // How many there were.
  std::size_t Take(std::size_t share, std::size_t most) {
    std::vector<TaskNode*> nodes(most);
    const std::size_t count = queue_.Take(share, nodes);
    for (TaskNode* const node : std::span(nodes).first(count)) {
      OwnedNode(node)->task.Run();
    }
    return count;
  }

  static std::vector<int> NumbersUpTo(int end) {
    std::vector<int> numbers(end);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }

  InjectionQueue queue_;
  std::vector<int> said_;
};

TEST_F(InjectionQueueTest, GivesTasksBackInTheOrderOfPushing) {
  for (int i = 0; i < kMany; ++i) ASSERT_TRUE(Push(i));
  for (int i = 0; i < kMany; ++i) {
    EXPECT_FALSE(queue_.LooksEmpty());
    Pop();
  }
  EXPECT_TRUE(queue_.LooksEmpty());
  EXPECT_FALSE(queue_.Pop());
  EXPECT_EQ(said_, NumbersUpTo(kMany));
}

TEST_F(InjectionQueueTest, GivesAShareRoundedUpAndNoMoreThanAskedFor) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Push(i));
  EXPECT_EQ(Take(3, 32), 17u);
  EXPECT_EQ(Take(1, 30), 30u);
  EXPECT_EQ(Take(4, 32), 1u);
  EXPECT_EQ(Take(2, 32), 1u);
  EXPECT_EQ(Take(2, 32), 1u);
  EXPECT_EQ(Take(2, 32), 0u);
  EXPECT_EQ(said_, NumbersUpTo(50));
}

TEST_F(InjectionQueueTest, KeepsNothingThatIsNotAdmittedButCountsIt) {
  Task task = Say(0);
  EXPECT_FALSE(queue_.PushIf(std::move(task), [] { return false; }));
  ASSERT_TRUE(task) << "left alone";
  task.Run();
  EXPECT_EQ(queue_.Pushed(), 1u);
  EXPECT_TRUE(Push(1));
  EXPECT_FALSE(Push(2, false));
  EXPECT_EQ(queue_.Pushed(), 3u);
  EXPECT_EQ(Take(1, 32), 1u);
  EXPECT_TRUE(queue_.LooksEmpty() || Take(1, 32) == 0);
  EXPECT_FALSE(queue_.Pop());
  EXPECT_EQ(said_, NumbersUpTo(2));
}

TEST_F(InjectionQueueTest, GivesWhatWasHandedBackBeforeTheRest) {
  ASSERT_TRUE(Push(2));
  queue_.HandBack(NodeCache::Make(Say(0)));
  queue_.HandBack(NodeCache::Make(Say(1)));
  EXPECT_FALSE(queue_.LooksEmpty());
  EXPECT_EQ(Take(2, 32), 2u);
  queue_.HandBack(NodeCache::Make(Say(3)));
  Pop();
  Pop();
  EXPECT_EQ(said_, (std::vector<int>{0, 1, 3, 2}));
  EXPECT_EQ(queue_.Pushed(), 1u);
}

TEST_F(InjectionQueueTest, KnowsWhenTheOldestWasSubmitted) {
  using std::chrono::nanoseconds;
  const auto submitted = [this](int number, int time) {
    Task task = Say(number);
    task.set_submitted(nanoseconds(time));
    return task;
  };
  const auto admit = [] { return true; };
  EXPECT_EQ(queue_.OldestSubmitted(), std::nullopt);
  ASSERT_TRUE(queue_.PushIf(submitted(0, 7), admit));
  ASSERT_TRUE(queue_.PushIf(submitted(1, 8), admit));
  EXPECT_EQ(queue_.OldestSubmitted(), nanoseconds(7));
  queue_.HandBack(NodeCache::Make(submitted(2, 5)));
  EXPECT_EQ(queue_.OldestSubmitted(), nanoseconds(5));
  queue_.HandBack(NodeCache::Make(submitted(3, 9)));
  EXPECT_EQ(Take(4, 1), 1u);
  EXPECT_EQ(queue_.OldestSubmitted(), nanoseconds(7));
  EXPECT_EQ(Take(1, 3), 3u);
  EXPECT_EQ(queue_.OldestSubmitted(), std::nullopt);
}

// A task that is counted and not yet there is behind nobody's back.
TEST_F(InjectionQueueTest, LooksNotEmptyWhileATaskIsPushed) {
  EXPECT_TRUE(queue_.PushIf(Say(0), [this] {
    EXPECT_EQ(queue_.Pushed(), 1u);
    EXPECT_FALSE(queue_.LooksEmpty());
    EXPECT_EQ(Take(1, 32), 0u);
    return true;
  }));
  Pop();
}

// C3. Rounds, as the taker may be late.
TEST_F(InjectionQueueTest, WaitsForWhoIsJustPushing) {
  constexpr int kRounds = 100;
  for (int round = 0; round < kRounds; ++round) {
    std::jthread taker;
    std::atomic<bool> began = false;
    EXPECT_TRUE(queue_.PushIf(Say(0), [&] {
      taker = std::jthread([&] {
        began = true;
        Pop();
      });
      while (!began) std::this_thread::yield();
      for (int i = 0; i < 10; ++i) std::this_thread::yield();
      return true;
    }));
    taker.join();
    ASSERT_EQ(said_.size(), round + 1u);
  }
}

// P1 to P3 and C1 to C3. The step that a stop without workers relies on.
TEST_F(InjectionQueueTest, HasAllThatWasAdmittedOnceAdmissionIsClosed) {
  constexpr int kRounds = 300;
  constexpr int kProducers = 2;
  for (int round = 0; round < kRounds; ++round) {
    InjectionQueue queue;
    std::atomic<bool> open = true;
    std::atomic<int> admitted = 0;
    std::atomic<int> next = 0;
    int taken = 0;
    {
      std::vector<std::jthread> producers;
      for (int i = 0; i < kProducers; ++i) {
        producers.emplace_back([&] {
          while (next++ < kMany) {
            static_cast<void>(queue.PushIf(Task([&taken] { ++taken; }), [&] {
              const bool admit = open.load();
              admitted += admit;
              return admit;
            }));
          }
        });
      }
      while (queue.LooksEmpty()) std::this_thread::yield();
      open = false;
      while (Task task = queue.Pop()) task.Run();
    }
    EXPECT_FALSE(queue.Pop()) << "a task came after the end";
    ASSERT_EQ(taken, admitted.load());
  }
}

TEST_F(InjectionQueueTest, GivesEachTaskOnceToSeveralTakersAtOnce) {
  constexpr int kThreads = 2;
  constexpr int kEach = 5000;
  std::atomic<int> ran = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kEach; ++n) {
          EXPECT_EQ(queue_.PushIf(Task([&ran] { ++ran; }),
                                  [n] { return n % 8 != 0; }),
                    n % 8 != 0);
        }
      });
      threads.emplace_back([&] {
        while (ran < kThreads * kEach / 8 * 7) {
          if (Take(2, 32) == 0) std::this_thread::yield();
        }
      });
    }
  }
  EXPECT_EQ(ran, kThreads * kEach / 8 * 7);
  EXPECT_EQ(queue_.Pushed(), std::uint64_t{kThreads} * kEach);
}

}  // namespace
}  // namespace heddle::work_stealing
