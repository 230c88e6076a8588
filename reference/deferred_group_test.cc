// SPDX-License-Identifier: Apache-2.0
//
// Who keeps whom among members and what combines them, and what happens when
// they meddle with one another.
#include "reference/deferred_group.h"

#include <gtest/gtest.h>

#include <functional>
#include <latch>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "reference/all.h"
#include "reference/deferred_list.h"
#include "reference/errors.h"
#include "reference/gather_results.h"
#include "reference/kept_outcome.h"
#include "reference/race.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

using Ints = std::vector<Deferred<int>>;

// One form after another, as what a test needs to know: its end.
using Combine = std::function<Deferred<void>(Ints)>;

std::vector<std::pair<const char*, Combine>> Forms() {
  return {
      {"DeferredList",
       [](Ints members) {
         return DeferredList(std::move(members), {.consume_errors = true})
             .AddCallback([](const DeferredListResult<int>&) {});
       }},
      {"GatherResults",
       [](Ints members) {
         return GatherResults(std::move(members), true)
             .AddCallback([](const std::vector<int>&) {});
       }},
      {"All",
       [](Ints members) {
         return All(std::move(members))
             .AddCallback([](const std::vector<int>&) {});
       }},
      {"Race",
       [](Ints members) {
         return Race(std::move(members))
             .AddCallback([](std::pair<std::size_t, int>) {});
       }},
      {"First",
       [](Ints members) {
         return First(std::move(members)).AddCallback([](int) {});
       }},
  };
}

// A member whose canceller has a part in `captured`.
Deferred<int> Holding(const std::shared_ptr<int>& captured) {
  return Deferred<int>([captured](Deferred<int>&) {});
}

TEST(Group, DroppedUnfiredItGoesWithItsMembers) {
  for (const auto& [name, combine] : Forms()) {
    const auto captured = std::make_shared<int>();
    {
      Ints members = {Holding(captured), Holding(captured), Deferred<int>()};
      const auto result = Keep(combine(members));
      members[1].Pause();
      EXPECT_FALSE(result.come());
      members.clear();
      EXPECT_TRUE(result.alone()) << name << ": callbacks are kept";
    }
    EXPECT_EQ(captured.use_count(), 1) << name << ": members are kept";
  }
}

TEST(Group, ItsOwnHandleKeepsTheMembers) {
  for (const auto& [name, combine] : Forms()) {
    const auto captured = std::make_shared<int>();
    {
      const Deferred<void> combined =
          combine({Holding(captured), Holding(captured)});
      EXPECT_EQ(captured.use_count(), 3) << name << ": members have gone";
      const auto result = Keep(combined);
      combined.Cancel();
      EXPECT_TRUE(result.come()) << name;
    }
    EXPECT_EQ(captured.use_count(), 1) << name << ": members are kept";
  }
}

TEST(Group, AMemberThatCanFireItKeepsIt) {
  for (const auto& [name, combine] : Forms()) {
    Ints members(2);
    const auto result = Keep(combine(members));
    for (const auto& member : members) {
      if (!result.come()) member.Callback(1);
    }
    EXPECT_TRUE(result.ok()) << name;
  }
}

TEST(Group, AMemberThatWaitsKeepsItWithoutAHandle) {
  for (const auto& [name, combine] : Forms()) {
    Deferred<int> inner;
    const auto result =
        Keep(combine({Succeed(1).AddCallback([=](int) { return inner; })}));
    inner.Callback(2);
    EXPECT_TRUE(result.ok()) << name;
  }
}

TEST(Group, AMemberThatCanFireItKeepsTheOthersToo) {
  int cancels = 0;
  Deferred<int> winner;
  // No handle to the race, none to the loser.
  const auto result =
      Keep(First(Ints{winner, Deferred<int>([&](Deferred<int>& self) {
                        ++cancels;
                        self.Callback(2);
                      })}));
  winner.Callback(1);
  EXPECT_EQ(result.value(), 1);
  EXPECT_EQ(cancels, 1);
}

TEST(Group, ACancellerMayKeepTheMemberItIsGivenAndFireItLater) {
  std::vector<Deferred<int>> kept;
  const auto canceller = [&](Deferred<int>& self) {
    kept.push_back(self);
    self.Pause();
  };
  const auto list = DeferredList(Ints{Deferred<int>(canceller)});
  const auto result = Keep(list);
  list.Cancel();
  EXPECT_TRUE(result.Failed<CancelledError>());  // it has to wait
  kept.front().Unpause();
  kept.clear();
  EXPECT_TRUE(result.alone());
}

TEST(Group, AMemberOfSeveralGroupsStaysWithThoseThatAreLeft) {
  RecordedLog log;
  int cancels = 0;
  Ints others(3);
  std::vector<KeptOutcome<int>> results;
  {
    const Deferred<int> shared([&](Deferred<int>&) { ++cancels; });
    for (const auto& other : others) {
      results.push_back(Keep(First(Ints{other, shared})));
    }
  }
  others[2] = Deferred<int>();
  EXPECT_TRUE(results[2].alone()) << "a group that nobody can fire is kept";
  EXPECT_EQ(cancels, 0);
  others[1].Callback(2);
  EXPECT_EQ(cancels, 1);
  others[0].Callback(1);
  EXPECT_EQ(results[0].value(), 1);
  EXPECT_EQ(results[1].value(), 2);
  EXPECT_TRUE(log.records().empty());
}

