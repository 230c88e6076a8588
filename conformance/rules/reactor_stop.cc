// SPDX-License-Identifier: Apache-2.0
//
// RT-14, RT-17, RT-18: signals, and what becomes of thread calls when the
// reactor stops.
#include <signal.h>

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
#include "conformance/checkers/account.h"
#include "conformance/checkers/findings.h"
#include "conformance/rules/default_disposition.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "gtest/gtest.h"
#include "reference/clock.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/reactor.h"

namespace heddle::conformance {
namespace {

using Order = std::vector<std::string>;

ReactorOptions OptionsWithSignalHandlers() {
  ReactorOptions options = SubjectOptions();
  options.install_signal_handlers = true;
  return options;
}

// A call that raises SIGTERM when it is moved for the `countdown`th time, which
// may be in the middle of its being queued, under whatever lock that takes.
class RaisesWhenMoved {
 public:
  explicit RaisesWhenMoved(std::atomic<int>& countdown)
      : countdown_(&countdown) {}
  RaisesWhenMoved(RaisesWhenMoved&& other) noexcept
      : countdown_(other.countdown_) {
    if (--*countdown_ == 0) raise(SIGTERM);
  }

  void operator()() {}

 private:
  std::atomic<int>* countdown_;
};

// A call that queues its like whenever it is run, until it is refused.
class Resubmission {
 public:
  struct Tally {
    std::atomic<int> runs = 0;
    std::atomic<int> refusals = 0;
  };

  Resubmission(Reactor& reactor, Tally& tally)
      : reactor_(&reactor), tally_(&tally) {}

  void operator()() {
    ++tally_->runs;
    if (!reactor_->CallFromThread(*this).accepted()) ++tally_->refusals;
  }
  void Refuse(Refusal refusal) {
    EXPECT_EQ(refusal, Refusal::kReactorStopped) << Describe(refusal);
    ++tally_->refusals;
  }

 private:
  Reactor* reactor_;
  Tally* tally_;
};

RULE(RT_14, SigintAndSigtermStopTheReactor) {
  for (const int number : {SIGINT, SIGTERM}) {
    SCOPED_TRACE(number == SIGINT ? "SIGINT" : "SIGTERM");
    DefaultDisposition disposition(number);
    bool shut_down = false;
    Reactor reactor(OptionsWithSignalHandlers());
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                  [&] { shut_down = true; });
    MustCall(reactor, [&] { raise(number); });
    RunHere(reactor);
    EXPECT_TRUE(shut_down) << "the reactor ended without shutting down";
  }
}

// Once armed, another thread is sent a signal the next time the clock is read:
// after the calls of the turn, before the reactor sleeps.
class SignallingClock final : public Clock {
 public:
  Time Now() const override {
    if (armed_.exchange(false)) HelperThread([] { raise(SIGTERM); }).Join();
    return std::chrono::steady_clock::now();
  }
  void Arm() { armed_ = true; }

 private:
  mutable std::atomic<bool> armed_ = false;
};

RULE(RT_14, ASignalThatComesBeforeTheReactorSleepsIsNotLost) {
  DefaultDisposition disposition(SIGTERM);
  SignallingClock clock;
  ReactorOptions options = OptionsWithSignalHandlers();
  options.clock = &clock;
  Reactor reactor(options);
  MustCall(reactor, [&] { clock.Arm(); });
  RunHere(reactor);
}

RULE(RT_14, ASignalOnAnotherThreadWakesTheReactor) {
  constexpr int kTries = 20;
  const Chance chance(kTries);
  DefaultDisposition disposition(SIGTERM);
  RandomNumbers random = chance.Numbers();
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto trace = chance.Try(attempt);
    Event running("the reactor to run");
    Reactor reactor(OptionsWithSignalHandlers());
    reactor.CallWhenRunning([&] { running.Happen(); });
    HelperThread other([&] {
      running.Await();
      random.Pause();
      if (running.happened()) raise(SIGTERM);
    });
    RunHere(reactor);
  }
}

RULE(RT_14, ASignalInTheMiddleOfQueuingACallDoesNotDeadlock) {
  DefaultDisposition disposition(SIGTERM);
  constexpr int kTooManyMoves = 100;
  bool raised = true;
  for (int move = 1; raised && move < kTooManyMoves; ++move) {
    SCOPED_TRACE("move " + std::to_string(move));
    std::atomic<int> countdown = move;
    Reactor reactor(OptionsWithSignalHandlers());
    reactor.CallWhenRunning([&] {
      (void)reactor.CallFromThread(RaisesWhenMoved(countdown));
      // Without a signal this call ends the run.
      MustCall(reactor, [&] {
        raised = countdown <= 0;
        if (!raised) reactor.Stop();
      });
    });
    RunHere(reactor);
    raised = countdown <= 0;
  }
  EXPECT_FALSE(raised) << "a call is moved without end";
}

