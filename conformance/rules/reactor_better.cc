// SPDX-License-Identifier: Apache-2.0
//
// BT-05, BT-09, BT-20, BT-32, BT-34: refusals, a pool that holds up the end,
// threads that are told apart, and captures that go in time.
#include <pthread.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "gtest/gtest.h"
#include "reference/errors.h"
#include "reference/reactor.h"
#include "reference/threads.h"

namespace heddle::conformance {
namespace {

// The name of the current thread, for the object's lifetime.
class ThreadName {
 public:
  explicit ThreadName(const char* name) {
    pthread_getname_np(pthread_self(), former_, sizeof former_);
    pthread_setname_np(pthread_self(), name);
  }
  ~ThreadName() { pthread_setname_np(pthread_self(), former_); }

  ThreadName(const ThreadName&) = delete;
  ThreadName& operator=(const ThreadName&) = delete;

 private:
  char former_[16] = {};
};

// What WrongThread says, or what comes instead of it.
std::string WrongThreadText(const std::function<void()>& call) {
  try {
    call();
  } catch (const WrongThread& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("another error: ") + error.what();
  }
  return "no error";
}

template <class Error>
bool Throws(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error&) {
    return true;
  }
  return false;
}

RULE(BT_05, AReactorThatHasStoppedRefusesEveryKindOfWorkAndKeepsNothing) {
  LogCapture log;
  const auto token = std::make_shared<int>();
  const auto work = [token] { ADD_FAILURE() << "refused work ran"; };
  Reactor reactor(SubjectOptions());
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  const long uses = token.use_count();
  const auto refused = [](const Submission& submission) {
    return !submission.accepted() &&
           submission.refusal() == Refusal::kReactorStopped &&
           Throws<ReactorStopped>([&] { submission.OrThrow(); });
  };
  EXPECT_TRUE(refused(reactor.CallFromThread(work)));
  EXPECT_TRUE(refused(reactor.CallInThread(work)));
  EXPECT_TRUE(refused(CallMultipleInThread(reactor, work, work)));
  EXPECT_TRUE(Throws<ReactorStopped>([&] { reactor.CallWhenRunning(work); }));
  EXPECT_TRUE(Throws<ReactorStopped>([&] { reactor.GetThreadPool(); }));
  EXPECT_TRUE(
      Throws<ReactorStopped>([&] { reactor.SuggestThreadPoolSize(3); }));
  EXPECT_EQ(token.use_count(), uses) << "refused work was kept";
  EXPECT_EQ(log.records().size(), 0u) << "a visible refusal was logged too";
}

RULE(BT_09, AfterTheGraceTheLogTellsWhichTasksHoldUpTheEnd) {
  Event started("a task to start");
  Gate gate("the log to tell of the task");
  LogCapture log([&](const LogRecord&) { gate.Open(); });
  ReactorOptions options = SubjectOptions(1, 1);
  options.shutdown_grace = Seconds(0.001);
  options.pool_name = "weft";
  RunningReactor reactor(std::move(options));
  MustCallInThread(*reactor, [&] {
    started.Happen();
    gate.Pass();
  });
  started.Await();
  reactor.Stop();  // which is held up until there is a record
  const std::vector<LogRecord> records = log.records();
  ASSERT_EQ(records.size(), 1u);
  EXPECT_NE(records[0].message.find("weft"), std::string::npos)
      << "the record does not name the pool: " << records[0].message;
  EXPECT_NE(records[0].message.find(" ms"), std::string::npos)
      << "the record does not say how long: " << records[0].message;
}

RULE(BT_20, EveryFunctionThatBelongsToTheThreadNamesItselfAndBothThreads) {
  TriggerId trigger;
  DelayedCall timer;
  std::optional<RunningReactor> running;
  {
    const ThreadName name("warp");  // which the reactor's thread inherits
    running.emplace();
  }
  Reactor& reactor = **running;
  running->Do([&] {
    timer = reactor.CallLater(Seconds(3600), [] {});
    trigger = reactor.AddSystemEventTrigger(SystemEvent::kShutdown,
                                            Phase::kAfter, [] {});
  });
  const auto none = [] {};
  const Seconds soon(1);
  const std::vector<std::pair<std::string, std::function<void()>>> calls = {
      {"Reactor::CallLater", [&] { reactor.CallLater(soon, none); }},
      {"Reactor::GetDelayedCalls", [&] { (void)reactor.GetDelayedCalls(); }},
      {"Reactor::CallWhenRunning", [&] { reactor.CallWhenRunning(none); }},
      {"Reactor::AddSystemEventTrigger",
       [&] {
         reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kAfter,
                                       none);
       }},
      {"Reactor::RemoveSystemEventTrigger",
       [&] { reactor.RemoveSystemEventTrigger(trigger); }},
      {"Reactor::AddReader", [&] { reactor.AddReader(0, none); }},
      {"Reactor::AddWriter", [&] { reactor.AddWriter(0, none); }},
      {"Reactor::RemoveReader", [&] { reactor.RemoveReader(0); }},
      {"Reactor::RemoveWriter", [&] { reactor.RemoveWriter(0); }},
      {"Reactor::Iterate", [&] { reactor.Iterate(); }},
      {"DelayedCall::Cancel", [&] { timer.Cancel(); }},
      {"DelayedCall::Reset", [&] { timer.Reset(soon); }},
      {"DelayedCall::Delay", [&] { timer.Delay(soon); }},
      {"DelayedCall::active", [&] { (void)timer.active(); }},
      {"DelayedCall::time", [&] { (void)timer.time(); }},
  };
  const ThreadName name("weft");
  for (const auto& [function, call] : calls) {
    const std::string text = WrongThreadText(call);
    for (const std::string& part : {function + ":", std::string("'warp' ("),
                                    std::string("'weft' (")}) {
      EXPECT_NE(text.find(part), std::string::npos)
          << function << " on the wrong thread does not say " << part << ": "
          << text;
    }
  }
  running->Do([&] {
    EXPECT_EQ(reactor.GetDelayedCalls().size(), 1u) << "a timer was changed";
    reactor.RemoveSystemEventTrigger(trigger);
  });
}

