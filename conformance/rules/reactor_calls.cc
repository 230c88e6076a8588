// SPDX-License-Identifier: Apache-2.0
//
// RT-01 to RT-05, HB-3: when and where a call runs that another thread hands
// to the reactor.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/kit/chance.h"
#include "conformance/checkers/findings.h"
#include "conformance/checkers/hand_out.h"
#include "conformance/checkers/producer_order.h"
#include "conformance/checkers/real_time_order.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/quiet_descriptor.h"
#include "gtest/gtest.h"
#include "reference/reactor.h"

namespace heddle::conformance {
namespace {

using Order = std::vector<std::string>;

// Again and again, so that calls find the reactor awake and asleep.
RULE(RT_01, ACallRunsOnceOnTheReactorThreadWithItsArguments) {
  constexpr int kCalls = 100;
  struct Run {
    std::thread::id thread;
    int number;
    std::string text;
    int owned;
  };
  History<Run> runs("a call to run");
  RunningReactor reactor;
  for (int call = 0; call < kCalls; ++call) {
    MustCall(
        *reactor,
        [&](int number, const std::string& text, std::unique_ptr<int> owned) {
          runs.Add({std::this_thread::get_id(), number, text, *owned});
          return "a result that nobody gets";
        },
        call, "seven", std::make_unique<int>(call + 1));
    runs.Await(call + 1);
  }
  reactor.Do([] {});
  const std::vector<Run> all = runs.entries();
  ASSERT_EQ(all.size(), std::size_t{kCalls}) << "a call ran more than once";
  for (int call = 0; call < kCalls; ++call) {
    ASSERT_EQ(all[call].thread, reactor.thread())
        << "not on the reactor's thread";
    EXPECT_EQ(all[call].number, call);
    EXPECT_EQ(all[call].text, "seven");
    EXPECT_EQ(all[call].owned, call + 1);
  }
}

RULE(RT_01, TheCallerIsNotBlockedWhileTheReactorIsBusy) {
  Event busy("the reactor to be busy");
  Gate gate;
  Event ran("the second call to run");
  RunningReactor reactor;
  MustCall(*reactor, [&] {
    busy.Happen();
    gate.Pass();
  });
  busy.Await();
  MustCall(*reactor, [&] { ran.Happen(); });
  EXPECT_FALSE(ran.happened()) << "the call ran beside another one";
  gate.Open();
  ran.Await();
}

// Nothing but the call orders the two threads. Its full power is with
// ThreadSanitizer.
RULE(HB_3, WhatPrecedesACallIsVisibleToIt) {
  constexpr int kCalls = 200;
  const Chance chance(kCalls);
  RandomNumbers random = chance.Numbers();
  std::vector<int> written(kCalls, 0);
  int visible = 0;  // the reactor's thread
  RunningReactor reactor;
  for (int call = 0; call < kCalls; ++call) {
    random.Pause();
    int& number = written[call];
    number = call + 1;
    MustCall(*reactor, [&visible, &number, call] {
      visible += number == call + 1;
    });
  }
  reactor.Do([&] { EXPECT_EQ(visible, kCalls); });
}

// A wake-up that is lost in a window of a few instructions is seen only when a
// call falls into it. A pause of random length before each call moves it about.
RULE(RT_02, EveryCallWakesASleepingReactor) {
  constexpr int kTries = 5000;
  for (const bool watches : {false, true}) {
    SCOPED_TRACE(WatchesText(watches));
    const Chance chance(kTries);
    RandomNumbers random = chance.Numbers();
    QuietDescriptor quiet;
    RunningReactor reactor;
    if (watches) reactor.Do([&] { quiet.WatchBy(*reactor); });
    for (int attempt = 0; attempt < kTries; ++attempt) {
      const auto trace = chance.Try(attempt);
      random.Pause();
      reactor.Do([] {});
    }
    if (RuleHasFailed()) return;
  }
}

// The second call of a pair is aimed at the moment when the reactor wakes for
// the first one.
RULE(RT_02, BothOfTwoCallsMadeAtTheSameTimeAreWokenFor) {
  constexpr int kTries = 5000;
  using Clock = std::chrono::steady_clock;
  const Chance chance(kTries,
                      "0 of 40 runs with mutant "
                      "rt_02_flag_cleared_after_the_drain");
  std::deque<Latch> pairs;  // what both calls of a try count down
  for (int attempt = 0; attempt < kTries; ++attempt) {
    pairs.emplace_back(2, "both calls of a try to run");
  }
  std::atomic<int> begun = 0;  // tries
  // How long the reactor took to wake, of late.
  std::atomic<Clock::duration> latency{std::chrono::microseconds(10)};
  RunningReactor reactor;
  HelperThread other([&] {
    RandomNumbers random = chance.Numbers();
    for (int attempt = 0; attempt < kTries; ++attempt) {
      while (begun <= attempt) {
        if (RuleHasFailed()) return;
        std::this_thread::yield();
      }
      const Clock::time_point aim =
          Clock::now() + latency.load() * random.Below(1024) / 768;
      while (Clock::now() < aim) {
      }
      MustCall(*reactor, [&, attempt] { pairs[attempt].CountDown(); });
    }
  });
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto trace = chance.Try(attempt);
    const Clock::time_point start = Clock::now();
    ++begun;
    MustCall(*reactor, [&, attempt, start] {
      const Clock::duration took = Clock::now() - start;
      latency = std::min<Clock::duration>((3 * latency.load() + took) / 4,
                                          std::chrono::microseconds(200));
      pairs[attempt].CountDown();
    });
    pairs[attempt].Await();
  }
}

RULE(RT_02, ACallThatArrivesWhileABatchRunsIsNotLost) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    Event busy("a call to run, and its batch with it");
    Event queued("another thread to queue a call meanwhile");
    Event ran("a call to run that was queued meanwhile");
    RunningReactor reactor;
    MustCall(*reactor, [&] {
      busy.Happen();
      queued.Await();
    });
    busy.Await();
    MustCall(*reactor, [&] { ran.Happen(); });
    queued.Happen();
    ran.Await();
  }
}

