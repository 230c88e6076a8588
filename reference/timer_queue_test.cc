// SPDX-License-Identifier: Apache-2.0
#include "reference/timer_queue.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "reference/delayed_call.h"
#include "reference/errors.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

using std::chrono::seconds;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class TimerQueueTest : public testing::Test {
 protected:
  // A timer that records `number`.
  DelayedCall Add(double delay, int number) {
    return Add(delay, [this, number] { ran_.push_back(number); });
  }

  DelayedCall Add(double delay, Task task) {
    return DelayedCall(queue_->Add(Seconds(delay), std::move(task)));
  }

  void AdvanceAndRun(int by) {
    clock_.Advance(seconds(by));
    queue_->RunDue();
  }

  ManualClock clock_;
  LoopThread thread_;
  std::optional<TimerQueue> queue_{std::in_place, clock_, thread_};
  std::vector<int> ran_;
};

TEST_F(TimerQueueTest, ATimerRunsOnceAndNotBeforeItIsDue) {
  Add(2, 1);
  AdvanceAndRun(1);
  EXPECT_TRUE(ran_.empty());
  AdvanceAndRun(1);
  AdvanceAndRun(1);
  EXPECT_EQ(ran_, (std::vector{1}));
}

TEST_F(TimerQueueTest, DueTimesGoFirstAndThenTheOrderOfScheduling) {
  std::vector<int> expected;
  for (int i = 0; i < 12; ++i) {
    Add(2, i);
    expected.push_back(i);
  }
  Add(1, 99);
  expected.insert(expected.begin(), 99);
  AdvanceAndRun(2);
  EXPECT_EQ(ran_, expected);
}

TEST_F(TimerQueueTest, DueTimersCanBeCalledOneByOneAndThrow) {
  Add(2, [] { throw 42; });
  Add(2, [this] { Add(0, 2); });
  Add(3, 3);
  EXPECT_FALSE(queue_->InvokeDue());
  clock_.Advance(seconds(2));
  EXPECT_THROW(static_cast<void>(queue_->InvokeDue()), int);
  EXPECT_TRUE(queue_->InvokeDue());
  EXPECT_TRUE(queue_->InvokeDue());
  EXPECT_FALSE(queue_->InvokeDue());
  EXPECT_EQ(ran_, (std::vector{2}));
}

TEST_F(TimerQueueTest, ATimerAddedMeanwhileWaitsForTheNextRun) {
  Add(1, [this] { Add(0, 2); });
  Add(1, 1);
  AdvanceAndRun(1);
  EXPECT_EQ(ran_, (std::vector{1}));
  queue_->RunDue();
  EXPECT_EQ(ran_, (std::vector{1, 2}));
}

TEST_F(TimerQueueTest, TheClockIsReadOnceARun) {
  Add(1, [this] { clock_.Advance(seconds(5)); });
  Add(2, 1);
  AdvanceAndRun(1);
  EXPECT_TRUE(ran_.empty());
  queue_->RunDue();
  EXPECT_EQ(ran_, (std::vector{1}));
}

TEST_F(TimerQueueTest, ACancelledTimerDoesNotRunEvenIfItWasDueAlready) {
  DelayedCall victim;
  Add(1, [&victim] { victim.Cancel(); });
  victim = Add(1, 1);
  AdvanceAndRun(1);
  EXPECT_TRUE(ran_.empty());
  EXPECT_FALSE(victim.active());
  EXPECT_THROW(victim.Cancel(), AlreadyCancelled);
  EXPECT_THROW(victim.Reset(Seconds(1)), AlreadyCancelled);
  EXPECT_THROW(victim.Delay(Seconds(1)), AlreadyCancelled);
}

TEST_F(TimerQueueTest, ATimerCountsAsCalledWhileItRunsAndIfItThrows) {
  RecordedLog log;
  DelayedCall call;
  int refused = 0;
  call = Add(1, [&] {
    EXPECT_FALSE(call.active());
    try {
      call.Cancel();
    } catch (const AlreadyCalled&) {
      ++refused;
    }
    throw 42;
  });
  Add(1, 1);
  AdvanceAndRun(1);
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(ran_, (std::vector{1}));
  EXPECT_EQ(log.records().size(), 1u);
  EXPECT_THROW(call.Reset(Seconds(1)), AlreadyCalled);
  EXPECT_THROW(call.Delay(Seconds(1)), AlreadyCalled);
}