RULE(BT_20, AWorkerThatUsesTheReactorIsNamedAsAWorker) {
  History<std::string> texts("the worker's error");
  RunningReactor reactor;
  MustCallInThread(*reactor, [&] {
    texts.Add(WrongThreadText([&] { (void)reactor->GetDelayedCalls(); }));
  });
  const std::string text = texts.Await(1).front();
  EXPECT_NE(text.find("GetDelayedCalls: called on thread"), std::string::npos)
      << text;
  if (!Subject().abilities.named_workers.offered()) return;
  EXPECT_NE(text.find("'PoolThread"), std::string::npos) << text;
}

RULE(BT_32, TwoReactorsAtOnceEachKnowItsOwnThreadAndCallEachOther) {
  constexpr int kRounds = 100;
  struct Look {
    std::thread::id thread;
    bool in_warp;
    bool in_weft;
  };
  History<Look> looks("all calls to and fro");
  Event warp_inside("a call on the first reactor's thread");
  Event weft_looked("the second reactor's look meanwhile");
  RunningReactor warp;
  RunningReactor weft;
  const auto look = [&] {
    looks.Add({std::this_thread::get_id(), warp->IsInIOThread(),
               weft->IsInIOThread()});
  };
  const auto check = [&](const Look& seen) {
    EXPECT_EQ(seen.in_warp, seen.thread == warp.thread())
        << "the first reactor does not know its thread";
    EXPECT_EQ(seen.in_weft, seen.thread == weft.thread())
        << "the second reactor does not know its thread";
  };
  // Both are inside a call.
  MustCall(*warp, [&] {
    look();
    warp_inside.Happen();
    weft_looked.Await();
    look();
  });
  warp_inside.Await();
  weft.Do(look);
  weft_looked.Happen();
  // To and fro, a look at each end.
  std::function<void(int)> to_weft;
  const std::function<void(int)> to_warp = [&](int round) {
    look();
    if (round < kRounds) MustCall(*warp, to_weft, round + 1);
  };
  to_weft = [&](int round) {
    look();
    MustCall(*weft, to_warp, round);
  };
  MustCall(*warp, to_weft, 1);
  const std::vector<Look> all = looks.Await(3 + 2 * kRounds);
  for (const Look& seen : all) check(seen);
  // One may wait for the other, and must not use what belongs to it.
  int answer = 0;
  std::string text;
  warp.Do([&] {
    answer = BlockingCallFromThread(*weft, [] { return 7; });
    text = WrongThreadText([&] { weft->CallLater(Seconds(0), [] {}); });
  });
  EXPECT_EQ(answer, 7);
  EXPECT_NE(text.find("Reactor::CallLater: called on thread"),
            std::string::npos)
      << text;
}

RULE(BT_34, TimersAndCallsReleaseWhatTheyCaptureAtOnce) {
  std::weak_ptr<int> fired;
  std::weak_ptr<int> cancelled;
  std::weak_ptr<int> called;
  DelayedCall first;
  DelayedCall second;
  RunningReactor reactor;
  const auto make = [](std::weak_ptr<int>& seen) {
    const auto token = std::make_shared<int>();
    seen = token;
    return [token] {};
  };
  MustCall(*reactor, make(called));
  reactor.Do([&] {
    EXPECT_TRUE(called.expired()) << "a call that has run keeps its captures";
    first = reactor->CallLater(Seconds(0), make(fired));
    second = reactor->CallLater(Seconds(3600), make(cancelled));
    EXPECT_FALSE(fired.expired());
    second.Cancel();
    EXPECT_TRUE(cancelled.expired())
        << "a cancelled timer keeps its captures";
  });
  reactor.Do([&] {
    EXPECT_FALSE(first.active());
    EXPECT_TRUE(fired.expired()) << "a fired timer keeps its captures";
  });
}

}  // namespace
}  // namespace heddle::conformance
