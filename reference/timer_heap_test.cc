// SPDX-License-Identifier: Apache-2.0
#include "reference/timer_heap.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace heddle {
namespace {

class TimerHeapTest : public testing::Test {
 protected:
  static Clock::Time At(int seconds) {
    return Clock::Time(std::chrono::seconds(seconds));
  }

  Timer& Add(int due) {
    Timer& timer = timers_.emplace_back(nullptr, At(due), Task());
    heap_.Add(timer, next_order_++);
    return timer;
  }

  TimerHeap heap_;
  std::deque<Timer> timers_;
  std::uint64_t next_order_ = 0;
};

TEST_F(TimerHeapTest, TheFirstIsTheOneThatIsDueFirst) {
  EXPECT_TRUE(heap_.empty());
  Add(3);
  Timer& first = Add(1);
  Add(2);
  EXPECT_EQ(heap_.size(), 3u);
  EXPECT_EQ(heap_.first_due(), At(1));
  EXPECT_EQ(heap_.first_order(), 1u);
  EXPECT_EQ(&heap_.TakeFirst(), &first);
  EXPECT_EQ(heap_.first_due(), At(2));
}

TEST_F(TimerHeapTest, EqualOnesGoByTheirOrder) {
  std::vector<Timer*> expected;
  for (int i = 0; i < 50; ++i) expected.push_back(&Add(7));
  heap_.Move(*expected.front(), next_order_++);
  std::rotate(expected.begin(), expected.begin() + 1, expected.end());
  EXPECT_EQ(heap_.Sorted(), expected);
  for (Timer* const timer : expected) EXPECT_EQ(&heap_.TakeFirst(), timer);
  EXPECT_TRUE(heap_.empty());
}

TEST_F(TimerHeapTest, SlotsAreUsedAgain) {
  for (int i = 0; i < 1000; ++i) {
    Timer& one = Add(i);
    Timer& other = Add(i + 1);
    EXPECT_LT(one.slot, 2u);
    EXPECT_LT(other.slot, 2u);
    heap_.Remove(i % 2 == 0 ? one : other);
    heap_.TakeFirst();
  }
}

TEST_F(TimerHeapTest, FewThatAreDueAndOnesThatAreNotStayInOrderWithoutARow) {
  for (int due = 40; due > 0; --due) Add(due);
  heap_.FormRow(At(20));
  for (int due = 1; due <= 40; ++due) {
    EXPECT_EQ(heap_.first_due(), At(due));
    heap_.TakeFirst();
  }
}

TEST_F(TimerHeapTest, WhoLeavesTheRowIsInTheHeapAndWhoIsRemovedIsNowhere) {
  std::vector<Timer*> timers;
  for (int i = 0; i < 100; ++i) timers.push_back(&Add(i));
  heap_.FormRow(At(79));
  // The first and the last of the row, and one between.
  for (const int moved : {0, 79, 40}) {
    timers[moved]->due = At(200 + moved);
    heap_.Move(*timers[moved], next_order_++);
  }
  for (const int removed : {1, 78, 41}) heap_.Remove(*timers[removed]);
  EXPECT_EQ(heap_.size(), 97u);
  Timer& newest = Add(2);
  EXPECT_LT(newest.slot, 100u) << "the slots are free at once";

  std::vector<Timer*> expected = {timers[2], &newest};
  for (int i = 3; i < 100; ++i) {
    if ((i < 78 || i > 79) && i != 40 && i != 41) expected.push_back(timers[i]);
  }
  for (const int moved : {0, 40, 79}) expected.push_back(timers[moved]);
  EXPECT_EQ(heap_.Sorted(), expected);
  for (Timer* const timer : expected) EXPECT_EQ(&heap_.TakeFirst(), timer);
  EXPECT_TRUE(heap_.empty());
}

// Against a model that is a sorted map.
TEST_F(TimerHeapTest, AnyMixOfOperationsAgreesWithASortedMap) {
  std::mt19937 random(4);
  const auto below = [&random](std::size_t limit) {
    return static_cast<int>(random() % limit);
  };
  std::map<std::pair<Clock::Time, std::uint64_t>, Timer*> model;
  for (int step = 0; step < 20'000; ++step) {
    const int kind = below(200);
    if (kind == 199) {
      // All of them, or a part; then some of those leave the row.
      heap_.FormRow(At(below(100)));
      for (int take = below(600); take > 0 && !model.empty(); --take) {
        ASSERT_EQ(&heap_.TakeFirst(), model.begin()->second);
        model.erase(model.begin());
      }
    } else if (kind < 100 || model.empty()) {
      Timer& timer = Add(below(50));
      model.emplace(std::pair(timer.due, next_order_ - 1), &timer);
    } else if (kind < 110) {
      EXPECT_EQ(&heap_.TakeFirst(), model.begin()->second);
      model.erase(model.begin());
    } else {
      const auto chosen = std::next(model.begin(), below(model.size()));
      Timer& timer = *chosen->second;
      ASSERT_EQ(heap_.order(timer), chosen->first.second);
      model.erase(chosen);
      if (kind < 150) {
        heap_.Remove(timer);
      } else {
        timer.due = At(below(50));
        model.emplace(std::pair(timer.due, next_order_), &timer);
        heap_.Move(timer, next_order_++);
      }
    }
    ASSERT_EQ(heap_.size(), model.size());
    if (model.empty()) continue;
    ASSERT_EQ(heap_.first_due(), model.begin()->first.first);
    ASSERT_EQ(heap_.first_order(), model.begin()->first.second);
  }
  for (int i = 0; i < 100; ++i) {
    Timer& timer = Add(below(50));
    model.emplace(std::pair(timer.due, next_order_ - 1), &timer);
  }
  std::vector<Timer*> expected;
  for (const auto& [key, timer] : model) expected.push_back(timer);
  EXPECT_EQ(heap_.Sorted(), expected);
}

}  // namespace
}  // namespace heddle
