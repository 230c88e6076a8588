// SPDX-License-Identifier: Apache-2.0
//
// DF-50 to DF-58: lists of Deferreds that listen to their members.
#include "reference/deferred_list.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/log_capture.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/failure.h"
#include "reference/gather_results.h"
#include "reference/outcome.h"

namespace heddle::conformance {
namespace {

using Members = std::vector<Deferred<int>>;
using List = DeferredListResult<int>;

constexpr DeferredListOptions kFirstValue = {.fire_on_one_callback = true};
constexpr DeferredListOptions kFirstFailure = {.fire_on_one_errback = true};
constexpr DeferredListOptions kConsume = {.consume_errors = true};

// What a list, or GatherResults, comes to: "Lost of member 1", "first 7 of
// member 1", "all: 1 Lost 3", "{ 1, 2 }".
std::string Tell(const Failure& failure) {
  try {
    failure.Rethrow();
  } catch (const FirstError& error) {
    return InWords(error.failure()) + " of member " +
           std::to_string(error.index());
  } catch (...) {
    return InWords(failure) + ", of no member";
  }
}

std::string Tell(const List& list) {
  if (list.first.has_value()) {
    return "first " + std::to_string(list.first->value) + " of member " +
           std::to_string(list.first->index);
  }
  std::string words = "all:";
  for (const Outcome<int>& outcome : list.outcomes) {
    words += ' ' + InWords(outcome);
  }
  return words;
}

std::string Tell(const std::vector<int>& values) {
  return testing::PrintToString(values);
}

// What a list has come to, in words, from when it comes.
template <class T>
class Listener {
 public:
  explicit Listener(const Deferred<T>& list) : list_(list) {
    list_.AddBoth([words = words_](Outcome<T> outcome) {
      *words = outcome.ok() ? Tell(outcome.value()) : Tell(outcome.failure());
    });
  }

  const std::string& words() const { return *words_; }
  void Cancel() const { list_.Cancel(); }

