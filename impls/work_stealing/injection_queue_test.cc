// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/injection_queue.h"

#include <atomic>
#include <span>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::work_stealing {
namespace {

TEST(InjectionQueueTest, GivesTasksBackInTheOrderOfPushing) {
  InjectionQueue queue;
  std::vector<TaskNode> nodes(50);
  for (TaskNode& node : nodes) queue.Push(&node);
  for (TaskNode& node : nodes) {
    EXPECT_FALSE(queue.LooksEmpty());
    EXPECT_EQ(queue.Pop(), &node);
  }
  EXPECT_TRUE(queue.LooksEmpty());
  EXPECT_EQ(queue.Pop(), nullptr);
}

TEST(InjectionQueueTest, GivesAShareRoundedUpAndNoMoreThanAskedFor) {
  InjectionQueue queue;
  std::vector<TaskNode> nodes(50);
  for (TaskNode& node : nodes) queue.Push(&node);
  std::vector<TaskNode*> taken;
  const auto take = [&](std::size_t share, std::size_t most) {
    const std::size_t before = taken.size();
    taken.resize(before + most);
    const std::size_t count =
        queue.Take(share, std::span(taken).subspan(before));
    taken.resize(before + count);
    return count;
  };
  EXPECT_EQ(take(3, 32), 17u);
  EXPECT_EQ(take(1, 30), 30u);
  EXPECT_EQ(take(4, 32), 1u);
  EXPECT_EQ(take(2, 32), 1u);
  EXPECT_EQ(take(2, 32), 1u);
  EXPECT_EQ(take(2, 32), 0u);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    ASSERT_EQ(taken[i], &nodes[i]);
  }
}

TEST(InjectionQueueTest, KeepsNothingThatIsNotAdmitted) {
  InjectionQueue queue;
  TaskNode node;
  EXPECT_FALSE(queue.PushIf(&node, [] { return false; }));
  EXPECT_TRUE(queue.LooksEmpty());
  EXPECT_TRUE(queue.PushIf(&node, [] { return true; }));
  EXPECT_EQ(queue.Pop(), &node);
}

TEST(InjectionQueueTest, TakesAllInOrderAndIsUsableAfterwards) {
  InjectionQueue queue;
  std::vector<TaskNode> nodes(50);
  for (TaskNode& node : nodes) queue.Push(&node);
  const TaskNode* taken = queue.TakeAll();
  for (const TaskNode& node : nodes) {
    ASSERT_EQ(taken, &node);
    taken = taken->next;
  }
  EXPECT_EQ(taken, nullptr);
  EXPECT_EQ(queue.TakeAll(), nullptr);
  queue.Push(&nodes[1]);
  EXPECT_EQ(queue.Pop(), &nodes[1]);
}

// The step that a stop without workers relies on.
TEST(InjectionQueueTest, HasAllThatWasAdmittedOnceAdmissionIsClosed) {
  constexpr int kRounds = 300;
  constexpr int kProducers = 2;
  for (int round = 0; round < kRounds; ++round) {
    InjectionQueue queue;
    std::atomic<bool> open = true;
    std::atomic<int> admitted = 0;
    std::vector<TaskNode> nodes(200);
    std::atomic<std::size_t> next = 0;
    int taken = 0;
    {
      std::vector<std::jthread> producers;
      for (int i = 0; i < kProducers; ++i) {
        producers.emplace_back([&] {
          for (std::size_t n; (n = next++) < nodes.size();) {
            queue.PushIf(&nodes[n], [&] {
              const bool admit = open.load();
              admitted += admit;
              return admit;
            });
          }
        });
      }
      while (queue.LooksEmpty()) std::this_thread::yield();
      open = false;
      for (TaskNode* node = queue.TakeAll(); node; node = node->next) ++taken;
    }
    EXPECT_EQ(queue.Pop(), nullptr) << "a task came after the end";
    ASSERT_EQ(taken, admitted.load());
  }
}

}  // namespace
}  // namespace heddle::work_stealing
