// SPDX-License-Identifier: Apache-2.0
#include "reference/task.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "reference/callable.h"
#include "reference/coarse_clock.h"
#include "reference/log.h"

namespace heddle {
namespace {

// Collects what is logged while it lives.
class Records {
 public:
  Records()
      : former_(SetLogSink(
            [this](const LogRecord& record) { all.push_back(record); })) {}
  ~Records() { SetLogSink(std::move(former_)); }

  std::vector<LogRecord> all;

 private:
  LogSink former_;
};

template <std::size_t kBytes>
struct Sized {
  std::shared_ptr<int> tally;
  std::array<char, kBytes> ballast{};
  void operator()() { ++*tally; }
};

TEST(Task, RunsCallablesOfEverySizeOnceAndDestroysThem) {
  const auto tally = std::make_shared<int>(0);
  std::vector<Task> tasks;
  tasks.emplace_back(Sized<1>{tally});
  tasks.emplace_back(Sized<24>{tally});
  tasks.emplace_back(Sized<25>{tally});
  tasks.emplace_back(Sized<400>{tally});
  EXPECT_EQ(tally.use_count(), 5);
  for (Task& task : tasks) {
    task.Run();
    EXPECT_FALSE(task);
  }
  EXPECT_EQ(*tally, 4);
  EXPECT_EQ(tally.use_count(), 1);
}

TEST(Task, MovesWithoutCopyingAndLeavesTheSourceEmpty) {
  auto owned = std::make_unique<int>(7);
  int seen = 0;
  Task first([owned = std::move(owned), &seen] { seen = *owned; });
  Task second(std::move(first));
  EXPECT_FALSE(first);
  Task third;
  third = std::move(second);
  EXPECT_FALSE(second);
  third.Invoke();
  EXPECT_EQ(seen, 7);
}

TEST(Task, PlainBytesArriveWholeHoweverOftenTheyMove) {
  std::array<unsigned char, Task::kInlineSize - sizeof(void*)> sent;
  for (std::size_t i = 0; i < sent.size(); ++i) {
    sent[i] = static_cast<unsigned char>(i + 1);
  }
  std::array<unsigned char, sizeof(sent)> seen{};
  const auto callable = [sent, to = &seen] { *to = sent; };
  static_assert(std::is_trivially_copyable_v<decltype(callable)> &&
                sizeof(callable) == Task::kInlineSize);
  Task first(callable);
  Task second(std::move(first));
  EXPECT_FALSE(first);
  Task third([] {});
  third = std::move(second);
  EXPECT_FALSE(second);
  third.Invoke();
  EXPECT_EQ(seen, sent);
}

TEST(Task, DestroysTheCallableBeforeItsExceptionArrives) {
  const auto token = std::make_shared<int>();
  Task task([token] { throw std::runtime_error("x"); });
  try {
    task.Invoke();
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error&) {
    EXPECT_EQ(token.use_count(), 1);
  }
}

TEST(Task, RunLogsOneRecordForWhateverIsThrown) {
  Records records;
  Task([] { throw 42; }).Run();
  Task([] { throw std::logic_error("y"); }).Run();
  ASSERT_EQ(records.all.size(), 2u);
  EXPECT_EQ(DescribeException(records.all[0].exception), "int");
  EXPECT_EQ(DescribeException(records.all[1].exception),
            "std::logic_error: y");
}

TEST(Task, RunTellsWhetherTheTaskFailed) {
  Records records;
  EXPECT_EQ(Task([] {}).Run(), TaskEnding::kSucceeded);
  EXPECT_EQ(Task([] { return 42; }).Run(), TaskEnding::kSucceeded);
  EXPECT_EQ(Task([] { throw 42; }).Run(), TaskEnding::kFailed);
}

TEST(Task, RunPassesOnWhatTheCallableSaysOfItself) {
  EXPECT_EQ(Task([] { return TaskEnding::kSucceeded; }).Run(),
            TaskEnding::kSucceeded);
  EXPECT_EQ(Task([] { return TaskEnding::kFailed; }).Run(),
            TaskEnding::kFailed);
  const std::array<char, 100> large{};
  EXPECT_EQ(Task([large] {
              static_cast<void>(large);
              return TaskEnding::kFailed;
            }).Run(),
            TaskEnding::kFailed);
}

TEST(Task, KeepsTheTimeOfItsSubmissionWhenItMoves) {
  using std::chrono::nanoseconds;
  const nanoseconds before = CoarseNow();
  Task first([] {});
  EXPECT_EQ(first.submitted(), nanoseconds(0));
  first.set_submitted(before);
  Task second(std::move(first));
  Task third;
  third = std::move(second);
  EXPECT_EQ(third.submitted(), before);
  EXPECT_GE(third.Waited(), nanoseconds(0));
  EXPECT_LE(third.Waited(), CoarseNow() - before);
}

TEST(Task, RefuseTellsACallableThatListensAndLogsForOthers) {
  Records records;
  struct Listener {
    Refusal* heard;
    void operator()() {}
    void Refuse(Refusal refusal) { *heard = refusal; }
  };
  Refusal heard = Refusal::kPoolStopped;
  Task(Listener{&heard}).Refuse(Refusal::kReactorStopped);
  EXPECT_EQ(heard, Refusal::kReactorStopped);
  EXPECT_TRUE(records.all.empty());

  const auto token = std::make_shared<int>();
  Task task([token] {});
  task.Refuse(Refusal::kPoolStopped);
  EXPECT_EQ(records.all.size(), 1u);
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_FALSE(task);
}

TEST(Callable, EmptyOnesAreRefusedByName) {
  const auto refuses = [](const auto& callable) {
    try {
      RequireCallable("Somewhere::Call", callable);
    } catch (const std::invalid_argument& error) {
      return std::string(error.what()).starts_with("Somewhere::Call:");
    }
    return false;
  };
  EXPECT_TRUE(refuses(std::function<void()>()));
  EXPECT_TRUE(refuses(static_cast<void (*)()>(nullptr)));
  EXPECT_FALSE(refuses(std::function<void()>([] {})));
  EXPECT_FALSE(refuses([] {}));
}

TEST(Callable, BindCopiesArgumentsAndHandsThemOnAsValues) {
  std::string word = "before";
  auto call = BindCall(
      [](std::string text, std::unique_ptr<int> number) {
        return text + std::to_string(*number);
      },
      word, std::make_unique<int>(3));
  word = "after";
  EXPECT_EQ(call(), "before3");
}

}  // namespace
}  // namespace heddle
