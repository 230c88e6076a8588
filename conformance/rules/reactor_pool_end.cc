// SPDX-License-Identifier: Apache-2.0
//
// RT-25 to RT-30, RT-32: the reactor's pool when the reactor ends.
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/reactor.h"
#include "reference/threads.h"

namespace heddle::conformance {
namespace {

void AwaitStopBegun(const ThreadPool& pool) {
  Eventually([&] { return pool.State() >= PoolState::kStopping; },
             "the pool to begin to stop");
}

RULE(RT_25, RunReturnsAfterThePoolHasDrainedAndEnded) {
  constexpr int kTasks = 100;
  Gate gate;
  std::atomic<int> ran = 0;
  std::atomic<bool> let_go = false;
  std::shared_ptr<ThreadPool> pool;
  Reactor reactor(SubjectOptions(2, 2));
  pool = reactor.GetThreadPool();
  for (int task = 0; task < kTasks; ++task) {
    MustCallInThread(reactor, [&] {
      gate.Pass();
      ++ran;
    });
  }
  // No task ends before the pool has been told to stop.
  HelperThread opener([&] {
    AwaitStopBegun(*pool);
    let_go = true;
    gate.Open();
  });
  bool drained_in_before = false;
  bool drained_in_after = false;
  reactor.AddSystemEventTrigger(
      SystemEvent::kShutdown, Phase::kBefore,
      [&] { drained_in_before = pool->State() != PoolState::kRunning; });
  reactor.AddSystemEventTrigger(
      SystemEvent::kShutdown, Phase::kAfter,
      [&] { drained_in_after = pool->State() == PoolState::kStopped; });
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_EQ(ran, kTasks) << "tasks that had ended when Run() returned";
  EXPECT_TRUE(let_go);
  EXPECT_EQ(pool->State(), PoolState::kStopped);
  EXPECT_EQ(pool->Stats().threads, 0);
  EXPECT_FALSE(drained_in_before) << "stopped in the before phase";
  EXPECT_TRUE(drained_in_after) << "not stopped by the after phase";
}

RULE(RT_26, TheReactorDropsAPoolMadeBeforeRun) {
  std::weak_ptr<ThreadPool> pool;
  Reactor reactor(SubjectOptions());
  pool = reactor.GetThreadPool();
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_TRUE(pool.expired()) << "something still holds the pool";
}

RULE(RT_26, TheReactorDropsAPoolMadeDuringRun) {
  std::weak_ptr<ThreadPool> pool;
  Reactor reactor(SubjectOptions());
  MustCall(reactor, [&] {
    pool = reactor.GetThreadPool();
    MustCallInThread(reactor, [] {});
    reactor.Stop();
  });
  RunHere(reactor);
  EXPECT_TRUE(pool.expired()) << "something still holds the pool";
}

RULE(RT_26, TheReactorDropsThePoolIfItNeverRan) {
  std::shared_ptr<ThreadPool> pool;
  {
    Reactor reactor(SubjectOptions());
    pool = reactor.GetThreadPool();
  }
  EXPECT_EQ(pool->State(), PoolState::kStopped);
  EXPECT_EQ(pool.use_count(), 1) << "something still holds the pool";
}

RULE(RT_27, BeforeShutdownTriggersCanUseThePoolAndGetResults) {
  std::vector<int> results;
  Reactor reactor(SubjectOptions());
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kBefore, [&] {
    return DeferToThread(reactor, [] { return 1; })
        .AddCallback([&](int result) {
          results.push_back(result);
          return DeferToThread(reactor, [] { return 2; });
        })
        .AddCallback([&](int result) { results.push_back(result); });
  });
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring,
                                [&] { results.push_back(3); });
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_EQ(results, (std::vector<int>{1, 2, 3}))
      << "two results, and 3 for the during phase";
}

RULE(RT_27, DuringTriggersOlderThanThePoolFindItAliveLaterOnesStopped) {
  std::shared_ptr<ThreadPool> pool;
  std::vector<PoolState> found;
  Reactor reactor(SubjectOptions());
  const auto look = [&] { found.push_back(pool->State()); };
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring, look);
  pool = reactor.GetThreadPool();
  reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kDuring, look);
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_EQ(found,
            (std::vector{PoolState::kRunning, PoolState::kStopped}));
}