RULE(RT_03, CallsOfEachProducerRunInTheirOrder) {
  constexpr int kProducers = 4;
  constexpr int kCalls = 2000;
  const Chance chance(kProducers * kCalls,
                      "0 of 40 runs with mutant rt_03_newest_first");
  std::vector<Sent> arrived;  // the reactor's thread
  RunningReactor reactor;
  {
    std::deque<HelperThread> producers;
    for (int producer = 0; producer < kProducers; ++producer) {
      producers.emplace_back([&, producer] {
        RandomNumbers random = chance.Numbers(producer);
        for (int call = 0; call < kCalls; ++call) {
          if (random.OneIn(8)) random.Pause();
          MustCall(*reactor, [&arrived, producer, call] {
            arrived.push_back({producer, call});
          });
        }
      });
    }
  }
  reactor.Do([] {});
  EXPECT_EQ(arrived.size(), std::size_t{kProducers * kCalls}) << "calls ran";
  EXPECT_TRUE(Fine(CheckProducerOrder(arrived)))
      << "calls overtook one another";
}

RULE(RT_03, CallsThatDoNotOverlapKeepTheirOrderHoweverTheirProducersMix) {
  constexpr int kProducers = 3;
  constexpr int kCalls = 1000;
  const Chance chance(kProducers * kCalls);
  std::atomic<std::uint64_t> tick = 0;
  std::vector<std::vector<Span>> spans(kProducers, std::vector<Span>(kCalls));
  std::vector<Sent> arrived;  // the reactor's thread
  RunningReactor reactor;
  {
    std::deque<HelperThread> producers;
    for (int producer = 0; producer < kProducers; ++producer) {
      producers.emplace_back([&, producer] {
        RandomNumbers random = chance.Numbers(producer);
        for (int call = 0; call < kCalls; ++call) {
          random.Pause();
          Span& span = spans[producer][call];
          span.began = tick++;
          MustCall(*reactor, [&arrived, producer, call] {
            arrived.push_back({producer, call});
          });
          span.returned = tick++;
        }
      });
    }
  }
  reactor.Do([] {});
  EXPECT_EQ(arrived.size(), std::size_t{kProducers * kCalls}) << "calls ran";
  std::vector<Span> calls;
  for (const Sent& sent : arrived) {
    calls.push_back(spans[sent.producer][sent.number]);
  }
  EXPECT_TRUE(Fine(CheckRealTimeOrder(calls)))
      << "calls ran before others that had returned when they began";
}

