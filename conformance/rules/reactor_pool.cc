// SPDX-License-Identifier: Apache-2.0
//
// RT-19 to RT-24, RT-31, RT-33: the reactor's pool while the reactor runs, and
// before.
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "conformance/kit/chance.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/reactor.h"
#include "reference/worker_scope.h"

namespace heddle::conformance {
namespace {

RULE(RT_19, CallInThreadRunsOnAPoolThreadNotOnTheReactors) {
  struct Run {
    std::thread::id thread;
    const ThreadPool* pool;
    bool in_io_thread;
    int number;
  };
  History<Run> runs("a task to run");
  RunningReactor reactor;
  const auto task = [&](int number) {
    runs.Add({std::this_thread::get_id(), WorkerScope::CurrentPool(),
              reactor->IsInIOThread(), number});
  };
  MustCallInThread(*reactor, task, 1);
  runs.Await(1);
  reactor.Do([&] { MustCallInThread(*reactor, task, 2); });
  const std::vector<Run> all = runs.Await(2);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(all[i].number, i + 1);
    EXPECT_NE(all[i].thread, std::this_thread::get_id()) << "on the caller's";
    EXPECT_NE(all[i].thread, reactor.thread()) << "on the reactor's";
    EXPECT_FALSE(all[i].in_io_thread);
    EXPECT_EQ(all[i].pool, reactor->GetThreadPool().get())
        << "not on a worker of the reactor's pool";
  }
}

RULE(RT_20, CallInThreadIsHeldUntilStartupIsComplete) {
  Event ran("the task to run");
  std::atomic<bool> startup_complete = false;
  bool early = false;
  Deferred<void> startup;
  Reactor reactor(SubjectOptions());
  reactor.AddSystemEventTrigger(SystemEvent::kStartup, Phase::kBefore,
                                [&] { return startup; });
  MustCallInThread(reactor, [&] {
    early = !startup_complete;
    MustCall(reactor, [&] { reactor.Stop(); });
    ran.Happen();
  });
  EXPECT_EQ(reactor.GetThreadPool()->State(), PoolState::kNew)
      << "the pool was started on first use";
  // The loop turns, but startup is held open.
  MustCall(reactor, [&] {
    MustCallInThread(reactor, [] {});
    EXPECT_EQ(reactor.GetThreadPool()->State(), PoolState::kNew)
        << "the pool was started before startup was complete";
    EXPECT_EQ(reactor.GetThreadPool()->Stats().threads, 0);
    MustCall(reactor, [&] {
      EXPECT_FALSE(ran.happened());
      startup_complete = true;
      startup.Callback();
    });
  });
  RunHere(reactor);
  EXPECT_TRUE(ran.happened());
  EXPECT_FALSE(early) << "the task ran before startup was complete";
}

RULE(RT_21, WithoutRunNoTaskRunsAndNoPoolThreadExists) {
  Witness::Fate fate("a held task to be settled");
  {
    Reactor reactor(SubjectOptions());
    MustCallInThread(reactor, Witness(fate));
    EXPECT_EQ(reactor.GetThreadPool()->State(), PoolState::kNew);
    EXPECT_EQ(reactor.GetThreadPool()->Stats().threads, 0);
    reactor.Iterate();
    EXPECT_EQ(reactor.GetThreadPool()->State(), PoolState::kNew)
        << "an iteration without Run() started the pool";
  }
  EXPECT_EQ(fate.runs, 0);
  EXPECT_EQ(fate.refusals, 1) << "the held task vanished unseen";
}

RULE(RT_22, ThePoolIsMadeOnFirstUseOnce) {
  int made = 0;
  ReactorOptions options = SubjectOptions();
  options.make_pool = [&](const PoolOptions& pool_options) {
    ++made;
    return Subject().make(pool_options);
  };
  Reactor reactor(std::move(options));
  EXPECT_EQ(made, 0) << "a pool nobody asked for was made";
  const std::shared_ptr<ThreadPool> pool = reactor.GetThreadPool();
  ASSERT_NE(pool, nullptr);
  EXPECT_EQ(reactor.GetThreadPool(), pool);
  EXPECT_EQ(pool->State(), PoolState::kNew);
  bool same_in_shutdown = false;
  reactor.AddSystemEventTrigger(
      SystemEvent::kShutdown, Phase::kBefore,
      [&] { same_in_shutdown = reactor.GetThreadPool() == pool; });
  MustCall(reactor, [&] {
    EXPECT_EQ(reactor.GetThreadPool(), pool);
    EXPECT_EQ(pool->State(), PoolState::kRunning)
        << "it did not start with the reactor";
    reactor.Stop();
  });
  RunHere(reactor);
  EXPECT_TRUE(same_in_shutdown);
  EXPECT_EQ(made, 1) << "pools were made";
}

RULE(RT_22, APoolMadeWhileTheReactorRunsIsStartedAtOnce) {
  RunningReactor reactor;
  const std::shared_ptr<ThreadPool> pool = reactor->GetThreadPool();
  EXPECT_EQ(pool->State(), PoolState::kRunning);
  reactor.Do([&] { EXPECT_EQ(reactor->GetThreadPool(), pool); });
}

RULE(RT_22, ThreadsThatAskForThePoolAtTheSameTimeGetTheSame) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 20;
  const Chance chance(kRounds);
  for (int round = 0; round < kRounds; ++round) {
    const auto attempt = chance.Try(round);
    Latch ready(kThreads, "all threads to be ready");
    std::shared_ptr<ThreadPool> pools[kThreads];
    ReactorOptions options = SubjectOptions();
    options.make_pool = [](const PoolOptions& pool_options) {
      // Whoever would make a second one comes meanwhile.
      for (int turn = 0; turn < 50; ++turn) std::this_thread::yield();
      return Subject().make(pool_options);
    };
    RunningReactor reactor(std::move(options));
    {
      std::vector<HelperThread> threads;
      for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&, thread] {
          RandomNumbers random = chance.Numbers(round * kThreads + thread);
          ready.ArriveAndAwait();
          random.Pause();
          pools[thread] = reactor->GetThreadPool();
        });
      }
    }
    for (const std::shared_ptr<ThreadPool>& pool : pools) {
      EXPECT_EQ(pool, pools[0]);
    }
  }
}

