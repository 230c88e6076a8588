// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/claimed_tasks.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <span>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::work_stealing {
namespace {

constexpr std::size_t kCapacity = ClaimedTasks::kCapacity;

std::vector<TaskNode*> PointersTo(std::span<TaskNode> nodes) {
  std::vector<TaskNode*> pointers;
  for (TaskNode& node : nodes) pointers.push_back(&node);
  return pointers;
}

TEST(ClaimedTasksTest, GivesWhatWasPublishedOldestFirst) {
  ClaimedTasks claimed;
  std::vector<TaskNode> nodes(kCapacity);
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(claimed.IsEmpty());
    claimed.Put(PointersTo(nodes));
    EXPECT_EQ(claimed.Take(), nullptr) << "not published yet";
    claimed.Publish();
    for (TaskNode& node : nodes) {
      EXPECT_FALSE(claimed.IsEmpty());
      ASSERT_EQ(claimed.Take(), &node);
    }
    EXPECT_EQ(claimed.Take(), nullptr);
  }
}

TEST(ClaimedTasksTest, GivesTheOlderHalfRoundedUp) {
  ClaimedTasks claimed;
  std::vector<TaskNode> nodes(5);
  claimed.Put(PointersTo(nodes));
  claimed.Publish();
  std::vector<TaskNode*> taken;
  const auto take = [&] {
    TaskNode* half[kCapacity];
    const std::size_t count = claimed.TakeHalf(half);
    taken.insert(taken.end(), half, half + count);
    return count;
  };
  EXPECT_EQ(take(), 3u);
  EXPECT_EQ(take(), 1u);
  EXPECT_EQ(take(), 1u);
  EXPECT_EQ(take(), 0u);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    EXPECT_EQ(taken[i], &nodes[i]);
  }
}

TEST(ClaimedTasksTest, KnowsWhenItsOldestWasSubmitted) {
  ClaimedTasks claimed;
  EXPECT_FALSE(claimed.OldestSubmitted());
  std::vector<TaskNode> nodes(2);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].task.set_submitted(std::chrono::nanoseconds(i + 1));
  }
  claimed.Put(PointersTo(nodes));
  claimed.Publish();
  EXPECT_EQ(claimed.OldestSubmitted()->count(), 1);
  claimed.Take();
  EXPECT_EQ(claimed.OldestSubmitted()->count(), 2);
  claimed.Take();
  EXPECT_FALSE(claimed.OldestSubmitted());
}

// The owner fills it again the moment it is empty (F1 to F3), while two others
// take one, or half.
TEST(ClaimedTasksTest, GivesEachTaskOnceWhileOthersTakeThem) {
  constexpr int kRounds = 3000;
  ClaimedTasks claimed;
  std::vector<TaskNode> nodes(kRounds * kCapacity);
  std::vector<std::atomic<int>> times(nodes.size());
  std::atomic<bool> end = false;
  const auto note = [&](TaskNode* node) { ++times[node - nodes.data()]; };
  {
    std::jthread one([&] {
      while (!end) {
        if (TaskNode* node = claimed.Take()) note(node);
      }
    });
    std::jthread half([&] {
      while (!end) {
        TaskNode* half[kCapacity];
        std::for_each_n(half, claimed.TakeHalf(half), note);
      }
    });
    for (int round = 0; round < kRounds; ++round) {
      while (!claimed.IsEmpty()) {
        if (TaskNode* node = claimed.Take()) note(node);
      }
      claimed.Put(PointersTo(
          std::span(nodes).subspan(round * kCapacity, kCapacity)));
      claimed.Publish();
    }
    while (!claimed.IsEmpty()) std::this_thread::yield();
    end = true;
  }
  for (const std::atomic<int>& count : times) ASSERT_EQ(count, 1);
}

}  // namespace
}  // namespace heddle::work_stealing