TEST_F(TimerQueueTest, ResetCountsFromNowAndDelayFromTheDueTime) {
  DelayedCall sooner = Add(10, 1);
  DelayedCall later = Add(10, 2);
  DelayedCall shifted = Add(10, 3);
  AdvanceAndRun(1);
  sooner.Reset(Seconds(2));
  later.Reset(Seconds(20));
  shifted.Delay(Seconds(-3));
  EXPECT_EQ(sooner.time(), Clock::Time(seconds(3)));
  EXPECT_EQ(later.time(), Clock::Time(seconds(21)));
  EXPECT_EQ(shifted.time(), Clock::Time(seconds(7)));
  AdvanceAndRun(2);
  EXPECT_EQ(ran_, (std::vector{1}));
  AdvanceAndRun(4);
  EXPECT_EQ(ran_, (std::vector{1, 3}));
  AdvanceAndRun(13);
  EXPECT_EQ(ran_, (std::vector{1, 3}));
  AdvanceAndRun(1);
  EXPECT_EQ(ran_, (std::vector{1, 3, 2}));
}

TEST_F(TimerQueueTest, ATimerThatWasResetIsTheNewestAmongEquals) {
  DelayedCall first = Add(1, 1);
  Add(1, 2);
  first.Reset(Seconds(1));
  AdvanceAndRun(1);
  EXPECT_EQ(ran_, (std::vector{2, 1}));
}

TEST_F(TimerQueueTest, CancellingReleasesWhatTheTimerHoldsAtOnce) {
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> watch = held;
  DelayedCall call = Add(1, [held = std::move(held)] {});
  call.Cancel();
  EXPECT_TRUE(watch.expired());
}

TEST_F(TimerQueueTest, ATimerThatHasRunHoldsNothingWhileItsHandleLives) {
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> watch = held;
  const DelayedCall call = Add(1, [held = std::move(held)] {});
  AdvanceAndRun(1);
  EXPECT_TRUE(watch.expired());
}

TEST_F(TimerQueueTest, ATimerThatHoldsItsOwnHandleMayBeCancelledThroughIt) {
  struct Owner {
    DelayedCall call;
  };
  auto owner = std::make_shared<Owner>();
  const std::weak_ptr<Owner> watch = owner;
  owner->call = Add(1, [owner] {});
  DelayedCall& inside = owner->call;
  owner.reset();
  inside.Cancel();
  EXPECT_TRUE(watch.expired());
}

TEST_F(TimerQueueTest, WhatIsPendingIsListedInOrder) {
  Add(3, 1);
  const DelayedCall cancelled = Add(2, 2);
  Add(1, 3);
  DelayedCall(cancelled).Cancel();
  const auto pending = queue_->Pending();
  ASSERT_EQ(pending.size(), 2u);
  EXPECT_EQ(pending[0].time(), Clock::Time(seconds(1)));
  EXPECT_EQ(pending[1].time(), Clock::Time(seconds(3)));
}

TEST_F(TimerQueueTest, DistantAndInfiniteDelaysAreClamped) {
  Add(kInfinity, 1);
  Add(1e300, 2);
  EXPECT_EQ(queue_->NextDue(), Clock::Time::max());
  Add(9e9, 3);
  EXPECT_LE(*queue_->NextDue(), Clock::Time::max());
  DelayedCall back = Add(1, 4);
  back.Delay(Seconds(-1e300));
  EXPECT_EQ(back.time(), Clock::Time::min());
  queue_->RunDue();
  EXPECT_EQ(ran_, (std::vector{4}));
}

TEST_F(TimerQueueTest, AFractionOfATickIsRoundedUp) {
  const DelayedCall call = Add(1.5e-9, 1);
  EXPECT_EQ(call.time().time_since_epoch(), std::chrono::nanoseconds(2));
}

TEST_F(TimerQueueTest, ADecimalFractionOfASecondIsExact) {
  for (int i = 0; i < 100'000; ++i) {
    const Clock::Time due = TimeAfter(clock_.Now(), Seconds(i / 1000.0));
    ASSERT_EQ(due - clock_.Now(), std::chrono::milliseconds(i));
  }
}

