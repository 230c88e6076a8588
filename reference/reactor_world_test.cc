// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/reactor_fixture.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

using std::chrono::seconds;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST_F(ReactorTest, TimersFollowTheReactorsClock) {
  ManualClock clock;
  Reactor reactor(Options(&clock));
  const DelayedCall call = reactor.CallLater(seconds(3), Record("timer"));
  EXPECT_EQ(call.time(), clock.Now() + seconds(3));
  clock.Advance(seconds(2));
  reactor.Iterate();
  EXPECT_EQ(order_, Order());
  EXPECT_EQ(reactor.GetDelayedCalls(), std::vector{call});
  clock.Advance(seconds(1));
  reactor.Iterate();
  EXPECT_EQ(order_, (Order{"timer"}));
  EXPECT_TRUE(reactor.GetDelayedCalls().empty());
}

TEST_F(ReactorTest, ATimerIsNotCalledEarlyAndEndsTheSleep) {
  SteadyClock clock;
  std::vector<Clock::Time> due;
  for (int i = 0; i < 20; ++i) {
    const auto call = std::make_shared<DelayedCall>();
    *call = reactor_->CallLater(Seconds(i * 0.0007), [&, call] {
      EXPECT_GE(clock.Now(), call->time());
      due.push_back(call->time());
    });
  }
  reactor_->CallLater(Seconds(0.02), StopIt());
  reactor_->Run();
  EXPECT_EQ(due.size(), 20u);
  EXPECT_TRUE(std::is_sorted(due.begin(), due.end()));
}

TEST_F(ReactorTest, WarnsAtItsEndOfFailuresStillHeldOnItsThread) {
  const RecordedLog log;
  const Deferred<int> before = Fail<int>(std::runtime_error("before"));
  std::optional<Deferred<int>> elsewhere;
  std::thread([&] {
    elsewhere = Fail<int>(std::runtime_error("elsewhere"));
  }).join();
  const Deferred<int> during;
  reactor_->CallLater(Seconds(0), [&] {
    during.Errback(std::runtime_error("during"));
    Fail<int>(std::runtime_error("handled")).AddErrback([](const Failure&) {
      return 0;
    });
    reactor_->Stop();
  });
  reactor_->Run();
  Order texts;
  for (const LogRecord& record : log.records()) {
    EXPECT_EQ(record.severity, Severity::kWarning);
    EXPECT_TRUE(record.message.starts_with("Reactor::Run ends and a Deferred"))
        << record.message;
    texts.push_back(DescribeException(record.exception));
  }
  EXPECT_EQ(texts, (Order{"std::runtime_error: before",
                          "std::runtime_error: during"}));
  for (const Deferred<int>& held : {before, during, *elsewhere}) {
    held.AddErrback([](const Failure&) { return 0; });
  }
}

TEST_F(ReactorTest, TimersThatAreNotDueWhenItStopsNeverFire) {
  const DelayedCall distant = reactor_->CallLater(Seconds(1e300), [] {});
  reactor_->CallLater(Seconds(3600), Record("never"));
  reactor_->CallWhenRunning([this] { Post(StopIt()); });
  reactor_->Run();
  EXPECT_EQ(order_, Order());
  EXPECT_TRUE(distant.active());
}

TEST_F(ReactorTest, BadDelaysAreRefused) {
  for (const double bad : {-1.0, kNaN}) {
    EXPECT_THROW(reactor_->CallLater(Seconds(bad), [] {}),
                 std::invalid_argument);
    EXPECT_THROW(reactor_->Iterate(Seconds(bad)), std::invalid_argument);
    ReactorOptions options = Options();
    options.shutdown_grace = Seconds(bad);
    EXPECT_THROW(Reactor reactor(options), std::invalid_argument);
  }
}

TEST_F(ReactorTest, IterateReturnsAtOnceOrWhenATimerIsDue) {
  reactor_->CallLater(Seconds(3600), Record("never"));
  reactor_->Iterate();
  reactor_->CallLater(Seconds(0.001), [this] {
    order_.push_back("timer");
    reactor_->WakeUp();
  });
  while (order_.empty()) reactor_->Iterate(Seconds(3600));
  EXPECT_EQ(order_, (Order{"timer"}));
}

