// SPDX-License-Identifier: Apache-2.0
#include "reference/system_events.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/event_firing.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

using Order = std::vector<std::string>;

class SystemEventsTest : public testing::Test {
 protected:
  TriggerId Add(Phase phase, std::string name) {
    return AddCall(phase, [this, name] { order_.push_back(name); });
  }

  template <class F>
  TriggerId AddCall(Phase phase, F trigger) {
    return events_.Add(SystemEvent::kStartup, phase,
                       MakeSystemTrigger(std::move(trigger)));
  }

  // A before-trigger to be waited for.
  Deferred<void> AddWait() {
    Deferred<void> deferred;
    AddCall(Phase::kBefore, [deferred] { return deferred; });
    return deferred;
  }

  // One turn; true when the event is over.
  bool Turn() {
    if (firing_.RunBefore()) firing_.RunRest();
    return firing_.state() == EventFiring::State::kOver;
  }

  bool Fire() {
    firing_.Begin();
    return Turn();
  }

  SystemEvents events_;
  Order order_;
  EventFiring firing_{SystemEvent::kStartup, events_, [this](Phase phase) {
                        order_.push_back(std::to_string(int(phase)) + ":");
                      }};
};

TEST_F(SystemEventsTest, PhasesComeInOrderAndTriggersInTheOrderOfAdding) {
  Add(Phase::kAfter, "a");
  Add(Phase::kDuring, "d1");
  Add(Phase::kBefore, "b1");
  Add(Phase::kDuring, "d2");
  Add(Phase::kBefore, "b2");
  EXPECT_TRUE(Fire());
  EXPECT_EQ(order_, (Order{"0:", "b1", "b2", "1:", "d1", "d2", "2:", "a"}));
}

TEST_F(SystemEventsTest, TheOtherEventsTriggersDoNotRun) {
  events_.Add(SystemEvent::kShutdown, Phase::kDuring,
              MakeSystemTrigger([this] { order_.push_back("other"); }));
  EXPECT_TRUE(Fire());
  EXPECT_EQ(order_, (Order{"0:", "1:", "2:"}));
}

TEST_F(SystemEventsTest, ADeferredThatCannotBeWaitedForIsLoggedAndPassedOver) {
  const RecordedLog log;
  const Deferred<void> moved_on;
  moved_on.AddCallback([] { return 1; });  // the end of the chain is an int now
  AddCall(Phase::kBefore, [&] { return moved_on; });
  EXPECT_TRUE(Fire());
  EXPECT_EQ(log.records().size(), 1u);
}

TEST_F(SystemEventsTest, TriggersRunOnce) {
  Add(Phase::kDuring, "d");
  EXPECT_TRUE(Fire());
  order_.clear();
  EXPECT_TRUE(Fire());
  EXPECT_EQ(order_, (Order{"0:", "1:", "2:"}));
}

TEST_F(SystemEventsTest, DuringWaitsForEveryDeferredOfBefore) {
  const Deferred<void> first = AddWait();
  const Deferred<void> second = AddWait();
  Add(Phase::kBefore, "b");
  Add(Phase::kDuring, "d");
  EXPECT_FALSE(Fire());
  EXPECT_EQ(firing_.waiting_for(), 2u);
  second.Callback();
  EXPECT_FALSE(Turn());
  EXPECT_EQ(order_, (Order{"0:", "b"}));
  first.Callback();
  EXPECT_EQ(order_, (Order{"0:", "b"})) << "not inside the callback";
  EXPECT_TRUE(Turn());
  EXPECT_EQ(order_, (Order{"0:", "b", "1:", "d", "2:"}));
}

TEST_F(SystemEventsTest, ADeferredThatHasFiredIsNotWaitedFor) {
  AddCall(Phase::kBefore, [] { return Succeed(); });
  EXPECT_TRUE(Fire());
}

TEST_F(SystemEventsTest, AFailedDeferredCountsAsFiredAndIsReported) {
  RecordedLog log;
  {
    const Deferred<void> deferred = AddWait();
    EXPECT_FALSE(Fire());
    deferred.Errback(std::runtime_error("unhandled"));
    EXPECT_TRUE(Turn());
    EXPECT_TRUE(log.records().empty());
  }
  EXPECT_EQ(log.records().size(), 1u);
}

TEST_F(SystemEventsTest, ADeferredOfALaterPhaseIsNotWaitedFor) {
  const Deferred<void> deferred;
  AddCall(Phase::kDuring, [deferred] { return deferred; });
  AddCall(Phase::kAfter, [deferred] { return deferred; });
  EXPECT_TRUE(Fire());
}

