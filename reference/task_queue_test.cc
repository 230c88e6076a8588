// SPDX-License-Identifier: Apache-2.0
#include "reference/task_queue.h"

#include <deque>
#include <memory>
#include <random>
#include <utility>

#include "gtest/gtest.h"

namespace heddle {
namespace {

Task Number(int number, int& ran) {
  return Task([number, &ran] { ran = number; });
}

// What `task` was made with.
int NumberOf(Task task, int& ran) {
  ran = -1;
  task.Invoke();
  return ran;
}

TEST(TaskQueue, GivesTasksBackInTheOrderInWhichTheyCame) {
  TaskQueue queue;
  int ran = 0;
  for (int i = 0; i < 1000; ++i) queue.push_back(Number(i, ran));
  EXPECT_EQ(queue.size(), 1000u);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(NumberOf(queue.pop_front(), ran), i);
  }
  EXPECT_TRUE(queue.empty());
}

// Random steps, compared with a std::deque; often enough about empty, and
// across the ends of chunks.
TEST(TaskQueue, DoesWhatADequeDoes) {
  std::mt19937 random(42);
  for (int round = 0; round < 50; ++round) {
    TaskQueue queue;
    std::deque<int> model;
    int ran = 0;
    for (int i = 0; i < 2000; ++i) {
      // Tends to grow in one half of the time and to shrink in the other.
      const unsigned step = random() % 8;
      const bool grow = i / 300 % 2 == 0 ? step < 5 : step < 3;
      if (grow) {
        queue.push_back(Number(i, ran));
        model.push_back(i);
      } else if (!model.empty() && step == 7) {
        ASSERT_EQ(NumberOf(queue.pop_back(), ran), model.back());
        model.pop_back();
      } else if (!model.empty()) {
        ASSERT_EQ(NumberOf(queue.pop_front(), ran), model.front());
        model.pop_front();
      }
      ASSERT_EQ(queue.size(), model.size());
      ASSERT_EQ(queue.empty(), model.empty());
    }
  }
}

TEST(TaskQueue, TakesItsTasksAlongWhenItIsMoved) {
  TaskQueue queue;
  int ran = 0;
  for (int i = 0; i < 100; ++i) queue.push_back(Number(i, ran));
  TaskQueue taken = std::exchange(queue, {});
  EXPECT_TRUE(queue.empty());
  queue.push_back(Number(7, ran));
  EXPECT_EQ(NumberOf(queue.pop_front(), ran), 7);
  EXPECT_EQ(taken.size(), 100u);
  EXPECT_EQ(NumberOf(taken.pop_back(), ran), 99);

  TaskQueue last = std::move(taken);
  EXPECT_TRUE(taken.empty());  // NOLINT: promised
  taken.push_back(Number(8, ran));
  EXPECT_EQ(NumberOf(taken.pop_front(), ran), 8);
  EXPECT_EQ(last.size(), 99u);
  EXPECT_EQ(NumberOf(last.pop_front(), ran), 0);
}

TEST(TaskQueue, DestroysTheTasksThatAreStillInIt) {
  auto held = std::make_shared<int>(0);
  {
    TaskQueue queue;
    for (int i = 0; i < 100; ++i) queue.push_back([held] {});
    EXPECT_EQ(held.use_count(), 101);
    queue.pop_front();  // a temporary, destroyed with what it holds
    EXPECT_EQ(held.use_count(), 100);
    queue = TaskQueue();
    EXPECT_EQ(held.use_count(), 1);
    for (int i = 0; i < 100; ++i) queue.push_back([held] {});
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace heddle