RULE(RT_17, AfterStopTheBatchAndItsTimersRunThenShutdownFires) {
  Order order;
  Reactor reactor(SubjectOptions());
  const auto note = [&](std::string what) { order.push_back(std::move(what)); };
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kAfter, note,
                                "after");
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring, note,
                                "during");
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, note,
                                "before");
  reactor.CallLater(Seconds(0), note, "timer");
  MustCall(reactor, [&] {
    note("stop");
    reactor.Stop();
  });
  MustCall(reactor, note, "rest of the batch");
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"stop", "rest of the batch", "timer", "before",
                          "during", "after"}))
      << "the order of the end";
}

RULE(RT_17, LaterCallsRunWhileABeforeShutdownTriggerKeepsTheLoopAlive) {
  Order order;
  Deferred<void> finished;
  Reactor reactor(SubjectOptions());
  const auto note = [&](std::string what) { order.push_back(std::move(what)); };
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, [&] {
    note("before");
    MustCall(reactor, [&] {
      note("call");
      MustCall(reactor, [&] {
        note("last call");
        finished.Callback();
      });
    });
    return finished;
  });
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring, note,
                                "during");
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"before", "call", "last call", "during"}));
}

RULE(RT_17, LeftoversAreRunOrGivenBackNeverForgotten) {
  struct Leftover {
    std::string made_in;
    Witness::Fate fate{"a leftover to be settled"};
  };
  std::deque<Leftover> leftovers;
  Reactor reactor(SubjectOptions());
  const auto leave = [&](std::string made_in) {
    Leftover& leftover = leftovers.emplace_back();
    leftover.made_in = std::move(made_in);
    if (!reactor.CallFromThread(Witness(leftover.fate)).accepted()) {
      ++leftover.fate.refusals;
    }
  };
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, leave,
                                "before");
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring, leave,
                                "during");
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kAfter, leave,
                                "after");
  MustCall(reactor, [&] {
    reactor.Stop();
    leave("the batch that stopped");
  });
  RunHere(reactor);
  EXPECT_EQ(leftovers.size(), 4u);
  for (const Leftover& leftover : leftovers) {
    EXPECT_EQ(leftover.fate.runs + leftover.fate.refusals, 1)
        << "a call made in " << leftover.made_in << " was run "
        << leftover.fate.runs << " times and refused "
        << leftover.fate.refusals << " times";
  }
}

RULE(RT_17, ACallThatResubmitsItselfDoesNotKeepTheReactorFromStopping) {
  Resubmission::Tally tally;
  Reactor reactor(SubjectOptions());
  MustCall(reactor, Resubmission(reactor, tally));
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_EQ(tally.refusals, 1) << "its last submission vanished unseen";
}

RULE(RT_17, ALeftoversDestructorMayUseTheReactor) {
  LogCapture log;  // a leftover that cannot be told is logged
  bool destroyed = false;
  Reactor reactor(SubjectOptions());
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kAfter, [&] {
    MustCall(reactor, [&] {
      // Too late for the last pass over the queue.
      (void)reactor.CallFromThread(
          [capture = std::shared_ptr<void>(nullptr, [&](void*) {
             destroyed = true;
             (void)reactor.CallFromThread([] {});
           })] {});
    });
  });
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_TRUE(destroyed);
}

RULE(RT_18, ACallAfterRunIsRefused) {
  bool ran = false;
  Reactor reactor(SubjectOptions());
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  const Submission submission = reactor.CallFromThread([&] { ran = true; });
  ASSERT_FALSE(submission.accepted())
      << "a call that will never run was accepted";
  EXPECT_EQ(submission.refusal(), Refusal::kReactorStopped);
  EXPECT_THROW(submission.OrThrow(), ReactorStopped);
  EXPECT_FALSE(ran);
}

RULE(RT_18, ACallThatRacesWithTheEndIsRunOrRefused) {
  constexpr int kRounds = 10;
  constexpr int kProducers = 3;
  // A long queue delays the end and makes the race no likelier.
  constexpr std::uint64_t kMostAhead = 1000;
  const Chance chance(kRounds);
  struct Fates {
    std::atomic<std::uint64_t> runs = 0;
    std::atomic<std::uint64_t> refusals = 0;
  };
  struct Counted {
    Fates* fates;
    void operator()() { ++fates->runs; }
    void Refuse(Refusal) { ++fates->refusals; }
  };
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    Fates fates;
    std::atomic<std::uint64_t> accepted = 0;
    std::atomic<bool> ending = false;
    Latch producing(kProducers, "every producer to have begun");
    {
      RunningReactor reactor;
      std::deque<HelperThread> producers;
      for (int producer = 0; producer < kProducers; ++producer) {
        producers.emplace_back([&] {
          bool first = true;
          while (reactor->CallFromThread(Counted{&fates}).accepted()) {
            ++accepted;
            if (std::exchange(first, false)) producing.CountDown();
            while (!ending && accepted - fates.runs > kMostAhead) {
              std::this_thread::yield();
            }
          }
        });
      }
      producing.Await();
      chance.Numbers(round).Pause();
      ending = true;
      reactor.Stop();
    }
    ASSERT_TRUE(Fine(CheckAccount({.submitted = accepted,
                                   .completed = fates.runs,
                                   .refused = fates.refusals})))
        << "calls that were accepted, and what became of them";
  }
}

}  // namespace
}  // namespace heddle::conformance