TEST_F(TimerQueueTest, BadDelaysAreRefusedAndChangeNothing) {
  EXPECT_THROW(RequireDelay("F", Seconds(-1)), std::invalid_argument);
  EXPECT_THROW(RequireDelay("F", Seconds(kNaN)), std::invalid_argument);
  EXPECT_EQ(RequireDelay("F", Seconds(kInfinity)).count(), kInfinity);
  DelayedCall call = Add(1, 1);
  EXPECT_THROW(call.Reset(Seconds(-1)), std::invalid_argument);
  EXPECT_THROW(call.Reset(Seconds(kNaN)), std::invalid_argument);
  EXPECT_THROW(call.Delay(Seconds(kNaN)), std::invalid_argument);
  EXPECT_EQ(call.time(), Clock::Time(seconds(1)));
}

TEST_F(TimerQueueTest, AHandleOutlivesTheQueueAndFindsItsTimerCancelled) {
  auto held = std::make_shared<int>();
  const std::weak_ptr<int> watch = held;
  DelayedCall call = Add(1, [held = std::move(held)] {});
  queue_.reset();
  EXPECT_TRUE(watch.expired());
  EXPECT_FALSE(call.active());
  EXPECT_THROW(call.Cancel(), AlreadyCancelled);
}

TEST_F(TimerQueueTest, ADefaultHandleMeansNoTimer) {
  DelayedCall none;
  EXPECT_FALSE(none.active());
  EXPECT_THROW(none.Cancel(), std::logic_error);
  EXPECT_THROW(static_cast<void>(none.time()), std::logic_error);
}

TEST_F(TimerQueueTest, HandlesAreRefusedOnAnotherThreadThanTheLoops) {
  DelayedCall call = Add(1, 1);
  ASSERT_TRUE(thread_.Enter());
  std::thread([&] {
    EXPECT_THROW(call.Cancel(), WrongThread);
    EXPECT_THROW(call.Reset(Seconds(1)), WrongThread);
    EXPECT_THROW(call.Delay(Seconds(1)), WrongThread);
    EXPECT_THROW(static_cast<void>(call.active()), WrongThread);
    EXPECT_THROW(static_cast<void>(call.time()), WrongThread);
  }).join();
  EXPECT_TRUE(call.active());
  thread_.Leave();
}

// Against a model that is a sorted map.
TEST_F(TimerQueueTest, AnyMixOfOperationsAgreesWithASortedMap) {
  std::mt19937 random(20240229);
  const auto below = [&random](int limit) {
    return static_cast<int>(random() % static_cast<unsigned>(limit));
  };
  std::map<std::pair<Clock::Time, int>, int> model;  // (due, order) -> number
  std::map<int, std::pair<DelayedCall, std::pair<Clock::Time, int>>> live;
  int next_order = 0;
  std::vector<int> expected;
  const auto place = [&](int number, DelayedCall call) {
    const std::pair key(call.time(), next_order++);
    model.emplace(key, number);
    live.insert_or_assign(number, std::pair(call, key));
  };
  for (int step = 0; step < 5000; ++step) {
    const int kind = below(10);
    if (kind < 5 || live.empty()) {
      place(step, Add(below(20), step));
    } else if (kind < 9) {
      auto chosen =
          std::next(live.begin(), below(static_cast<int>(live.size())));
      auto [number, entry] = *chosen;
      model.erase(entry.second);
      if (kind == 5) {
        entry.first.Cancel();
        live.erase(chosen);
      } else if (kind == 6) {
        entry.first.Reset(Seconds(below(20)));
        place(number, entry.first);
      } else {
        entry.first.Delay(Seconds(below(9) - 4));
        place(number, entry.first);
      }
    } else {
      clock_.Advance(seconds(below(4)));
      while (!model.empty() && model.begin()->first.first <= clock_.Now()) {
        expected.push_back(model.begin()->second);
        live.erase(model.begin()->second);
        model.erase(model.begin());
      }
      queue_->RunDue();
      ASSERT_EQ(ran_, expected);
    }
    ASSERT_EQ(queue_->Pending().size(), model.size());
  }
  EXPECT_GT(expected.size(), 500u);
}

