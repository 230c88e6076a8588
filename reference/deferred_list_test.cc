// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_list.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "reference/errors.h"
#include "reference/kept_outcome.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

using Ints = std::vector<Deferred<int>>;
using IntList = DeferredListResult<int>;

constexpr DeferredListOptions kFirstValue = {.fire_on_one_callback = true};
constexpr DeferredListOptions kFirstFailure = {.fire_on_one_errback = true};
constexpr DeferredListOptions kConsume = {.consume_errors = true};

Failure Bad(const char* text) { return Failure::Of(std::runtime_error(text)); }

// "1 2 x:text" of values and failures, in their order.
std::string Show(const IntList& list) {
  std::string shown;
  for (const Outcome<int>& outcome : list.outcomes) {
    if (!shown.empty()) shown += ' ';
    shown += outcome.ok()
                 ? std::to_string(outcome.value())
                 : std::string("x:") +
                       Thrown<std::runtime_error>(outcome.failure()).what();
  }
  return shown;
}

class DeferredListTest : public testing::Test {
 protected:
  // What members fail with is handled, so that the log stays empty.
  void Handle(const Ints& members) {
    for (const Deferred<int>& member : members) {
      member.AddErrback([](const Failure&) { return 0; });
    }
  }

  RecordedLog log_;
  Ints members_ = Ints(3);
};

