// SPDX-License-Identifier: Apache-2.0
//
// BT-39: all and first, by forms that own their members.
#include <cstddef>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "conformance/kit/log_capture.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "gtest/gtest.h"
#include "reference/all.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/failure.h"
#include "reference/outcome.h"
#include "reference/race.h"
#include "reference/test_clock.h"

namespace heddle::conformance {
namespace {

using Members = std::vector<Deferred<int>>;
using Winner = std::pair<std::size_t, int>;

// Members that note their cancellation, and that they were reached.
Members Runners(Trace& cancelled, int count) {
  Members members;
  for (int index = 0; index < count; ++index) {
    members.emplace_back([&cancelled, index](Deferred<int>&) {
      cancelled.push_back(std::to_string(index));
    });
  }
  return members;
}

RULE(BT_39, TheFirstSuccessWinsARaceAndTheLosersAreCancelled) {
  LogCapture log;
  Trace cancelled;
  {
    const Members members = Runners(cancelled, 3);
    Trace cancelled_by_then;
    std::string result = "not fired";
    Race(members).AddBoth([&](const Outcome<Winner>& outcome) {
      result = InWords(outcome);
      cancelled_by_then = cancelled;
    });
    members[0].Errback(Lost());
    EXPECT_EQ(result, "not fired") << "after a failure";
    members[1].Callback(7);
    EXPECT_EQ(result, "(1, 7)");
    EXPECT_EQ(cancelled_by_then, Trace{"2"})
        << "losers cancelled when the callbacks ran";
  }
  EXPECT_EQ(cancelled, Trace{"2"}) << "losers cancelled";
  EXPECT_EQ(log.records().size(), 0u) << "a loser's error was reported";
}

RULE(BT_39, ALoserThatWaitsForAnotherDeferredIsCancelledThere) {
  Trace cancelled;
  const Members inner = Runners(cancelled, 1);
  Deferred<int> winner;
  std::string result = "not fired";
  // Nobody has a handle to the race, nor to the member that waits.
  First(Members{WaitingFor(inner[0]), winner})
      .AddBoth([&](Outcome<int> outcome) { result = InWords(outcome); });
  winner.Callback(7);
  EXPECT_EQ(result, "7");
  EXPECT_EQ(cancelled, Trace{"0"}) << "losers cancelled";
}

RULE(BT_39, ALoserThatNobodyHoldsIsCancelledToo) {
  Trace cancelled;
  Deferred<int> winner;
  {
    Members members = Runners(cancelled, 1);
    members.push_back(winner);
    Race(members).AddBoth([](const Outcome<Winner>&) {});
  }
  winner.Callback(7);
  EXPECT_EQ(cancelled, Trace{"0"}) << "losers cancelled";
}

RULE(BT_39, IfAllFailARaceFailsWithAllFailuresInInputOrder) {
  LogCapture log;
  {
    Members members(2);
    const Deferred<Winner> race = Race(members);
    Trace failures;
    race.AddErrback([&](const Failure& failure) {
      try {
        failure.Rethrow();
      } catch (const FailureGroup& group) {
        for (const Failure& one : group.failures()) {
          failures.push_back(InWords(one));
        }
      }
      return Winner();
    });
    members[1].Errback(Lost());
    members[0].Errback(CancelledError(""));
    EXPECT_EQ(failures, (Trace{"CancelledError", "Lost"}))
        << "what a race in which all failed failed with";
  }
  EXPECT_EQ(log.records().size(), 0u) << "a loser's error was reported";
}

RULE(BT_39, AllGivesEveryValueInInputOrder) {
  Members members(3);
  const auto values = All(members);
  members[2].Callback(3);
  members[0].Callback(1);
  EXPECT_FALSE(values.called()) << "with a member still unfired";
  members[1].Callback(2);
  EXPECT_EQ(TakeResult(values), "{ 1, 2, 3 }");
  EXPECT_EQ(TakeResult(All(Members())), "{}") << "without members";
}

RULE(BT_39, AllTakesValuesThatCannotBeCopiedAndOfAnyType) {
  Deferred<std::unique_ptr<int>> owned;
  Deferred<void> nothing;
  std::string result = "not fired";
  All(owned, nothing, Succeed(3)).AddCallback([&](const auto& values) {
    result = std::to_string(*std::get<0>(values) + std::get<2>(values));
  });
  owned.Callback(std::make_unique<int>(4));
  nothing.Callback();
  EXPECT_EQ(result, "7");
}

RULE(BT_39, TheFirstFailureFailsAllAndTheRestIsCancelledUnreported) {
  LogCapture log;
  Trace cancelled;
  {
    const Members members = Runners(cancelled, 3);
    const auto all = All(members);
    std::size_t index = 99;
    all.AddErrback([&](const Failure& failure) {
      try {
        failure.Rethrow();
      } catch (const FirstError& error) {
        index = error.index();
      }
    });
    members[0].Callback(1);
    members[1].Errback(Lost());
    EXPECT_EQ(index, 1u) << "whose failure it was";
  }
  EXPECT_EQ(cancelled, Trace{"2"}) << "losers cancelled";
  EXPECT_EQ(log.records().size(), 0u) << "a loser's error was reported";
}

RULE(BT_39, CancelledTheyCancelAllMembersAndFailWithCancelledError) {
  Trace cancelled;
  const auto race = Race(Runners(cancelled, 2));
  race.Cancel();
  EXPECT_EQ(cancelled, (Trace{"0", "1"})) << "members cancelled by a race";
  EXPECT_EQ(TakeResult(race), "CancelledError") << "of a race";
  cancelled.clear();
  const auto all = All(Runners(cancelled, 2));
  all.Cancel();
  EXPECT_EQ(cancelled, (Trace{"0", "1"})) << "members cancelled by all";
  EXPECT_EQ(TakeResult(all), "CancelledError") << "of all";
}

RULE(BT_39, ALimitOnThemIsATimeoutError) {
  TestClock clock;
  const Deferred<int> first = First(Members(2)).AddTimeout(Seconds(1), clock);
  const auto all = All(Members(2)).AddTimeout(Seconds(1), clock);
  clock.Advance(Seconds(1));
  EXPECT_EQ(TakeResult(first), "TimeoutError") << "of the first";
  EXPECT_EQ(TakeResult(all), "TimeoutError") << "of all";
}

RULE(BT_39, DroppedUnfiredTheyGoWithTheirMembers) {
  const auto captured = std::make_shared<int>();
  {
    Members members;
    for (int count = 0; count < 2; ++count) {
      members.emplace_back([captured](Deferred<int>&) {});
    }
    First(members).AddBoth([captured](Outcome<int>) {});
    All(members).AddBoth([captured](const Outcome<std::vector<int>>&) {});
    EXPECT_EQ(captured.use_count(), 5) << "while members may fire them";
  }
  EXPECT_EQ(captured.use_count(), 1) << "members that nobody can fire are kept";
}

}  // namespace
}  // namespace heddle::conformance