TEST_F(ReactorTest, ReadersAndWritersAreCalledByTheLoop) {
  int fds[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  std::thread writer;
  reactor_->AddReader(fds[0], [&] {
    char byte = 0;
    EXPECT_EQ(read(fds[0], &byte, 1), 1);
    EXPECT_EQ(byte, 'x');
    reactor_->RemoveReader(fds[0]);
    reactor_->AddWriter(fds[0], [&] {
      reactor_->RemoveWriter(fds[0]);
      reactor_->Stop();
    });
  });
  reactor_->CallWhenRunning([&] {
    writer = std::thread([&] { EXPECT_EQ(write(fds[1], "x", 1), 1); });
  });
  reactor_->Run();
  writer.join();
  close(fds[0]);
  close(fds[1]);
  EXPECT_THROW(reactor_->AddReader(-1, [] {}), std::invalid_argument);
}

TEST_F(ReactorTest, SigtermStopsGracefullyAndTheHandlerIsGivenBack) {
  ReactorOptions options;
  reactor_.emplace(std::move(options));
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore,
                                  Record("shutdown"));
  reactor_->CallWhenRunning([] { std::raise(SIGTERM); });
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"shutdown"}));
  struct sigaction now = {};
  sigaction(SIGTERM, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

TEST_F(ReactorTest, ASignalEndsTheSleepOfAReactor) {
  reactor_.emplace(ReactorOptions());
  const pthread_t here = pthread_self();
  std::thread killer;
  reactor_->CallWhenRunning(
      [&] { killer = std::thread([&] { pthread_kill(here, SIGINT); }); });
  reactor_->Run();
  killer.join();
}

TEST_F(ReactorTest, ASecondSigintIsACrash) {
  reactor_.emplace(ReactorOptions());
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, [&] {
    order_.push_back("shutdown");
    std::raise(SIGINT);
    return Deferred<void>();
  });
  reactor_->AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                  Record("never"));
  reactor_->CallWhenRunning([] { std::raise(SIGINT); });
  reactor_->Run();
  EXPECT_EQ(order_, (Order{"shutdown"}));
}

// What `check` returns in a forked child.
template <class F>
bool TrueInForkedChild(F check) {
  const pid_t child = fork();
  if (child == 0) {
    bool result = false;
    try {
      result = check();
    } catch (...) {
    }
    _exit(result ? 0 : 1);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

template <class Error, class F>
bool Throws(F call) {
  try {
    call();
    return false;
  } catch (const Error&) {
    return true;
  }
}

TEST_F(ReactorTest, AForkedChildIsToldAndCanDestroyTheReactor) {
  EXPECT_TRUE(TrueInForkedChild([&] {
    Task task = [] {};
    const auto refused = [](Submission submission) {
      return !submission && submission.refusal() == Refusal::kForkedChild;
    };
    reactor_->WakeUp();
    reactor_->Crash();
    const bool told =
        refused(reactor_->Post(std::move(task))) && task &&
        refused(reactor_->CallInThread([] {})) &&
        Throws<UsedInForkedChild>([&] { reactor_->Run(); }) &&
        Throws<UsedInForkedChild>([&] { reactor_->Stop(); }) &&
        Throws<UsedInForkedChild>([&] { reactor_->Iterate(); }) &&
        Throws<UsedInForkedChild>([&] { reactor_->GetThreadPool(); }) &&
        Throws<UsedInForkedChild>([&] { reactor_->SuggestThreadPoolSize(1); }) &&
        Throws<UsedInForkedChild>([&] { reactor_->blocking_calls(); }) &&
        Throws<UsedInForkedChild>([&] { reactor_->deferred_results(); });
    reactor_.reset();
    return told;
  }));
}

TEST_F(ReactorTest, AChildForkedByTheOnlyCallbackDoesNotGoToSleep) {
  pid_t child = -1;
  for (const bool in_run : {false, true}) {
    bool told = false;
    Post([&] {
      child = fork();
      if (child == 0) return;
      if (in_run) {
        reactor_->Stop();
      } else {
        reactor_->WakeUp();
      }
    });
    try {
      if (in_run) {
        reactor_->Run();
      } else {
        reactor_->Iterate(Seconds(3600));
      }
    } catch (const UsedInForkedChild&) {
      told = true;
    }
    if (child == 0) _exit(told ? 0 : 1);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    EXPECT_FALSE(told);
  }
}

TEST_F(ReactorTest, AChildForkedByACallbackLeavesRunAndTheParentGoesOn) {
  pid_t child = -1;
  const auto run = [&] {
    reactor_->CallWhenRunning([&] { child = fork(); });
    Post([&] {
      if (child != 0) Post(StopIt());
    });
    reactor_->Run();
  };
  bool told = false;
  try {
    run();
  } catch (const UsedInForkedChild&) {
    told = true;
  }
  if (child == 0) _exit(told ? 0 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace heddle
