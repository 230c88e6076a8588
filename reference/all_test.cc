// SPDX-License-Identifier: Apache-2.0
#include "reference/all.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "reference/errors.h"
#include "reference/kept_outcome.h"
#include "reference/recorded_log.h"
#include "reference/test_clock.h"

namespace heddle {
namespace {

using Owned = std::unique_ptr<int>;

Failure Bad() { return Failure::Of(std::runtime_error("x")); }

TEST(All, MovesTheValuesOutInInputOrder) {
  std::vector<Deferred<Owned>> members(2);
  const auto values = Keep(All(members));
  members[1].Callback(std::make_unique<int>(2));
  EXPECT_FALSE(values.come());
  members[0].Callback(std::make_unique<int>(1));
  ASSERT_TRUE(values.ok());
  EXPECT_EQ(*values.value()[0], 1);
  EXPECT_EQ(*values.value()[1], 2);
  EXPECT_TRUE(Keep(members[0]).Failed<AlreadyConsumed>());
}

TEST(All, TakesMembersOfAnyTypes) {
  Deferred<int> number;
  Deferred<void> nothing;
  Deferred<Owned> owned;
  const auto values = Keep(All(number, nothing, owned, Succeed(2.5)));
  nothing.Callback();
  owned.Callback(std::make_unique<int>(7));
  EXPECT_FALSE(values.come());
  number.Callback(1);
  ASSERT_TRUE(values.ok());
  const std::tuple<int, std::monostate, Owned, double>& all = values.value();
  EXPECT_EQ(std::get<0>(all), 1);
  EXPECT_EQ(*std::get<2>(all), 7);
  EXPECT_EQ(std::get<3>(all), 2.5);
}

TEST(All, FiresAtOnceWithoutMembers) {
  EXPECT_TRUE(Keep(All(std::vector<Deferred<int>>())).value().empty());
  EXPECT_TRUE(Keep(All(std::vector<Deferred<void>>())).ok());
}

TEST(All, TheFirstFailureFailsItAndCancelsTheRestUnreported) {
  RecordedLog log;
  int cancels = 0;
  {
    Deferred<int> done;
    Deferred<int> bad;
    Deferred<int> left([&](Deferred<int>&) { ++cancels; });
    int cancels_then = 0;
    const auto all = All(std::vector{done, bad, left});
    all.AddErrback([&](const Failure& failure) {
      cancels_then = cancels;
      return failure;
    });
    const auto values = Keep(all);
    done.Callback(1);
    bad.Errback(Bad());
    ASSERT_TRUE(values.Failed<FirstError>());
    const auto error = Thrown<FirstError>(values.failure());
    EXPECT_EQ(error.index(), 1u);
    EXPECT_TRUE(error.failure().Check<std::runtime_error>());
    EXPECT_EQ(cancels_then, 1);
  }
  EXPECT_EQ(cancels, 1);
  EXPECT_TRUE(log.records().empty());
}

TEST(All, OfAnyTypesFailsWithTheFirstFailureToo) {
  Deferred<int> number;
  Deferred<std::string> text;
  const auto values = Keep(All(number, text));
  text.Errback(Bad());
  ASSERT_TRUE(values.Failed<FirstError>());
  EXPECT_TRUE(Keep(number).Failed<AlreadyConsumed>());
}

TEST(All, CancellingItCancelsAllAndIsItsResult) {
  int cancels = 0;
  std::vector<Deferred<int>> members;
  for (int count = 0; count < 3; ++count) {
    members.emplace_back([&](Deferred<int>&) { ++cancels; });
  }
  const auto all = All(members);
  const auto values = Keep(all);
  all.Cancel();
  EXPECT_EQ(cancels, 3);
  EXPECT_TRUE(values.Failed<CancelledError>());
}

TEST(All, ALimitOnItIsATimeoutError) {
  TestClock clock;
  Deferred<int> member;
  const auto values =
      Keep(All(std::vector{member}).AddTimeout(Seconds(1), clock));
  clock.Advance(Seconds(1));
  EXPECT_TRUE(values.Failed<TimeoutError>());
  EXPECT_TRUE(member.called());
}

TEST(All, AMemberGivenTwiceIsConsumedTheSecondTime) {
  Deferred<int> only;
  const auto values = Keep(All(std::vector{only, only}));
  only.Callback(1);
  ASSERT_TRUE(values.Failed<FirstError>());
  const auto error = Thrown<FirstError>(values.failure());
  EXPECT_EQ(error.index(), 1u);
  EXPECT_TRUE(error.failure().Check<AlreadyConsumed>());
}

}  // namespace
}  // namespace heddle