RULE(RT_03, ACallThatReturnedBeforeAnotherBeganRunsFirstWhoeverMadeIt) {
  // Two producers take turns in an irregular pattern, each step after the end
  // of the one before, while the reactor is busy.
  const std::vector<int> pattern = {0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0};
  std::deque<Event> steps;
  for (std::size_t step = 0; step < pattern.size(); ++step) {
    steps.emplace_back("step " + std::to_string(step));
  }
  Event busy("the reactor to be busy");
  Gate gate;
  std::vector<int> order;  // the reactor's thread
  RunningReactor reactor;
  MustCall(*reactor, [&] {
    busy.Happen();
    gate.Pass();
  });
  busy.Await();
  {
    std::deque<HelperThread> producers;
    for (int producer = 0; producer < 2; ++producer) {
      producers.emplace_back([&, producer] {
        for (std::size_t step = 0; step < pattern.size(); ++step) {
          if (pattern[step] != producer) continue;
          if (step > 0) steps[step - 1].Await();
          MustCall(*reactor, [&order, step] {
            order.push_back(static_cast<int>(step));
          });
          steps[step].Happen();
        }
      });
    }
    steps.back().Await();
  }
  gate.Open();
  reactor.Do([] {});
  EXPECT_EQ(order.size(), pattern.size());
  EXPECT_TRUE(Fine(CheckHandOut(order))) << "steps as they ran";
}

RULE(RT_04, CallsMadeBeforeRunFollowStartupAndPrecedeTimers) {
  Order order;
  Reactor reactor(SubjectOptions());
  const auto note = [&](std::string what) { order.push_back(std::move(what)); };
  reactor.CallLater(Seconds(0), [&] {
    note("timer");
    reactor.Stop();
  });
  MustCall(reactor, note, "call");
  { HelperThread other([&] { MustCall(reactor, note, "foreign call"); }); }
  EXPECT_EQ(order, Order{}) << "a call ran before Run()";
  reactor.CallWhenRunning(note, "when running");
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kAfter, note,
                                "after");
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kDuring, note,
                                "during");
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kBefore, note,
                                "before");
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"before", "during", "when running", "after", "call",
                          "foreign call", "timer"}))
      << "the order of the start";
}

RULE(RT_05, OnTheReactorThreadACallIsNotRunInline) {
  Order order;
  Reactor reactor(SubjectOptions());
  MustCall(reactor, [&] {
    MustCall(reactor, [&] {
      order.push_back("inner");
      reactor.Stop();
    });
    order.push_back("outer");
  });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"outer", "inner"}));
}

RULE(RT_05, ACallMadeOnTheReactorThreadDoesNotWaitForAnotherEvent) {
  // Each call is made from another place, when nothing else is going to happen.
  Order order;
  Reactor reactor(SubjectOptions());
  reactor.CallWhenRunning([&] {
    MustCall(reactor, [&] {
      order.push_back("from startup");
      reactor.CallLater(Seconds(0), [&] {
        MustCall(reactor, [&] {
          order.push_back("from a timer");
          MustCall(reactor, [&] {
            order.push_back("from a call");
            reactor.Stop();
          });
        });
      });
    });
  });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"from startup", "from a timer", "from a call"}));
}

}  // namespace
}  // namespace heddle::conformance
