// SPDX-License-Identifier: Apache-2.0
#include "reference/race.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "reference/errors.h"
#include "reference/kept_outcome.h"
#include "reference/recorded_log.h"
#include "reference/test_clock.h"

namespace heddle {
namespace {

using Owned = std::unique_ptr<int>;

Failure Bad(const char* text) { return Failure::Of(std::runtime_error(text)); }

class RaceTest : public testing::Test {
 protected:
  // A member that notes its cancellation.
  Deferred<int> Runner(int index) {
    return Deferred<int>(
        [this, index](Deferred<int>&) { cancelled_.push_back(index); });
  }
  std::vector<Deferred<int>> Runners(int count) {
    std::vector<Deferred<int>> runners;
    for (int index = 0; index < count; ++index) {
      runners.push_back(Runner(index));
    }
    return runners;
  }

  RecordedLog log_;
  std::vector<int> cancelled_;
};

TEST_F(RaceTest, TheFirstValueWinsAndTheRestIsCancelledBeforeCallbacksRun) {
  const auto runners = Runners(3);
  std::vector<int> cancelled_then;
  std::pair<std::size_t, int> winner;
  Race(runners).AddCallback([&](const std::pair<std::size_t, int>& result) {
    winner = result;
    cancelled_then = cancelled_;
  });
  runners[2].Errback(Bad("early"));
  EXPECT_TRUE(cancelled_.empty());
  runners[1].Callback(11);
  EXPECT_EQ(winner, (std::pair<std::size_t, int>(1, 11)));
  EXPECT_EQ(cancelled_then, std::vector{0});
}

TEST_F(RaceTest, NothingOfALoserIsReported) {
  {
    const auto runners = Runners(2);
    Keep(Race(runners));
    runners[0].Callback(1);
  }
  EXPECT_EQ(cancelled_, std::vector{1});
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(RaceTest, LosersAreCancelledAlsoWhenNobodyHoldsTheRace) {
  // What the loser waits for is all that keeps it.
  Deferred<int> inner = Runner(7);
  Deferred<int> winner;
  {
    Deferred<int> loser = Succeed(0).AddCallback([=](int) { return inner; });
    Race(std::vector{winner, loser}).AddErrback([](const Failure&) {
      return std::pair<std::size_t, int>();
    });
  }
  winner.Callback(1);
  EXPECT_EQ(cancelled_, std::vector{7});
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(RaceTest, MembersThatHaveFiredCountInTheOrderGiven) {
  const auto result = Keep(Race(
      std::vector{Runner(0), Fail<int>(Bad("x")), Succeed(5), Succeed(6)}));
  EXPECT_EQ(result.value(), (std::pair<std::size_t, int>(2, 5)));
  EXPECT_EQ(cancelled_, std::vector{0});
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(RaceTest, IfAllFailThereIsAGroupInInputOrder) {
  const auto runners = Runners(2);
  const auto result = Keep(Race(runners));
  runners[1].Errback(Bad("second"));
  runners[0].Errback(Bad("first"));
  ASSERT_TRUE(result.Failed<FailureGroup>());
  const auto group = Thrown<FailureGroup>(result.failure());
  ASSERT_EQ(group.failures().size(), 2u);
  EXPECT_STREQ(Thrown<std::runtime_error>(group.failures()[0]).what(), "first");
  EXPECT_STREQ(Thrown<std::runtime_error>(group.failures()[1]).what(),
               "second");
  EXPECT_NE(std::string(group.what()).find("all 2 failed"), std::string::npos);
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(RaceTest, RefusesToRunWithoutMembers) {
  EXPECT_THROW(Race(std::vector<Deferred<int>>()), std::invalid_argument);
  EXPECT_THROW(First(std::vector<Deferred<void>>()), std::invalid_argument);
}

TEST_F(RaceTest, CarriesMoveOnlyValuesAndNone) {
  std::vector<Deferred<Owned>> owned(2);
  const auto race = Keep(Race(owned));
  owned[1].Callback(std::make_unique<int>(3));
  EXPECT_EQ(*race.value().second, 3);
  EXPECT_TRUE(Keep(owned[1]).Failed<AlreadyConsumed>());

  std::vector<Deferred<void>> nothing(2);
  const auto which = Keep(Race(nothing));
  nothing[1].Callback();
  EXPECT_EQ(which.value(), 1u);

  std::vector<Deferred<Owned>> again(2);
  const auto first = Keep(First(again));
  again[0].Callback(std::make_unique<int>(4));
  EXPECT_EQ(*first.value(), 4);
  EXPECT_TRUE(Keep(First(std::vector{Succeed()})).ok());
}

TEST_F(RaceTest, CancellingItCancelsAllAndIsItsResult) {
  auto runners = Runners(2);
  runners.push_back(Deferred<int>([&](Deferred<int>& self) {
    cancelled_.push_back(2);
    self.Callback(9);  // too late
  }));
  const auto race = Race(runners);
  const auto result = Keep(race);
  race.Cancel();
  EXPECT_EQ(cancelled_, (std::vector{0, 1, 2}));
  EXPECT_TRUE(result.Failed<CancelledError>());
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(RaceTest, ALimitOnItIsATimeoutError) {
  TestClock clock;
  const auto runners = Runners(2);
  const auto result = Keep(First(runners).AddTimeout(Seconds(1), clock));
  clock.Advance(Seconds(1));
  EXPECT_TRUE(result.Failed<TimeoutError>());
  EXPECT_EQ(cancelled_, (std::vector{0, 1}));
}

TEST_F(RaceTest, ALoserThatSucceedsWhenCancelledLosesAllTheSame) {
  Deferred<int> loser([](Deferred<int>& self) { self.Callback(2); });
  Deferred<int> winner;
  const auto result = Keep(First(std::vector{loser, winner}));
  winner.Callback(1);
  EXPECT_EQ(result.value(), 1);
  EXPECT_TRUE(Keep(loser).Failed<AlreadyConsumed>());
}

TEST_F(RaceTest, ALosersCancellerMayCancelTheRace) {
  std::vector<Deferred<int>> race;
  Deferred<int> winner;
  race.push_back(First(std::vector{
      winner, Deferred<int>([&](Deferred<int>&) { race.front().Cancel(); }),
      Runner(3)}));
  const auto result = Keep(race.front());
  winner.Callback(1);
  EXPECT_TRUE(result.Failed<CancelledError>());
  EXPECT_EQ(cancelled_, std::vector{3});
}

TEST_F(RaceTest, ACancellerMayFireAnotherMember) {
  Deferred<int> other;
  Deferred<int> loser([&](Deferred<int>&) { other.Callback(3); });
  Deferred<int> winner;
  const auto result = Keep(First(std::vector{winner, loser, other}));
  winner.Callback(1);
  EXPECT_EQ(result.value(), 1);
}

TEST_F(RaceTest, TheSameMemberMayRunTwice) {
  Deferred<int> only;
  const auto result = Keep(Race(std::vector{only, only}));
  only.Callback(1);
  EXPECT_EQ(result.value(), (std::pair<std::size_t, int>(0, 1)));
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(RaceTest, FiringItByHandCancelsTheRestWhenAMemberFires) {
  const auto runners = Runners(2);
  const auto race = First(runners);
  const auto result = Keep(race);
  race.Callback(42);
  runners[0].Callback(1);
  EXPECT_EQ(result.value(), 42);
  EXPECT_EQ(cancelled_, std::vector{1});
}

}  // namespace
}  // namespace heddle