// Many are due at once, and each changes others, also those that are due.
// Against a model that is a sorted map.
TEST_F(TimerQueueTest, ManyThatAreDueAtOnceMayChangeEachOther) {
  std::mt19937 random(36);
  const auto below = [&random](std::size_t limit) {
    return static_cast<int>(random() % limit);
  };
  using Key = std::pair<Clock::Time, int>;
  std::map<Key, int> model;  // (due, order) -> number
  std::vector<std::pair<DelayedCall, Key>> calls;
  int next_order = 0;
  const auto place = [&](std::size_t number) {
    auto& [call, key] = calls[number];
    key = Key(call.time(), next_order++);
    model.emplace(key, static_cast<int>(number));
  };
  std::function<void(int)> run;
  const auto add = [&] {
    const auto number = static_cast<int>(calls.size());
    calls.emplace_back(Add(below(20), [&run, number] { run(number); }), Key());
    place(calls.size() - 1);
  };
  run = [&](int number) {
    ASSERT_EQ(model.begin()->second, number);
    model.erase(model.begin());
    const int kind = below(12);
    if (kind == 0) add();
    if (kind < 8 || model.empty()) return;
    const auto chosen = std::next(model.begin(), below(model.size()));
    const auto victim = static_cast<std::size_t>(chosen->second);
    model.erase(chosen);
    DelayedCall& call = calls[victim].first;
    if (kind == 8) {
      call.Cancel();
      return;
    }
    if (kind == 9) call.Reset(Seconds(below(20)));
    if (kind > 9) call.Delay(Seconds(below(40) - (kind == 10 ? 0 : 2)));
    place(victim);
  };
  int largest = 0;
  for (int round = 0; round < 60; ++round) {
    while (model.size() < 400) add();
    const int first_new = next_order;
    const std::size_t before = model.size();
    // All of them, or a part.
    AdvanceAndRun(below(3) == 0 ? 100 : below(20));
    if (HasFatalFailure()) return;
    largest = std::max(largest, static_cast<int>(before - model.size()));
    const Key& first = model.begin()->first;
    EXPECT_TRUE(first.first > clock_.Now() || first.second >= first_new);
    EXPECT_EQ(queue_->NextDue(), first.first);
    const auto pending = queue_->Pending();
    ASSERT_EQ(pending.size(), model.size());
    std::size_t i = 0;
    for (const auto& [key, number] : model) {
      ASSERT_EQ(pending[i++], calls[static_cast<std::size_t>(number)].first);
    }
  }
  EXPECT_GT(largest, 100);
  queue_.reset();
  for (const auto& [call, key] : calls) EXPECT_FALSE(call.active());
}

TEST_F(TimerQueueTest, WhoThrowsAmongManyThatAreDueStopsNoOther) {
  RecordedLog log;
  std::vector<int> expected;
  for (int i = 0; i < 100; ++i) {
    Add(1, i);
    expected.push_back(i);
    Add(1, [] { throw 42; });
  }
  AdvanceAndRun(1);
  EXPECT_EQ(ran_, expected);
  EXPECT_EQ(log.records().size(), 100u);
}

// A timer that was moved before the others stops this run (RL-09).
TEST_F(TimerQueueTest, WhatIsLeftOfManyThatWereDueIsCancelledWithTheQueue) {
  auto held = std::make_shared<int>();
  std::vector<DelayedCall> calls;
  Add(1, [&calls] { calls.back().Delay(Seconds(-1)); });
  for (int i = 0; i < 100; ++i) calls.push_back(Add(1, [held] {}));
  AdvanceAndRun(1);
  EXPECT_EQ(queue_->Pending().size(), 100u);
  EXPECT_EQ(queue_->NextDue(), Clock::Time(seconds(0)));
  EXPECT_EQ(held.use_count(), 101);
  queue_.reset();
  EXPECT_EQ(held.use_count(), 1);
  for (const DelayedCall& call : calls) EXPECT_FALSE(call.active());
}

TEST_F(TimerQueueTest, ACancelledTimerLivesAsLongAsItsHandles) {
  DelayedCall one = Add(1, 1);
  DelayedCall other = one;
  one.Cancel();
  one = DelayedCall();
  EXPECT_THROW(other.Cancel(), AlreadyCancelled);
}

}  // namespace
}  // namespace heddle
