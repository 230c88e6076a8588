// SPDX-License-Identifier: Apache-2.0
#include "reference/task_inbox.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
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

TEST_F(TaskInboxTest, TheEndOfWhatIsReadyIsBehindAllThatIsThere) {
  for (int filled = 0; filled < kMany; ++filled) {
    EXPECT_EQ(inbox_.EndOfReady(), inbox_.End());
    Put(filled);
    if (filled % 7 == 6) RunAll();
  }
  RunAll();
  EXPECT_EQ(ran_, NumbersUpTo(kMany));
}

TEST_F(TaskInboxTest, TheEndOfWhatIsReadyIsBeforeATaskThatIsBeingPutIn) {
  Put(0);
  TaskInbox::Place end{};
  EXPECT_TRUE(inbox_.PutIf(Task([this] { ran_.push_back(1); }), [&] {
    end = inbox_.EndOfReady();
    return true;
  }));
  ASSERT_NE(inbox_.Front(end), nullptr);
  inbox_.PopFront();
  EXPECT_EQ(inbox_.Front(end), nullptr);
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

TEST_F(TaskInboxTest, WhatMayNotStayIsLeftAloneAndCounted) {
  Put(0);
  Task unwanted = [this] { ran_.push_back(1); };
  EXPECT_FALSE(inbox_.PutIf(std::move(unwanted), [this] {
    EXPECT_EQ(inbox_.Count(), 2u);
    return false;
  }));
  ASSERT_TRUE(unwanted);
  unwanted.Run();
  Put(2);
  inbox_.Front(inbox_.End())->Run();
  inbox_.PopFront();
  Task* const empty = inbox_.Front(inbox_.End());
  ASSERT_NE(empty, nullptr);
  EXPECT_FALSE(*empty);
  inbox_.PopFront();
  RunAll();
  EXPECT_EQ(ran_, (std::vector{1, 0, 2}));
  EXPECT_EQ(inbox_.Count(), 3u);
}

// A place has 22 bits of a slot's number.
TEST_F(TaskInboxTest, CountsMoreThanAPlaceHolds) {
  constexpr std::uint64_t kEnd = (std::uint64_t{1} << 22) + kMany;
  for (std::uint64_t i = 0; i < kEnd; ++i) {
    ASSERT_EQ(inbox_.Count(), i);
    ASSERT_TRUE(inbox_.Put([] {}));
    inbox_.Front(inbox_.End())->Run();
    inbox_.PopFront();
  }
  EXPECT_TRUE(inbox_.IsEmpty());
}

// N1 to N3 and M1 to M3, while blocks are used anew all the time.
TEST_F(TaskInboxTest, NeverCountsBackwardsNorMoreThanArePutIn) {
  constexpr std::uint64_t kEach = 20 * kMany;
  std::atomic<std::uint64_t> begun = 0;
  std::atomic<std::uint64_t> ended = 0;
  std::vector<std::jthread> producers;
  for (int i = 0; i < 2; ++i) {
    producers.emplace_back([&] {
      for (std::uint64_t n = 0; n < kEach; ++n) {
        ++begun;
        EXPECT_TRUE(inbox_.Put([] {}));
        ++ended;
      }
    });
  }
  while (ended < 2 * kEach) {
    const std::uint64_t least = ended;
    const std::uint64_t count = inbox_.Count();
    ASSERT_GE(count, least);
    ASSERT_LE(count, begun.load());
    RunAll();
  }
  RunAll();
  EXPECT_EQ(inbox_.Count(), 2 * kEach);
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

TEST_F(TaskInboxTest, ClaimsWhatIsThereInOrderAndNoMoreThanAskedFor) {
  for (int i = 0; i < kMany; ++i) Put(i);
  std::size_t claimed = 0;
  // So that some claims lie in two blocks.
  constexpr std::size_t kMost = 50;
  for (;;) {
    const TaskInbox::Claim claim = inbox_.ClaimSome(kMost);
    if (claim.size() == 0) break;
    EXPECT_LE(claim.size(), kMost);
    claimed += claim.size();
    inbox_.Empty(claim, [](Task& task) { Task(std::move(task)).Run(); });
  }
  EXPECT_EQ(claimed, std::size_t{kMany});
  EXPECT_TRUE(inbox_.IsEmpty());
  EXPECT_EQ(ran_, NumbersUpTo(kMany));
}

TEST_F(TaskInboxTest, ClaimsNothingBehindATaskThatIsBeingPutIn) {
  Put(0);
  EXPECT_TRUE(inbox_.PutIf(Task([this] { ran_.push_back(1); }), [this] {
    Put(2);
    const TaskInbox::Claim claim = inbox_.ClaimSome(3);
    EXPECT_EQ(claim.size(), 1u);
    inbox_.Empty(claim, [](Task& task) { Task(std::move(task)).Run(); });
    return true;
  }));
  RunAll();
  EXPECT_EQ(ran_, NumbersUpTo(3));
}

TEST_F(TaskInboxTest, GivesNoTaskForAPlaceThatWasLeftEmpty) {
  EXPECT_FALSE(inbox_.PutIf(Task([] { FAIL(); }), [] { return false; }));
  const TaskInbox::Claim claim = inbox_.ClaimSome(1);
  EXPECT_EQ(claim.size(), 1u);
  inbox_.Empty(claim, [](Task&) { FAIL() << "there is none"; });
  EXPECT_TRUE(inbox_.IsEmpty());
}

// K1 and U2.
TEST_F(TaskInboxTest, UsesNoBlockAnewInWhichAClaimHasSlots) {
  for (int i = 0; i < kMany; ++i) Put(i);
  std::vector<TaskInbox::Claim> claims;
  while (!inbox_.IsEmpty()) claims.push_back(inbox_.ClaimSome(7));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kMany; ++i) {
      EXPECT_TRUE(inbox_.Put([] {}));
    }
    RunAll();
  }
  for (const TaskInbox::Claim& claim : claims) {
    inbox_.Empty(claim, [](Task& task) { Task(std::move(task)).Run(); });
  }
  EXPECT_EQ(ran_, NumbersUpTo(kMany));
}

TEST_F(TaskInboxTest, ClaimsAreEmptiedBesideTheReader) {
  constexpr int kThreads = 2;
  constexpr int kEach = 20'000;
  std::mutex reader;
  std::atomic<int> ran = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kEach; ++n) {
          EXPECT_TRUE(inbox_.Put([&ran] { ++ran; }));
        }
      });
      threads.emplace_back([&] {
        while (ran < kThreads * kEach) {
          std::unique_lock lock(reader);
          const TaskInbox::Claim claim = inbox_.ClaimSome(40);
          lock.unlock();
          if (claim.size() == 0) std::this_thread::yield();
          inbox_.Empty(claim, [](Task& task) { Task(std::move(task)).Run(); });
        }
      });
    }
  }
  EXPECT_EQ(ran, kThreads * kEach);
  EXPECT_EQ(inbox_.Count(), std::uint64_t{kThreads} * kEach);
}

}  // namespace
}  // namespace heddle
