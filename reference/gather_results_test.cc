// SPDX-License-Identifier: Apache-2.0
#include "reference/gather_results.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "reference/errors.h"
#include "reference/kept_outcome.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

Failure Bad() { return Failure::Of(std::runtime_error("x")); }

TEST(GatherResults, GivesTheValuesInInputOrder) {
  std::vector<Deferred<int>> members(3);
  const auto values = Keep(GatherResults(members));
  members[2].Callback(3);
  members[0].Callback(1);
  EXPECT_FALSE(values.come());
  members[1].Callback(2);
  ASSERT_TRUE(values.ok());
  EXPECT_EQ(values.value(), (std::vector{1, 2, 3}));
  EXPECT_EQ(Keep(members[1]).value(), 2);
}

TEST(GatherResults, WithoutMembersGivesNoValuesAtOnce) {
  EXPECT_TRUE(
      Keep(GatherResults(std::vector<Deferred<int>>())).value().empty());
  EXPECT_TRUE(Keep(GatherResults(std::vector<Deferred<void>>())).ok());
}

TEST(GatherResults, OfMembersWithoutAValueHasNone) {
  std::vector<Deferred<void>> members(2);
  const auto done = Keep(GatherResults(members));
  members[1].Callback();
  EXPECT_FALSE(done.come());
  members[0].Callback();
  EXPECT_TRUE(done.ok());
}

TEST(GatherResults, FailsWithTheFirstFailureAndTheOthersAreStillReported) {
  RecordedLog log;
  {
    std::vector<Deferred<int>> members(3);
    const auto values = Keep(GatherResults(members));
    members[1].Errback(Bad());
    ASSERT_TRUE(values.Failed<FirstError>());
    EXPECT_EQ(Thrown<FirstError>(values.failure()).index(), 1u);
    EXPECT_NO_THROW(members[0].Callback(1));
    members[2].Errback(Bad());
  }
  EXPECT_EQ(log.records().size(), 2u);
}

TEST(GatherResults, ConsumesErrorsIfToldTo) {
  RecordedLog log;
  {
    std::vector<Deferred<int>> members(2);
    const auto values = Keep(GatherResults(members, true));
    members[1].Errback(Bad());
    members[0].Errback(Bad());
    EXPECT_TRUE(values.Failed<FirstError>());
  }
  EXPECT_TRUE(log.records().empty());
}

TEST(GatherResults, CancelCancelsAllMembers) {
  int cancels = 0;
  const auto canceller = [&](Deferred<int>&) { ++cancels; };
  std::vector<Deferred<int>> members;
  for (int count = 0; count < 3; ++count) members.emplace_back(canceller);
  const auto gathered = GatherResults(members, true);
  const auto values = Keep(gathered);
  gathered.Cancel();
  EXPECT_EQ(cancels, 3);
  ASSERT_TRUE(values.Failed<FirstError>());
  const auto error = Thrown<FirstError>(values.failure());
  EXPECT_EQ(error.index(), 0u);
  EXPECT_TRUE(error.failure().Check<CancelledError>());
}

}  // namespace
}  // namespace heddle
