// SPDX-License-Identifier: Apache-2.0
//
// RL-20, RL-21: signals, and reactors beside one another.
#include <signal.h>

#include <atomic>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/default_disposition.h"
#include "gtest/gtest.h"
#include "reference/reactor.h"

namespace heddle::conformance {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

std::atomic<int> users_handler_calls = 0;

void UsersHandler(int) { ++users_handler_calls; }

using Handler = void (*)(int);

Handler HandlerOf(int number) {
  struct sigaction now = {};
  sigaction(number, nullptr, &now);
  return now.sa_handler;
}

const char* Name(int number) { return number == SIGINT ? "SIGINT" : "SIGTERM"; }

ReactorOptions Options(bool install_signal_handlers) {
  ReactorOptions options = SubjectOptions();
  options.install_signal_handlers = install_signal_handlers;
  return options;
}

RULE(RL_20, SigintAndSigtermShutDownGracefully) {
  for (const int number : kSignals) {
    SCOPED_TRACE(Name(number));
    DefaultDisposition disposition(number);
    std::vector<Phase> phases;
    Reactor reactor(Options(true));
    for (const Phase phase : {Phase::kBefore, Phase::kDuring, Phase::kAfter}) {
      reactor.AddSystemEventTrigger(SystemEvent::kShutdown, phase,
                                    [&, phase] { phases.push_back(phase); });
    }
    MustCall(reactor, [&] { raise(number); });
    RunHere(reactor);
    EXPECT_EQ(phases,
              (std::vector{Phase::kBefore, Phase::kDuring, Phase::kAfter}))
        << "phases of the shutdown";
  }
}

RULE(RL_20, HandlersAreThereWhileItRunsAndGivenBackAfterwards) {
  for (const bool crash : {false, true}) {
    SCOPED_TRACE(crash ? "Crash()" : "Stop()");
    DefaultDisposition interrupt(SIGINT);
    DefaultDisposition terminate(SIGTERM);
    signal(SIGTERM, UsersHandler);
    Reactor reactor(Options(true));
    EXPECT_EQ(HandlerOf(SIGTERM), UsersHandler) << "before Run()";
    MustCall(reactor, [&] {
      EXPECT_NE(HandlerOf(SIGINT), SIG_DFL) << "SIGINT has no handler";
      EXPECT_NE(HandlerOf(SIGTERM), UsersHandler) << "SIGTERM was not taken";
      if (crash) {
        reactor.Crash();
      } else {
        reactor.Stop();
      }
    });
    RunHere(reactor);
    EXPECT_EQ(HandlerOf(SIGINT), SIG_DFL)
        << "SIGINT's handler was not given back";
    EXPECT_EQ(HandlerOf(SIGTERM), UsersHandler)
        << "SIGTERM's handler was not given back";
  }
}

RULE(RL_20, SigintIsTakenOnlyFromTheDefaultHandler) {
  DefaultDisposition disposition(SIGINT);
  signal(SIGINT, UsersHandler);
  const int calls = users_handler_calls;
  Reactor reactor(Options(true));
  MustCall(reactor, [&] {
    raise(SIGINT);
    MustCall(reactor, [&] { reactor.Stop(); });
  });
  RunHere(reactor);
  EXPECT_EQ(users_handler_calls - calls, 1)
      << "times the user's handler was called";
  EXPECT_EQ(HandlerOf(SIGINT), UsersHandler);
}

RULE(RL_20, HandlersAreNotInstalledUnlessWanted) {
  for (const int number : kSignals) {
    SCOPED_TRACE(Name(number));
    DefaultDisposition disposition(number);
    signal(number, UsersHandler);
    const int calls = users_handler_calls;
    bool went_on = false;
    Reactor reactor(Options(false));
    MustCall(reactor, [&] {
      raise(number);
      reactor.CallLater(Seconds(0), [&] {
        MustCall(reactor, [&] {
          went_on = true;
          reactor.Stop();
        });
      });
    });
    RunHere(reactor);
    EXPECT_TRUE(went_on);
    EXPECT_EQ(users_handler_calls - calls, 1)
        << "times the user's handler was called";
  }
}

RULE(RL_21, SeveralReactorsRunAtOnceEachOnItsThread) {
  constexpr int kReactors = 3;
  constexpr int kRounds = 200;
  Latch done(kReactors, "every reactor to end its rounds");
  std::atomic<int> on_wrong_thread = 0;
  std::deque<RunningReactor> reactors;
  for (int i = 0; i < kReactors; ++i) reactors.emplace_back();
  struct Rounds {
    int left = kRounds;
    std::function<void()> next;
  };
  std::deque<Rounds> rounds(kReactors);
  for (int i = 0; i < kReactors; ++i) {
    RunningReactor& mine = reactors[i];
    RunningReactor& other = reactors[(i + 1) % kReactors];
    Rounds& my_rounds = rounds[i];
    // A call to itself through another reactor and a timer, again and again.
    my_rounds.next = [&] {
      if (std::this_thread::get_id() != mine.thread() ||
          !mine->IsInIOThread() || other->IsInIOThread()) {
        ++on_wrong_thread;
      }
      if (my_rounds.left-- == 0) return done.CountDown();
      mine->CallLater(Seconds(0), [&] {
        MustCall(*other, [&] {
          if (!other->IsInIOThread()) ++on_wrong_thread;
          MustCall(*mine, my_rounds.next);
        });
      });
    };
    MustCall(*mine, my_rounds.next);
  }
  done.Await();
  for (RunningReactor& reactor : reactors) reactor.Stop();
  EXPECT_EQ(on_wrong_thread, 0) << "calls on a wrong thread";
}

RULE(RL_21, TwoReactorsTakeTurnsOnOneThread) {
  int first_calls = 0;
  int second_calls = 0;
  Reactor first(SubjectOptions());
  Reactor second(SubjectOptions());
  for (int round = 0; round < 3; ++round) {
    MustCall(first, [&] {
      ++first_calls;
      EXPECT_TRUE(first.IsInIOThread());
      EXPECT_FALSE(second.IsInIOThread());
    });
    MustCall(second, [&] { ++second_calls; });
    first.Iterate();
    second.Iterate();
  }
  EXPECT_EQ(first_calls, 3);
  EXPECT_EQ(second_calls, 3);
}

}  // namespace
}  // namespace heddle::conformance