TEST(Group, AMemberWhoseInnerGoesUnfiredIsKeptByTheOthers) {
  int cancels = 0;
  Deferred<int> winner;
  auto inner = std::make_unique<Deferred<int>>();
  const auto captured = std::make_shared<int>();
  {
    const auto result = Keep(First(Ints{
        winner, Succeed(1).AddCallback([&](int) { return *inner; }),
        Deferred<int>([&cancels, captured](Deferred<int>&) { ++cancels; })}));
    inner.reset();
    winner.Callback(1);
    EXPECT_EQ(result.value(), 1);
    EXPECT_EQ(cancels, 1);
  }
  winner = Deferred<int>();
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Group, GroupsOfGroupsAreCancelledToTheBottomAlsoWithoutHandles) {
  int cancels = 0;
  Ints members;
  for (int count = 0; count < 2; ++count) {
    members.emplace_back([&](Deferred<int>&) { ++cancels; });
  }
  Deferred<int> winner;
  const auto result = Keep(First(std::vector<Deferred<int>>{
      winner, All(members).AddCallback(
                  [](std::vector<int> values) { return values[0]; })}));
  winner.Callback(1);
  EXPECT_EQ(result.value(), 1);
  EXPECT_EQ(cancels, 2);
}

TEST(Group, GroupsOfGroupsGoTogether) {
  const auto captured = std::make_shared<int>();
  {
    Ints members = {Holding(captured), Holding(captured)};
    const auto result =
        Keep(All(First(members), Race(Ints{Holding(captured)})));
    members.clear();
    EXPECT_TRUE(result.alone());
  }
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Group, MembersMayFireOneAnother) {
  for (const auto& [name, combine] : Forms()) {
    Ints members(3);
    for (std::size_t next = 1; next < members.size(); ++next) {
      members[next - 1].AddCallback([&members, next](int value) {
        if (!members[next].called()) members[next].Callback(value);
        return value;
      });
    }
    const auto result = Keep(combine(members));
    members[0].Callback(1);
    EXPECT_TRUE(result.ok()) << name;
  }
}

TEST(Group, AMembersCallbackMayCancelIt) {
  for (const auto& [name, combine] : Forms()) {
    RecordedLog log;
    Ints members(3);
    std::vector<Deferred<void>> combined;
    members[1].AddCallback([&](int value) {
      combined.front().Cancel();
      return value;
    });
    combined.push_back(combine(members));
    const auto result = Keep(combined.front());
    members[1].Callback(1);
    EXPECT_TRUE(result.come()) << name;
  }
}

TEST(Group, ACallbackMayDropEverything) {
  for (const auto& [name, combine] : Forms()) {
    auto members = std::make_unique<Ints>(2);
    auto combined = std::make_unique<Deferred<void>>(combine(*members));
    bool ran = false;
    combined->AddBoth([&](Outcome<void>) {
      members.reset();
      combined.reset();
      ran = true;
    });
    const Deferred<int> first = (*members)[0];
    const Deferred<int> second = (*members)[1];
    first.Errback(std::runtime_error("x"));
    if (!ran) second.Errback(std::runtime_error("y"));
    EXPECT_TRUE(ran) << name;
  }
}

TEST(Group, ACancellerMayFireAnotherMemberWhileItIsCancelled) {
  for (const auto& [name, combine] : Forms()) {
    Ints members(1);
    members.emplace_back([&](Deferred<int>&) { members[2].Callback(5); });
    members.emplace_back();
    const Deferred<void> combined = combine(members);
    const auto result = Keep(combined);
    combined.Cancel();
    EXPECT_TRUE(result.come()) << name;
  }
}

TEST(Group, FiringItByHandIsItsResultWhateverMembersBring) {
  Ints members(2);
  const auto gathered = GatherResults(members);
  const auto result = Keep(gathered);
  gathered.Callback(std::vector{7});
  EXPECT_NO_THROW(members[0].Callback(1));
  EXPECT_NO_THROW(members[1].Callback(2));
  EXPECT_EQ(result.value(), std::vector{7});

  Ints others(1);
  const auto target = GatherResults(others);
  const auto chained = Keep(target);
  Succeed(std::vector{8}).ChainDeferred(target);
  EXPECT_NO_THROW(others[0].Callback(1));
  EXPECT_EQ(chained.value(), std::vector{8});
}

// One thread fires and cancels while another drops handles, its own, which may
// be the last. Its full power is with ThreadSanitizer.
TEST(Group, HandlesMayBeDroppedOnAnotherThreadMeanwhile) {
  constexpr int kTries = 300;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto captured = std::make_shared<int>();
    {
      Deferred<int> winner;
      Deferred<int> inner = Holding(captured);
      auto dropped = std::make_unique<Ints>();
      dropped->push_back(Holding(captured));
      dropped->push_back(
          Succeed(1).AddCallback([inner](int) { return inner; }));
      auto race = std::make_unique<Deferred<int>>(
          First(std::vector{winner, (*dropped)[0], (*dropped)[1]}));
      auto list = std::make_unique<Deferred<void>>(
          All(*race, (*dropped)[0]).AddBoth([](Outcome<std::tuple<int, int>>) {
          }));
      inner = Deferred<int>();
      std::latch begin(2);
      std::jthread dropping([&] {
        begin.arrive_and_wait();
        if (attempt % 2 == 0) dropped.reset();
        race.reset();
        list.reset();
        dropped.reset();
      });
      begin.arrive_and_wait();
      winner.Callback(1);
    }
    EXPECT_EQ(captured.use_count(), 1) << attempt;
  }
}

}  // namespace
}  // namespace heddle