TEST_F(DeferredListTest, FiresWhenAllHaveWithOutcomesInInputOrder) {
  const auto list = Keep(DeferredList(members_));
  members_[2].Callback(3);
  members_[0].Errback(Bad("one"));
  EXPECT_FALSE(list.come());
  members_[1].Callback(2);
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(Show(list.value()), "x:one 2 3");
  EXPECT_FALSE(list.value().first.has_value());
  Handle(members_);
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(DeferredListTest, TakesMembersThatHaveFiredBefore) {
  const auto list = Keep(DeferredList(
      Ints{Succeed(1), Fail<int>(Bad("two")), Succeed(3)}, kConsume));
  ASSERT_TRUE(list.ok());
  EXPECT_EQ(Show(list.value()), "1 x:two 3");
}

TEST_F(DeferredListTest, SeesMembersAfterTheirCallbacksAndPassesResultsOn) {
  const Deferred<int> changed =
      members_[0].AddCallback([](int v) { return v * 10; });
  const auto list = Keep(DeferredList(Ints{changed}));
  const auto other = Keep(DeferredList(Ints{changed, changed}));
  members_[0].Callback(1);
  EXPECT_EQ(Show(list.value()), "10");
  EXPECT_EQ(Show(other.value()), "10 10");
  EXPECT_EQ(Keep(changed).value(), 10);
}

TEST_F(DeferredListTest, TheFirstValueFiresWithItsIndex) {
  const auto list = Keep(DeferredList(members_, kFirstValue));
  members_[2].Errback(Bad("early"));
  EXPECT_FALSE(list.come());
  members_[1].Callback(20);
  ASSERT_TRUE(list.ok());
  ASSERT_TRUE(list.value().first.has_value());
  EXPECT_EQ(list.value().first->index, 1u);
  EXPECT_EQ(list.value().first->value, 20);
  EXPECT_TRUE(list.value().outcomes.empty());
  EXPECT_NO_THROW(members_[0].Callback(1));
  Handle(members_);
}

TEST_F(DeferredListTest, IfAllFailThereIsTheFullListInsteadOfAFirstValue) {
  const auto list = Keep(DeferredList(members_, kFirstValue));
  for (const auto& member : members_) member.Errback(Bad("x"));
  ASSERT_TRUE(list.ok());
  EXPECT_FALSE(list.value().first.has_value());
  EXPECT_EQ(Show(list.value()), "x:x x:x x:x");
  Handle(members_);
}

TEST_F(DeferredListTest, TheFirstFailureFailsTheListWithItsIndex) {
  const auto list = Keep(DeferredList(members_, kFirstFailure));
  members_[0].Callback(1);
  members_[1].Errback(Bad("one"));
  ASSERT_TRUE(list.Failed<FirstError>());
  const auto error = Thrown<FirstError>(list.failure());
  EXPECT_EQ(error.index(), 1u);
  EXPECT_STREQ(Thrown<std::runtime_error>(error.failure()).what(), "one");
  EXPECT_NE(std::string(error.what()).find("member 1"), std::string::npos);
  EXPECT_NO_THROW(members_[2].Errback(Bad("later")));
  Handle(members_);
}

TEST_F(DeferredListTest, ConsumeErrorsTakesFailuresAwayBeforeAndAfterItFired) {
  const auto list = Keep(DeferredList(
      members_, {.fire_on_one_callback = true, .consume_errors = true}));
  members_[0].Errback(Bad("before"));
  members_[1].Callback(1);
  members_[2].Errback(Bad("after"));
  EXPECT_EQ(list.value().first->index, 1u);
  EXPECT_TRUE(Keep(members_[0]).Failed<AlreadyConsumed>());
  EXPECT_EQ(Keep(members_[1]).value(), 1);
  members_.clear();
  EXPECT_TRUE(log_.records().empty());
}

TEST_F(DeferredListTest, WithoutConsumeErrorsAFailureStaysWithItsMember) {
  Keep(DeferredList(members_));
  for (const auto& member : members_) member.Errback(Bad("kept"));
  EXPECT_TRUE(Keep(members_[0]).Failed<std::runtime_error>());
  members_.clear();
  EXPECT_EQ(log_.records().size(), 2u);
}

TEST_F(DeferredListTest, AnEmptyListFiresAtOnceOrNever) {
  const auto list = Keep(DeferredList(Ints()));
  ASSERT_TRUE(list.ok());
  EXPECT_TRUE(list.value().outcomes.empty());
  EXPECT_TRUE(Keep(DeferredList(Ints(), kFirstFailure)).ok());

  const Deferred<IntList> never = DeferredList(Ints(), kFirstValue);
  EXPECT_FALSE(never.called());
  never.Cancel();
  EXPECT_TRUE(Keep(never).Failed<CancelledError>());
}

TEST_F(DeferredListTest, CancelCancelsEveryMemberWhateverOneCancellerThrows) {
  std::vector<int> cancelled;
  Ints members;
  for (int index = 0; index < 3; ++index) {
    members.emplace_back([&cancelled, index](Deferred<int>&) {
      cancelled.push_back(index);
      if (index == 1) throw std::runtime_error("a canceller");
    });
  }
  const Deferred<IntList> list = DeferredList(members, kConsume);
  const auto result = Keep(list);
  members.clear();  // the list has its own
  list.Cancel();
  EXPECT_EQ(cancelled, (std::vector{0, 1, 2}));
  ASSERT_TRUE(result.ok());
  for (const auto& outcome : result.value().outcomes) {
    EXPECT_TRUE(outcome.failure().Check<CancelledError>());
  }
  EXPECT_EQ(log_.records().size(), 1u);
}

TEST_F(DeferredListTest, CancelLeavesMembersWithAResultAlone) {
  int cancels = 0;
  Deferred<int> later([&](Deferred<int>&) { ++cancels; });
  const Deferred<IntList> list = DeferredList(members_);
  const auto result = Keep(list);
  members_[0].AddCallback([&](int) { return later; });
  members_[0].Callback(1);
  list.Cancel();
  EXPECT_EQ(cancels, 0);
  EXPECT_EQ(result.value().outcomes[0].value(), 1);
  Handle({members_[1], members_[2]});
}

TEST_F(DeferredListTest, CancellingAFiredListChangesNothing) {
  const Deferred<IntList> list = DeferredList(members_, kFirstValue);
  const auto result = Keep(list);
  members_[0].Callback(1);
  list.Cancel();
  EXPECT_FALSE(members_[1].called());
  members_[1].Callback(2);
  members_[2].Callback(3);
}

TEST_F(DeferredListTest, AListThatMustWaitForAMemberFailsWhenCancelled) {
  Deferred<int> stubborn;
  Deferred<int> further;
  const Deferred<IntList> list = DeferredList(
      Ints{stubborn.AddErrback([&](const Failure&) { return further; })});
  const auto result = Keep(list);
  list.Cancel();
  EXPECT_TRUE(result.Failed<CancelledError>());
  EXPECT_NO_THROW(further.Callback(1));
}

TEST_F(DeferredListTest, HoldsMembersWithoutAValue) {
  std::vector<Deferred<void>> members(2);
  const auto all = Keep(DeferredList(members));
  const auto first = Keep(DeferredList(members, kFirstValue));
  members[1].Callback();
  EXPECT_EQ(first.value().first->index, 1u);
  members[0].Callback();
  EXPECT_TRUE(all.value().outcomes[0].ok());
}

TEST_F(DeferredListTest, ACopyThatThrowsIsTheMembersFailure) {
  struct Uncopyable {
    Uncopyable() = default;
    Uncopyable(const Uncopyable&) { throw std::runtime_error("no copy"); }
    Uncopyable(Uncopyable&&) = default;
  };
  std::vector<Deferred<Uncopyable>> members(1);
  const auto list = Keep(DeferredList(members));
  members[0].Callback(Uncopyable());
  ASSERT_TRUE(list.ok());
  EXPECT_FALSE(list.value().outcomes[0].ok());
  bool passed_on = false;
  members[0].AddCallback([&](Uncopyable&&) { passed_on = true; });
  EXPECT_TRUE(passed_on);
}

TEST_F(DeferredListTest, RefusesHandlesThatAreNotAtTheTailWithNothingChanged) {
  members_[2].AddCallback([](int) {});
  EXPECT_THROW(DeferredList(members_), std::logic_error);
  members_[2] = members_[0];
  const Deferred<int> moved_to = std::move(members_[1]);
  try {
    DeferredList(members_);
    FAIL();
  } catch (const std::logic_error& error) {
    EXPECT_NE(std::string(error.what()).find("DeferredList"),
              std::string::npos);
  }
  members_[0].Callback(1);
  EXPECT_EQ(Keep(members_[0]).value(), 1);
}

}  // namespace
}  // namespace heddle