TEST_F(SystemEventsTest, WhatATriggerThrowsIsLoggedAndTheRestRuns) {
  RecordedLog log;
  for (const Phase phase : {Phase::kBefore, Phase::kDuring, Phase::kAfter}) {
    AddCall(phase, [] { throw 42; });
    AddCall(phase, [] { throw std::runtime_error("a trigger's"); });
    Add(phase, "x");
  }
  EXPECT_TRUE(Fire());
  EXPECT_EQ(order_, (Order{"0:", "x", "1:", "x", "2:", "x"}));
  EXPECT_EQ(log.records().size(), 6u);
}

TEST_F(SystemEventsTest, TriggersCanBeRemovedOnceAndWhileTheEventFires) {
  const TriggerId removed = Add(Phase::kBefore, "removed");
  EXPECT_TRUE(events_.Remove(removed));
  EXPECT_FALSE(events_.Remove(removed));
  EXPECT_FALSE(events_.Remove(TriggerId()));
  TriggerId next;
  AddCall(Phase::kDuring, [&] { EXPECT_TRUE(events_.Remove(next)); });
  next = Add(Phase::kDuring, "next");
  const TriggerId last = Add(Phase::kDuring, "last");
  EXPECT_TRUE(Fire());
  EXPECT_EQ(order_, (Order{"0:", "1:", "last", "2:"}));
  EXPECT_FALSE(events_.Remove(last));
}

TEST_F(SystemEventsTest, ATriggerOfOthersIsNotRemoved) {
  SystemEvents others;
  const TriggerId ours = Add(Phase::kDuring, "ours");
  const TriggerId theirs =
      others.Add(SystemEvent::kStartup, Phase::kDuring,
                 MakeSystemTrigger([this] { order_.push_back("theirs"); }));
  EXPECT_FALSE(events_.Remove(theirs));
  EXPECT_FALSE(others.Remove(ours));
  EXPECT_TRUE(others.Remove(theirs));
  EXPECT_TRUE(Fire());
  EXPECT_EQ(order_, (Order{"0:", "1:", "ours", "2:"}));
}

TEST_F(SystemEventsTest, ATriggerAddedMeanwhileToThisPhaseOrALaterOneRuns) {
  AddCall(Phase::kDuring, [this] {
    Add(Phase::kBefore, "too late");
    Add(Phase::kDuring, "this phase");
    Add(Phase::kAfter, "later phase");
  });
  EXPECT_TRUE(Fire());
  EXPECT_EQ(order_, (Order{"0:", "1:", "this phase", "2:", "later phase"}));
}

TEST_F(SystemEventsTest, ABeforeTriggerAddedWhileDeferredsAreAwaitedRuns) {
  const Deferred<void> first = AddWait();
  EXPECT_FALSE(Fire());
  const Deferred<void> second = AddWait();
  first.Callback();
  EXPECT_FALSE(Turn());
  second.Callback();
  EXPECT_TRUE(Turn());
}

TEST_F(SystemEventsTest, WhenWaitingIsGivenUpTheEventGoesOn) {
  const Deferred<void> deferred = AddWait();
  EXPECT_FALSE(Fire());
  firing_.StopWaiting();
  EXPECT_TRUE(Turn());
  deferred.Callback();
  EXPECT_EQ(firing_.waiting_for(), 0u);
}

TEST_F(SystemEventsTest, WhenItBeginsAnewItDoesNotWaitForWhatItWaitedForBefore) {
  const Deferred<void> deferred = AddWait();
  Add(Phase::kDuring, "d");
  EXPECT_FALSE(Fire());
  EXPECT_TRUE(Fire());
  deferred.Callback();
  EXPECT_EQ(order_, (Order{"0:", "0:", "1:", "d", "2:"}));
  EXPECT_EQ(firing_.waiting_for(), 0u);
}

TEST_F(SystemEventsTest, TheDeferredsMayOutliveTheFiring) {
  const Deferred<void> deferred;
  {
    EventFiring firing(SystemEvent::kStartup, events_, [](Phase) {});
    AddCall(Phase::kBefore, [deferred] { return deferred; });
    firing.Begin();
    EXPECT_FALSE(firing.RunBefore());
  }
  deferred.Callback();
}

TEST_F(SystemEventsTest, ABadEventPhaseOrTriggerIsRefused) {
  const auto add = [this](SystemEvent event, Phase phase) {
    events_.Add(event, phase, MakeSystemTrigger([] {}));
  };
  EXPECT_THROW(add(static_cast<SystemEvent>(2), Phase::kBefore),
               std::invalid_argument);
  EXPECT_THROW(add(SystemEvent::kStartup, static_cast<Phase>(3)),
               std::invalid_argument);
  EXPECT_THROW(
      events_.Add(SystemEvent::kStartup, Phase::kBefore, SystemTrigger()),
      std::invalid_argument);
}

}  // namespace
}  // namespace heddle