RULE(RT_23, TheReactorsPoolIsFiveToTenUnlessSaidOtherwise) {
  PoolOptions asked;
  ReactorOptions options;  // what a user who says nothing gets
  options.install_signal_handlers = false;
  options.pool_name = "looms";
  options.make_pool = [&](const PoolOptions& pool_options) {
    asked = pool_options;
    return Subject().make(pool_options);
  };
  RunningReactor reactor(std::move(options));
  const std::shared_ptr<ThreadPool> pool = reactor->GetThreadPool();
  EXPECT_EQ(asked.size, (PoolSize{.min = 5, .max = 10}));
  EXPECT_EQ(asked.name, "looms");
  EXPECT_EQ(pool->Size(), (PoolSize{.min = 5, .max = 10}));
}

RULE(RT_23, TheStartedPoolHasFiveWorkers) {
  REQUIRE_ABILITY(elastic);
  Reactor reactor(SubjectOptions());
  const std::shared_ptr<ThreadPool> pool = reactor.GetThreadPool();
  MustCall(reactor, [&] {
    reactor.Stop();
    AwaitThreads(*pool, 5);  // figures that are estimates may be late
  });
  RunHere(reactor);
}

// Suggests sizes one after another, from wherever it is called.
void CheckSuggestions(Reactor& reactor) {
  struct Step {
    int suggested;
    PoolSize size;
  };
  for (const Step& step : {Step{34, {.min = 5, .max = 34}},
                           Step{4, {.min = 4, .max = 4}},
                           Step{17, {.min = 5, .max = 17}},
                           Step{8, {.min = 5, .max = 8}},
                           Step{2, {.min = 2, .max = 2}},
                           Step{30, {.min = 5, .max = 30}},
                           Step{0, {.min = 0, .max = 0}},
                           Step{5, {.min = 5, .max = 5}}}) {
    reactor.SuggestThreadPoolSize(step.suggested);
    EXPECT_EQ(reactor.GetThreadPool()->Size(), step.size)
        << "after SuggestThreadPoolSize(" << step.suggested << ")";
  }
  EXPECT_THROW(reactor.SuggestThreadPoolSize(-1), std::invalid_argument);
  EXPECT_EQ(reactor.GetThreadPool()->Size(), (PoolSize{.min = 5, .max = 5}))
      << "after a suggestion that was refused";
}

