// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/task_deque.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::work_stealing {
namespace {

void Push(TaskDeque& deque, TaskNode& node) {
  deque.Reserve();
  deque.Push(&node);
}

TEST(TaskDequeTest, GivesTheNewestToItsOwnerAndTheOldestToThieves) {
  TaskDeque deque;
  std::vector<TaskNode> nodes(4);
  for (TaskNode& node : nodes) Push(deque, node);
  EXPECT_EQ(deque.Pop(), &nodes[3]);
  EXPECT_EQ(deque.Steal(), &nodes[0]);
  EXPECT_EQ(deque.Pop(), &nodes[2]);
  EXPECT_EQ(deque.Steal(), &nodes[1]);
}

TEST(TaskDequeTest, TellsWhenItsOldestTaskWasSubmitted) {
  using std::chrono::nanoseconds;
  TaskDeque deque;
  EXPECT_FALSE(deque.OldestSubmitted());
  std::vector<TaskNode> nodes(200);  // more than the first ring holds
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].task.set_submitted(nanoseconds(i + 1));
    Push(deque, nodes[i]);
    EXPECT_EQ(deque.OldestSubmitted(), nanoseconds(1));
  }
  EXPECT_EQ(deque.Pop(), &nodes.back());
  for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
    EXPECT_EQ(deque.OldestSubmitted(), nanoseconds(i + 1));
    EXPECT_EQ(deque.Steal(), &nodes[i]);
  }
  EXPECT_FALSE(deque.OldestSubmitted());
}

TEST(TaskDequeTest, IsEmptyAtFirstAndWheneverAllHaveLeft) {
  TaskDeque deque;
  TaskNode node;
  for (int round = 0; round < 200; ++round) {
    EXPECT_TRUE(deque.LooksEmpty());
    EXPECT_EQ(deque.Pop(), nullptr);
    EXPECT_EQ(deque.Steal(), nullptr);
    Push(deque, node);
    EXPECT_FALSE(deque.LooksEmpty());
    EXPECT_EQ(round % 2 == 0 ? deque.Pop() : deque.Steal(), &node);
  }
}

TEST(TaskDequeTest, KeepsItsTasksInOrderWhenItGrowsAndWrapsAround) {
  TaskDeque deque;
  std::vector<TaskNode> nodes(1000);
  std::size_t oldest = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Push(deque, nodes[i]);
    if (i % 3 != 0) continue;
    ASSERT_EQ(deque.Steal(), &nodes[oldest++]);
  }
  while (oldest < nodes.size()) ASSERT_EQ(deque.Steal(), &nodes[oldest++]);
  EXPECT_TRUE(deque.LooksEmpty());
}

// Attacks P1..P3 and T1..T4 where they meet: most of the time the deque holds
// `depth` tasks or fewer.
void EachTaskGoesToExactlyOne(int depth) {
  constexpr int kTasks = 60'000;
  constexpr int kThieves = 2;
  TaskDeque deque;
  std::vector<TaskNode> nodes(kTasks);
  std::vector<std::atomic<int>> taken(kTasks);
  std::atomic<int> left = kTasks;
  const auto take = [&](TaskNode* node) {
    if (node == nullptr) return;
    taken[node - nodes.data()].fetch_add(1);
    left.fetch_sub(1);
  };
  {
    std::vector<std::jthread> thieves;
    for (int i = 0; i < kThieves; ++i) {
      thieves.emplace_back([&] {
        while (left.load() > 0) take(deque.Steal());
      });
    }
    for (int next = 0; next < kTasks;) {
      for (int i = 0; i < depth && next < kTasks; ++i) {
        Push(deque, nodes[next++]);
      }
      for (int i = 0; i < depth; ++i) take(deque.Pop());
    }
    while (left.load() > 0) take(deque.Pop());
  }
  for (int i = 0; i < kTasks; ++i) ASSERT_EQ(taken[i].load(), 1) << i;
  EXPECT_TRUE(deque.LooksEmpty());
}

TEST(TaskDequeTest, GivesTheOnlyTaskToExactlyOneOfOwnerAndThieves) {
  EachTaskGoesToExactlyOne(1);
}

TEST(TaskDequeTest, GivesOneOfTwoTasksToExactlyOneOfOwnerAndThieves) {
  EachTaskGoesToExactlyOne(2);
}

TEST(TaskDequeTest, GivesEachTaskToExactlyOneWhileItGrows) {
  EachTaskGoesToExactlyOne(1000);
}

TEST(TaskDequeTest, ShowsThievesWhatCameBeforeThePush) {
  constexpr int kTasks = 20'000;
  TaskDeque deque;
  std::vector<TaskNode> nodes(kTasks);
  std::vector<int> content(kTasks, 0);  // plain: the sanitizer watches
  std::jthread thief([&] {
    for (int seen = 0; seen < kTasks;) {
      if (TaskNode* node = deque.Steal()) {
        EXPECT_EQ(content[node - nodes.data()], 1);
        ++seen;
      }
    }
  });
  for (int i = 0; i < kTasks; ++i) {
    content[i] = 1;
    Push(deque, nodes[i]);
  }
}

}  // namespace
}  // namespace heddle::work_stealing