RULE(RT_28, ResultsOfTasksThatEndDuringTheDrainAreDeliveredOrFail) {
  constexpr int kTasks = 20;
  Gate gate;
  std::atomic<int> ran = 0;
  int values = 0;  // the reactor's thread, as the next two
  int stopped = 0;
  int strange = 0;
  std::shared_ptr<ThreadPool> pool;
  Reactor reactor(SubjectOptions(2, 2));
  pool = reactor.GetThreadPool();
  HelperThread opener([&] {
    AwaitStopBegun(*pool);
    gate.Open();
  });
  MustCall(reactor, [&] {
    for (int task = 0; task < kTasks; ++task) {
      DeferToThread(reactor,
                    [&] {
                      gate.Pass();
                      ++ran;
                      return 1;
                    })
          .AddCallbacks([&](int) { values += reactor.IsInIOThread(); },
                        [&](const Failure& failure) {
                          ++(failure.Check<ReactorStopped>() ? stopped
                                                             : strange);
                        });
    }
    reactor.Stop();
  });
  RunHere(reactor);
  EXPECT_EQ(ran, kTasks);
  EXPECT_EQ(values + stopped, kTasks)
      << "of " << kTasks << " Deferreds " << values << " got a value on the "
      << "reactor's thread, " << stopped << " ReactorStopped";
  EXPECT_EQ(strange, 0);
}

RULE(RT_28, AResultThatCannotComeInTimeFailsWithReactorStopped) {
  LogCapture log;
  Gate gate;
  Event started("the task to start");
  std::vector<std::string> fates;  // the reactor's thread
  PoolHandle pool = MakePool(1, 1);
  pool->Start();
  Reactor reactor(SubjectOptions());
  MustCall(reactor, [&] {
    DeferToThreadPool(reactor, *pool,
                      [&] {
                        started.Happen();
                        gate.Pass();
                        return 1;
                      })
        .AddCallbacks([&](int) { fates.push_back("a value"); },
                      [&](const Failure& failure) {
                        fates.push_back(failure.Check<ReactorStopped>()
                                            ? "ReactorStopped"
                                            : failure.Describe());
                      });
    started.Await();
    reactor.Stop();
  });
  RunHere(reactor);
  EXPECT_EQ(fates, std::vector<std::string>{"ReactorStopped"})
      << "what the Deferred fired with";
  // The late result has nowhere to go, and makes no noise.
  gate.Open();
  pool->Stop();
  EXPECT_EQ(fates.size(), 1u);
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(RT_29, CallInThreadIsRefusedOnceThePoolHasBeenStopped) {
  for (const bool use_pool : {false, true}) {
    SCOPED_TRACE(use_pool ? "the pool had been used" : "there was no pool");
    std::atomic<int> ran = 0;
    std::vector<std::string> accepted_in;
    Reactor reactor(SubjectOptions());
    const auto submit = [&](const std::string& where) {
      const Submission submission = reactor.CallInThread([&] { ++ran; });
      if (submission.accepted()) accepted_in.push_back(where);
    };
    if (use_pool) reactor.GetThreadPool();
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kAfter, submit,
                                  "the after phase");
    MustCall(reactor, [&] { reactor.Stop(); });
    RunHere(reactor);
    submit("no phase any more");
    EXPECT_EQ(accepted_in, std::vector<std::string>{})
        << "phases in which work was accepted that will never run";
    EXPECT_EQ(ran, 0);
    const Submission submission = reactor.CallInThread([] {});
    ASSERT_FALSE(submission.accepted());
    EXPECT_EQ(submission.refusal(), Refusal::kReactorStopped)
        << Describe(submission.refusal());
    EXPECT_THROW(reactor.GetThreadPool(), ReactorStopped);
  }
}

RULE(RT_30, PoolsTheUserMadeAreLeftAlone) {
  Event ran("a task submitted after the reactor's end");
  Event delivered("a result");
  PoolHandle pool = MakePool(1, 2);
  pool->Start();
  RunningReactor reactor;
  reactor.Do([&] {
    DeferToThreadPool(*reactor, *pool, [] {}).AddCallback([&] {
      delivered.Happen();
    });
  });
  delivered.Await();
  reactor.Stop();
  EXPECT_EQ(pool->State(), PoolState::kRunning);
  MustCallInThread(*pool, [&] { ran.Happen(); });
  ran.Await();
}

RULE(RT_32, CrashLeavesThePoolRunningForTheNextRun) {
  Event ran_between("a task submitted after the crash");
  Event ran_later("a task submitted in the second run");
  std::shared_ptr<ThreadPool> pool;
  Reactor reactor(SubjectOptions());
  pool = reactor.GetThreadPool();
  MustCall(reactor, [&] { reactor.Crash(); });
  RunHere(reactor);
  EXPECT_EQ(pool->State(), PoolState::kRunning) << "after the crash";
  MustCallInThread(*pool, [&] { ran_between.Happen(); });
  ran_between.Await();

  MustCall(reactor, [&] {
    EXPECT_EQ(reactor.GetThreadPool(), pool);
    MustCallInThread(reactor, [&] {
      ran_later.Happen();
      MustCall(reactor, [&] { reactor.Stop(); });
    });
  });
  RunHere(reactor);
  EXPECT_TRUE(ran_later.happened());
  EXPECT_EQ(pool->State(), PoolState::kStopped);
}

}  // namespace
}  // namespace heddle::conformance
