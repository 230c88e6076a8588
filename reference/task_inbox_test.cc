// SPDX-License-Identifier: Apache-2.0
#include "reference/task_inbox.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace heddle {
namespace {

// More than a block holds.
constexpr int kMany = 1000;

class TaskInboxTest : public testing::Test {
 protected:
  void Put(int number) {
    EXPECT_TRUE(inbox_.Put([this, number] { ran_.push_back(number); }));
  }

  void RunAll() {
    const TaskInbox::Place end = inbox_.End();
    while (Task* const task = inbox_.Front(end)) {
      task->Run();
      inbox_.PopFront();
    }
  }

  TaskInbox inbox_;
  std::vector<int> ran_;
};

std::vector<int> NumbersUpTo(int end) {
  std::vector<int> numbers(end);
  for (int i = 0; i < end; ++i) numbers[i] = i;
  return numbers;
}

TEST_F(TaskInboxTest, TasksComeOutInTheOrderInWhichTheyWerePutIn) {
  for (int round = 0; round < 3; ++round) {
    ran_.clear();
    for (int i = 0; i < kMany; ++i) Put(i);
    EXPECT_FALSE(inbox_.IsEmpty());
    RunAll();
    EXPECT_TRUE(inbox_.IsEmpty());
    EXPECT_EQ(ran_, NumbersUpTo(kMany));
  }
}

TEST_F(TaskInboxTest, WhatIsPutInAfterThePlaceOfTheEndIsNotBeforeIt) {
  Put(0);
  const TaskInbox::Place end = inbox_.End();
  Put(1);
  ASSERT_NE(inbox_.Front(end), nullptr);
  inbox_.PopFront();
  EXPECT_EQ(inbox_.Front(end), nullptr);
  EXPECT_NE(inbox_.Front(inbox_.End()), nullptr);
}

TEST_F(TaskInboxTest, OnceClosedItLeavesTasksAlone) {
  Put(0);
  inbox_.Close();
  Task late = [this] { ran_.push_back(1); };
  EXPECT_FALSE(inbox_.Put(std::move(late)));
  late.Run();
  RunAll();
  EXPECT_EQ(ran_, (std::vector{1, 0}));
}

TEST_F(TaskInboxTest, WhatIsLeftIsDestroyedWithIt) {
  const auto captured = std::make_shared<int>();
  {
    TaskInbox inbox;
    for (int i = 0; i < kMany; ++i) {
      ASSERT_TRUE(inbox.Put([captured] {}));
    }
    inbox.Front(inbox.End())->Run();
    inbox.PopFront();
    inbox.PopFront();
  }
  EXPECT_EQ(captured.use_count(), 1);
}

// Runs `on_move` when it moves.
struct Mover {
  explicit Mover(void (*f)(void*), void* a) : on_move(f), argument(a) {}
  Mover(Mover&& other) noexcept
      : on_move(other.on_move), argument(other.argument) {
    on_move(argument);
  }
  void operator()() {}

  void (*on_move)(void*);
  void* argument;
};

TEST_F(TaskInboxTest, ATaskThatIsOnItsWayKeepsTheInboxFromBeingEmpty) {
  struct Looks {
    TaskInbox& inbox;
    bool empty = false;
    bool ready = false;
    bool put = false;
  } looks{inbox_};
  Task task = Mover(
      [](void* argument) {
        Looks& l = *static_cast<Looks*>(argument);
        l.empty = l.inbox.IsEmpty();
        l.ready = l.inbox.IsReady();
        if (!std::exchange(l.put, true)) {
          EXPECT_TRUE(l.inbox.Put([] {}));
        }
      },
      &looks);
  looks.put = false;
  while (!inbox_.IsEmpty()) inbox_.PopFront();  // its first move, above
  ASSERT_TRUE(inbox_.Put(std::move(task)));
  EXPECT_FALSE(looks.empty);
  EXPECT_FALSE(looks.ready);
  EXPECT_NE(inbox_.Front(inbox_.End()), nullptr);
}

TEST_F(TaskInboxTest, NothingIsLostOrSwappedWhenManyThreadsPutTasksIn) {
  constexpr int kProducers = 3;
  constexpr int kTasks = 3000;
  std::vector<std::vector<int>> ran(kProducers);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&, p] {
      for (int i = 0; i < kTasks; ++i) {
        ASSERT_TRUE(inbox_.Put([&ran, p, i] { ran[p].push_back(i); }));
      }
    });
  }
  for (int left = kProducers * kTasks; left > 0;) {
    Task* const task = inbox_.Front(inbox_.End());
    if (task == nullptr) {
      std::this_thread::yield();
      continue;
    }
    task->Run();
    inbox_.PopFront();
    --left;
  }
  for (std::thread& producer : producers) producer.join();
  EXPECT_TRUE(inbox_.IsEmpty());
  for (const std::vector<int>& numbers : ran) {
    EXPECT_EQ(numbers, NumbersUpTo(kTasks));
  }
}

}  // namespace
}  // namespace heddle