 private:
  Deferred<T> list_;
  std::shared_ptr<std::string> words_ =
      std::make_shared<std::string>("not fired");
};

// Takes the members' results, so that none is left to be reported.
std::vector<std::string> TakeResults(const Members& members) {
  std::vector<std::string> results;
  for (const Deferred<int>& member : members) {
    results.push_back(TakeResult(member));
  }
  return results;
}

RULE(DF_50, ByDefaultAListFiresWhenAllHaveWithOutcomesInInputOrder) {
  Members members(3);
  const Listener list(DeferredList(members));
  members[2].Callback(3);
  members[0].Errback(Lost());
  EXPECT_EQ(list.words(), "not fired") << "with a member still unfired";
  members[1].Callback(2);
  EXPECT_EQ(list.words(), "all: Lost 2 3") << "of members fired as 2, 0, 1";
  TakeResults(members);
}

RULE(DF_50, MembersThatHaveFiredBeforeCountAtOnce) {
  const Members members = {Succeed(1), Fail<int>(Lost()), Succeed(3)};
  const Listener list(DeferredList(members));
  EXPECT_EQ(list.words(), "all: 1 Lost 3");
  TakeResults(members);
}

RULE(DF_51, TheFirstSuccessFiresWithItsValueAndIndex) {
  Members members(3);
  const Listener list(DeferredList(members, kFirstValue));
  members[0].Errback(Lost());
  EXPECT_EQ(list.words(), "not fired") << "after a failure";
  members[2].Callback(7);
  EXPECT_EQ(list.words(), "first 7 of member 2");
  TakeResults(members);
}

RULE(DF_51, IfAllFailThereIsTheFullList) {
  Members members(2);
  const Listener list(DeferredList(members, kFirstValue));
  members[1].Errback(Lost());
  members[0].Errback(CancelledError(""));
  EXPECT_EQ(list.words(), "all: CancelledError Lost")
      << "after all members have failed";
  TakeResults(members);
}

RULE(DF_52, TheFirstFailureFailsTheListWithItsIndex) {
  Members members(3);
  const Listener list(DeferredList(members, kFirstFailure));
  members[0].Callback(1);
  EXPECT_EQ(list.words(), "not fired") << "after a value";
  members[2].Errback(Lost());
  EXPECT_EQ(list.words(), "Lost of member 2");
  members[1].Errback(CancelledError(""));
  TakeResults(members);
}

RULE(DF_53, MembersThatComeLaterChangeNothingAndThrowNothing) {
  Members members(3);
  const Listener first(DeferredList(members, kFirstValue));
  const Listener failed(DeferredList(members, kFirstFailure));
  members[1].Callback(1);
  members[0].Errback(Lost());
  EXPECT_NO_THROW(members[2].Callback(2));
  EXPECT_EQ(first.words(), "first 1 of member 1");
  EXPECT_EQ(failed.words(), "Lost of member 0");
  EXPECT_EQ(TakeResults(members), (std::vector<std::string>{"Lost", "1", "2"}))
      << "what members carry after the list had fired";
}

RULE(DF_54, ConsumeErrorsTakesFailuresAwayBeforeAndAfterTheListFires) {
  LogCapture log;
  {
    Members members(3);
    const Listener list(DeferredList(
        members, {.fire_on_one_callback = true, .consume_errors = true}));
    members[0].Errback(Lost());
    members[1].Callback(1);
    members[2].Errback(Lost());
    EXPECT_EQ(list.words(), "first 1 of member 1");
    EXPECT_EQ(TakeResult(members[1]), "1") << "a value is not to be consumed";
    members[0].AddErrback([&](const Failure& failure) {
      EXPECT_EQ(InWords(failure), "AlreadyConsumed") << "of a failed member";
      return 0;
    });
  }
  EXPECT_EQ(log.records().size(), 0u) << "a consumed failure was reported";
}

RULE(DF_54, WithoutConsumeErrorsAMemberKeepsItsFailureAndMayBeReported) {
  LogCapture log;
  {
    Members members(2);
    const Listener list(DeferredList(members));
    members[0].Errback(Lost());
    members[1].Errback(Lost());
    EXPECT_EQ(list.words(), "all: Lost Lost");
    EXPECT_EQ(TakeResult(members[0]), "Lost") << "the member lost its failure";
  }
  EXPECT_EQ(log.Count<Lost>(), 1) << "reports of what nobody handled";
}

RULE(DF_55, AnEmptyListFiresAtOnceEmpty) {
  EXPECT_EQ(Listener(DeferredList(Members())).words(), "all:");
  EXPECT_EQ(Listener(DeferredList(Members(), kFirstFailure)).words(), "all:");
}

RULE(DF_55, AnEmptyListThatWantsASuccessNeverFires) {
  const Deferred<List> list = DeferredList(Members(), kFirstValue);
  EXPECT_FALSE(list.called()) << "it fired with nothing";
}

RULE(DF_56, TheListComesAfterTheCallbacksAMemberHad) {
  Members members(1);
  const Deferred<int> changed =
      members[0].AddCallback([](int value) { return value + 1; });
  const Listener list(DeferredList(Members{changed}));
  members[0].Callback(1);
  EXPECT_EQ(list.words(), "all: 2");
}

RULE(DF_56, AMemberMayBeInTwoListsAndTwiceInOne) {
  Members members(2);
  const Listener one(DeferredList(members));
  const Listener two(DeferredList(Members{members[1], members[1]}));
  members[1].Callback(5);
  EXPECT_EQ(two.words(), "all: 5 5") << "one member, given twice";
  members[0].Callback(4);
  EXPECT_EQ(one.words(), "all: 4 5");
  EXPECT_EQ(TakeResults(members), (std::vector<std::string>{"4", "5"}))
      << "a member's value was replaced";
}

// Members that note their cancellation; `thrower`'s canceller throws.
Members Cancellable(Trace& cancelled, int count, int thrower) {
  Members members;
  for (int index = 0; index < count; ++index) {
    members.emplace_back([&cancelled, index, thrower](Deferred<int>&) {
      cancelled.push_back(std::to_string(index));
      if (index == thrower) throw Lost();
    });
  }
  return members;
}

RULE(DF_57, CancellingAListCancelsEveryMemberWhateverACancellerThrows) {
  LogCapture log;
  Trace cancelled;
  {
    Members members = Cancellable(cancelled, 3, 1);
    const Listener list(DeferredList(members, kConsume));
    EXPECT_NO_THROW(list.Cancel());
    EXPECT_EQ(cancelled, (Trace{"0", "1", "2"})) << "members cancelled";
    EXPECT_EQ(list.words(),
              "all: CancelledError CancelledError CancelledError");
  }
  EXPECT_EQ(log.Count<Lost>(), 1) << "reports of what the canceller threw";
  EXPECT_EQ(log.records().size(), 1u);
}

RULE(DF_57, TheListKeepsItsOwnCopyOfTheMembers) {
  Trace cancelled;
  Members members = Cancellable(cancelled, 2, -1);
  const Listener list(DeferredList(members, kConsume));
  members.clear();
  list.Cancel();
  EXPECT_EQ(cancelled, (Trace{"0", "1"}))
      << "members cancelled, after the caller dropped his";
}

RULE(DF_57, AMemberThatHasItsResultIsLeftAlone) {
  int cancels = 0;
  Deferred<int> later([&](Deferred<int>&) { ++cancels; });
  Members members(2);
  const Listener list(DeferredList(members, kConsume));
  members[0].AddCallback([&](int) { return later; });
  members[0].Callback(1);
  list.Cancel();
  EXPECT_EQ(cancels, 0) << "what a member did later was cancelled";
  EXPECT_EQ(list.words(), "all: 1 CancelledError");
}

RULE(DF_57, AFiredListIgnoresCancel) {
  Trace cancelled;
  Members members = Cancellable(cancelled, 2, -1);
  const Listener list(DeferredList(members, kFirstValue));
  members[0].Callback(1);
  list.Cancel();
  EXPECT_EQ(cancelled, Trace()) << "members cancelled by a fired list";
  members[1].Callback(2);
  EXPECT_EQ(list.words(), "first 1 of member 0");
}

RULE(DF_58, GatherResultsGivesPlainValuesInInputOrder) {
  Members members(3);
  const Listener values(GatherResults(members));
  members[2].Callback(3);
  members[1].Callback(2);
  EXPECT_EQ(values.words(), "not fired");
  members[0].Callback(1);
  EXPECT_EQ(values.words(), "{ 1, 2, 3 }");
  EXPECT_EQ(Listener(GatherResults(Members())).words(), "{}")
      << "without members";
}

RULE(DF_58, GatherResultsFailsWithTheFirstFailureAndReportsTheOthers) {
  LogCapture log;
  {
    Members members(3);
    const Listener values(GatherResults(members));
    members[1].Errback(Lost());
    EXPECT_EQ(values.words(), "Lost of member 1");
    members[0].Callback(1);
    members[2].Errback(CancelledError(""));
  }
  EXPECT_EQ(log.Count<Lost>(), 1) << "reports of the first failure";
  EXPECT_EQ(log.Count<CancelledError>(), 1)
      << "reports of the failure that was not the first";
}

RULE(DF_58, GatherResultsConsumesErrorsIfToldTo) {
  LogCapture log;
  {
    Members members(2);
    const Listener values(GatherResults(members, true));
    members[1].Errback(Lost());
    members[0].Errback(Lost());
    EXPECT_EQ(values.words(), "Lost of member 1");
  }
  EXPECT_EQ(log.records().size(), 0u) << "a consumed failure was reported";
}

RULE(DF_58, CancellingGatherResultsCancelsAllMembers) {
  Trace cancelled;
  const Listener values(GatherResults(Cancellable(cancelled, 3, -1), true));
  values.Cancel();
  EXPECT_EQ(cancelled, (Trace{"0", "1", "2"})) << "members cancelled";
  EXPECT_EQ(values.words(), "CancelledError of member 0");
}

}  // namespace
}  // namespace heddle::conformance