RULE(RT_24, SuggestedSizesSetTheMaximumBeforeAndDuringRun) {
  Reactor reactor(SubjectOptions());
  CheckSuggestions(reactor);
  MustCall(reactor, [&] {
    CheckSuggestions(reactor);
    reactor.Stop();
  });
  RunHere(reactor);
}

RULE(RT_24, ASuggestedSizeIsThatOfThePoolThatItMakes) {
  Reactor reactor(SubjectOptions());
  EXPECT_THROW(reactor.SuggestThreadPoolSize(-3), std::invalid_argument);
  reactor.SuggestThreadPoolSize(3);
  EXPECT_EQ(reactor.GetThreadPool()->Size(), (PoolSize{.min = 3, .max = 3}));
}

RULE(RT_24, ASuggestionTakesEffectOnThreads) {
  constexpr int kTasks = 12;  // more than the pool has room for at first
  Latch meeting(kTasks, "as many tasks as suggested to run at the same time");
  RunningReactor reactor;
  MustCallInThread(*reactor, [] {});
  reactor->SuggestThreadPoolSize(kTasks);
  for (int task = 0; task < kTasks; ++task) {
    MustCallInThread(*reactor, [&] { meeting.ArriveAndAwait(); });
  }
  meeting.Await();
}

RULE(RT_31, CallInThreadMayBeCalledOnAnyThread) {
  Event from_task("a task submitted by a task");
  Event from_other("a task submitted by a foreign thread");
  Event from_reactor("a task submitted on the reactor's thread");
  RunningReactor reactor;
  MustCallInThread(*reactor, [&] {
    MustCallInThread(*reactor, [&] { from_task.Happen(); });
  });
  HelperThread other(
      [&] { MustCallInThread(*reactor, [&] { from_other.Happen(); }); });
  MustCall(*reactor, [&] {
    MustCallInThread(*reactor, [&] { from_reactor.Happen(); });
  });
  from_task.Await();
  from_other.Await();
  from_reactor.Await();
}

RULE(RT_33, OnlyTheThreadInRunIsTheReactors) {
  Event asked("a pool thread to have asked");
  bool in_pool = true;
  bool in_timer = false;
  RunningReactor reactor;
  EXPECT_FALSE(reactor->IsInIOThread())
      << "the thread that made the reactor took itself for the one that runs";
  reactor.Do([&] {
    EXPECT_TRUE(reactor->IsInIOThread());
    reactor->CallLater(Seconds(0), [&] { in_timer = reactor->IsInIOThread(); });
  });
  MustCallInThread(*reactor, [&] {
    in_pool = reactor->IsInIOThread();
    asked.Happen();
  });
  asked.Await();
  EXPECT_FALSE(in_pool) << "on a pool thread";
  reactor.Stop();
  EXPECT_TRUE(in_timer) << "in a timer";
}

RULE(RT_33, EachReactorKnowsItsOwnThread) {
  RunningReactor first;
  RunningReactor second;
  first.Do([&] {
    EXPECT_TRUE(first->IsInIOThread());
    EXPECT_FALSE(second->IsInIOThread());
  });
  second.Do([&] {
    EXPECT_TRUE(second->IsInIOThread());
    EXPECT_FALSE(first->IsInIOThread());
  });
}

}  // namespace
}  // namespace heddle::conformance
