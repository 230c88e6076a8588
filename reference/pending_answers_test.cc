// SPDX-License-Identifier: Apache-2.0
#include "reference/pending_answers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace heddle {
namespace {

class Answer final : public PendingAnswer {
 public:
  explicit Answer(std::function<void()> on_abandon = [] {})
      : on_abandon_(std::move(on_abandon)) {}
  void Abandon() noexcept override {
    ++abandoned;
    on_abandon_();
  }

  int abandoned = 0;

 private:
  std::function<void()> on_abandon_;
};

TEST(PendingAnswers, CloseAbandonsWhatIsListedOldestFirst) {
  PendingAnswers answers;
  std::vector<int> order;
  Answer first([&] { order.push_back(1); });
  Answer second([&] { order.push_back(2); });
  Answer third([&] { order.push_back(3); });
  ASSERT_TRUE(answers.Add(first));
  ASSERT_TRUE(answers.Add(second));
  ASSERT_TRUE(answers.Add(third));
  EXPECT_TRUE(answers.Remove(second));
  answers.Close();
  EXPECT_EQ(order, (std::vector{1, 3}));
}

TEST(PendingAnswers, RemoveSaysOnlyOnceThatTheAnswerIsTheCallers) {
  PendingAnswers answers;
  Answer answer;
  EXPECT_FALSE(answers.Remove(answer));
  ASSERT_TRUE(answers.Add(answer));
  EXPECT_TRUE(answers.Remove(answer));
  EXPECT_FALSE(answers.Remove(answer));
  answers.Close();
  EXPECT_EQ(answer.abandoned, 0);
}

TEST(PendingAnswers, RemoveIsFalseForWhatWasAbandoned) {
  PendingAnswers answers;
  Answer answer;
  ASSERT_TRUE(answers.Add(answer));
  answers.Close();
  EXPECT_FALSE(answers.Remove(answer));
  EXPECT_EQ(answer.abandoned, 1);
}

TEST(PendingAnswers, AddIsRefusedOnceClosed) {
  PendingAnswers answers;
  answers.Close();
  answers.Close();
  Answer answer;
  EXPECT_FALSE(answers.Add(answer));
  EXPECT_FALSE(answers.Remove(answer));
  EXPECT_EQ(answer.abandoned, 0);
}

TEST(PendingAnswers, AbandonMayAddAndRemove) {
  PendingAnswers answers;
  Answer other;
  Answer late;
  bool removed = false;
  bool added = true;
  Answer first([&] {
    removed = answers.Remove(other);
    added = answers.Add(late);
  });
  ASSERT_TRUE(answers.Add(first));
  ASSERT_TRUE(answers.Add(other));
  answers.Close();
  EXPECT_TRUE(removed);
  EXPECT_FALSE(added);
  EXPECT_EQ(other.abandoned, 0);
}

TEST(PendingAnswers, EachAnswerIsRemovedOrAbandonedButNotBoth) {
  constexpr int kThreads = 3;
  constexpr int kEach = 200;
  PendingAnswers answers;
  std::vector<std::unique_ptr<Answer>> all;
  for (int i = 0; i < kThreads * kEach; ++i) {
    all.push_back(std::make_unique<Answer>());
    ASSERT_TRUE(answers.Add(*all.back()));
  }
  std::vector<int> removed(all.size());
  std::atomic<int> ready = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      ++ready;
      while (ready.load() < kThreads + 1) std::this_thread::yield();
      for (int i = t; i < kThreads * kEach; i += kThreads) {
        removed[i] = answers.Remove(*all[i]) ? 1 : 0;
      }
    });
  }
  ++ready;
  answers.Close();
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(removed[i] + all[i]->abandoned, 1);
  }
}

}  // namespace
}  // namespace heddle
