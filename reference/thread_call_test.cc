// SPDX-License-Identifier: Apache-2.0
//
// DeferToThread and DeferToThreadPool.
#include "reference/thread_call.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "reference/deferred_debug.h"
#include "reference/errors.h"
#include "reference/log.h"
#include "reference/reference_thread_pool.h"
#include "reference/running_reactor.h"
#include "reference/threads.h"
#include "reference/worker_scope.h"

namespace heddle {
namespace {

const ContextKey<std::string> kName;

std::string NameInEffect() {
  const std::string* const name = Context::Current().Get(kName);
  return name != nullptr ? *name : "none";
}

PoolOptions OneWorker() { return {.size = {.min = 1, .max = 1}, .name = ""}; }

// A pool of one worker, kept busy until Open().
class BusyPool {
 public:
  BusyPool() : pool_(OneWorker()) {
    pool_.Start();
    std::promise<void> started;
    pool_
        .CallInThread([&, gate = gate_.get_future().share()] {
          started.set_value();
          gate.wait();
        })
        .OrThrow();
    started.get_future().wait();
  }
  ~BusyPool() { Open(); }

  ThreadPool& operator*() { return pool_; }
  void Open() {
    if (!std::exchange(open_, true)) gate_.set_value();
  }
  // Everything submitted so far has ended.
  void Drain() {
    Open();
    pool_.Stop();
  }

 private:
  bool open_ = false;
  std::promise<void> gate_;
  ReferenceThreadPool pool_;
};

// What a Deferred fired with, and on which thread.
template <class T>
struct Arrival {
  std::thread::id thread;
  Outcome<T> outcome;
};

template <class T>
void Collect(const Deferred<T>& deferred, std::promise<Arrival<T>>& arrival) {
  deferred.AddBoth([&arrival](Outcome<T> outcome) {
    arrival.set_value({std::this_thread::get_id(), std::move(outcome)});
  });
}

template <class E, class T>
bool FailedWith(const Arrival<T>& arrival) {
  return !arrival.outcome.ok() && arrival.outcome.failure().template Check<E>();
}

TEST(DeferToThread, FiresWithTheValueOnTheReactorsThread) {
  RunningReactor reactor;
  std::promise<Arrival<std::unique_ptr<int>>> arrival;
  std::thread::id worker;
  const ThreadPool* pool = nullptr;
  reactor.Do([&] {
    Collect(DeferToThread(
                *reactor,
                [&](int a, std::unique_ptr<int> b) {
                  worker = std::this_thread::get_id();
                  pool = WorkerScope::CurrentPool();
                  return std::make_unique<int>(a * *b);
                },
                6, std::make_unique<int>(7)),
            arrival);
  });
  const auto result = arrival.get_future().get();
  EXPECT_EQ(*result.outcome.value(), 42);
  EXPECT_EQ(result.thread, reactor.thread());
  EXPECT_NE(worker, reactor.thread());
  EXPECT_EQ(pool, reactor->GetThreadPool().get());
}

TEST(DeferToThread, FailsWithTheOriginalExceptionOfAnyTypeUnlogged) {
  std::atomic<int> records = 0;
  LogSink former = SetLogSink([&](const LogRecord&) { ++records; });
  const auto planted = std::make_exception_ptr(std::out_of_range("planted"));
  {
    RunningReactor reactor;
    std::promise<Arrival<void>> original;
    std::promise<Arrival<int>> number;
    reactor.Do([&] {
      Collect(DeferToThread(*reactor, [&] { std::rethrow_exception(planted); }),
              original);
      Collect(DeferToThread(*reactor, []() -> int { throw 42; }), number);
    });
    const auto result = original.get_future().get();
    EXPECT_EQ(result.outcome.failure().exception(), planted);
    EXPECT_EQ(result.thread, reactor.thread());
    EXPECT_TRUE(FailedWith<int>(number.get_future().get()));
  }
  SetLogSink(std::move(former));
  EXPECT_EQ(records, 0);
}

TEST(DeferToThread, TakesAReturnedFailureAsAFailure) {
  RunningReactor reactor;
  std::promise<Arrival<void>> arrival;
  reactor.Do([&] {
    Collect(DeferToThread(*reactor, [] { return Failure::Of(42); }), arrival);
  });
  EXPECT_TRUE(FailedWith<int>(arrival.get_future().get()));
}

TEST(DeferToThread, HasNotFiredOnReturnHoweverFastTheFunctionIs) {
  RunningReactor reactor;
  for (int round = 0; round < 50; ++round) {
    std::promise<Arrival<void>> arrival;
    reactor.Do([&] {
      std::promise<void> ran;
      const Deferred<void> deferred =
          DeferToThread(*reactor, [&] { ran.set_value(); });
      ran.get_future().wait();
      EXPECT_FALSE(deferred.called());
      Collect(deferred, arrival);
    });
    EXPECT_TRUE(arrival.get_future().get().outcome.ok());
  }
}

TEST(DeferToThread, DestroysTheFunctionOnTheWorkerBeforeTheResultTravels) {
  struct NotesItsEnd {
    std::shared_ptr<std::atomic<std::thread::id>> ended_on;
    ~NotesItsEnd() {
      if (ended_on) *ended_on = std::this_thread::get_id();
    }
    NotesItsEnd(std::shared_ptr<std::atomic<std::thread::id>> on)
        : ended_on(std::move(on)) {}
    NotesItsEnd(NotesItsEnd&&) = default;
    std::thread::id operator()() const { return std::this_thread::get_id(); }
  };
  RunningReactor reactor;
  const auto ended_on = std::make_shared<std::atomic<std::thread::id>>();
  std::promise<std::pair<std::thread::id, std::thread::id>> seen;
  reactor.Do([&] {
    DeferToThread(*reactor, NotesItsEnd(ended_on))
        .AddCallback([&](std::thread::id ran_on) {
          seen.set_value({ran_on, ended_on->load()});
        });
  });
  const auto [ran_on, destroyed_on] = seen.get_future().get();
  EXPECT_EQ(destroyed_on, ran_on);
}

TEST(DeferToThread, ShowsTheSubmittersContextToTheFunctionAndTheCallbacks) {
  RunningReactor reactor;
  std::promise<std::pair<std::string, std::string>> seen;
  reactor.Do([&] {
    std::optional<ScopedContext> scope(std::in_place, kName, "submitter");
    Deferred<std::string> deferred = DeferToThread(*reactor, NameInEffect);
    scope.reset();
    deferred.AddCallback([&](const std::string& on_worker) {
      seen.set_value({on_worker, NameInEffect()});
    });
  });
  EXPECT_EQ(seen.get_future().get(),
            (std::pair<std::string, std::string>("submitter", "submitter")));
  std::promise<std::string> afterwards;
  reactor.Do([&] { afterwards.set_value(NameInEffect()); });
  EXPECT_EQ(afterwards.get_future().get(), "none");
}

TEST(DeferToThread, CalledBeforeTheReactorRunsFiresOnceItDoes) {
  Reactor reactor(ReactorOptions{.make_pool = {},
                                 .pool_name = "early",
                                 .install_signal_handlers = false,
                                 .shutdown_grace = {}});
  int value = 0;
  DeferToThread(reactor, [] {
    return 5;
  }).AddCallback([&](int v) {
      value = v;
    }).AddBoth([&](Outcome<void>) { reactor.Stop(); });
  EXPECT_EQ(value, 0);
  reactor.Run();
  EXPECT_EQ(value, 5);
}

TEST(DeferToThread, RefusesAnEmptyCallable) {
  RunningReactor reactor;
  EXPECT_THROW(DeferToThread(*reactor, std::function<int()>()),
               std::invalid_argument);
}

TEST(DeferToThread, PassesOnWhatMakingThePoolThrowsAndOwesNothing) {
  ReactorOptions options;
  options.make_pool = [](const PoolOptions&) -> std::unique_ptr<ThreadPool> {
    throw std::runtime_error("no pool today");
  };
  const auto captured = std::make_shared<int>();
  RunningReactor reactor(std::move(options));
  reactor.Do([&] {
    EXPECT_THROW(DeferToThread(*reactor, [captured] {}), std::runtime_error);
    EXPECT_EQ(captured.use_count(), 1);
  });
}

TEST(Cancel, FailsAtOnceAndALateResultIsSwallowedSilently) {
  std::atomic<int> records = 0;
  LogSink former = SetLogSink([&](const LogRecord&) { ++records; });
  for (const bool fails : {false, true}) {
    RunningReactor reactor;
    std::promise<void> started;
    std::promise<void> gate;
    int fired = 0;
    reactor.Do([&] {
      Deferred<int> deferred = DeferToThread(*reactor, [&] {
        started.set_value();
        gate.get_future().wait();
        if (fails) throw std::runtime_error("late");
        return 1;
      });
      deferred.AddBoth([&](Outcome<int> outcome) {
        ++fired;
        EXPECT_TRUE(outcome.failure().Check<CancelledError>());
      });
      started.get_future().wait();
      deferred.Cancel();
      EXPECT_EQ(fired, 1);
    });
    gate.set_value();
    reactor.Stop();
    EXPECT_EQ(fired, 1);
  }
  SetLogSink(std::move(former));
  EXPECT_EQ(records, 0);
}

TEST(Cancel, OfACallThatHasNotBegunReleasesItAndItNeverRuns) {
  BusyPool pool;
  RunningReactor reactor;
  bool ran = false;
  reactor.Do([&] {
    auto captured = std::make_shared<int>();
    const std::weak_ptr<int> weak = captured;
    Deferred<void> deferred = DeferToThreadPool(
        *reactor, *pool, [&, captured = std::move(captured)] { ran = true; });
    EXPECT_FALSE(weak.expired());
    deferred.AddErrback([](const Failure&) {});
    deferred.Cancel();
    EXPECT_TRUE(weak.expired());
  });
  pool.Drain();
  EXPECT_FALSE(ran);
}

TEST(Refusal, FailsTheDeferredLaterOnTheReactorsThread) {
  BusyPool pool;
  pool.Drain();
  RunningReactor reactor;
  std::promise<Arrival<void>> arrival;
  std::promise<std::string> context;
  bool ran = false;
  reactor.Do([&] {
    const ScopedContext scope(kName, "submitter");
    auto captured = std::make_shared<int>();
    const std::weak_ptr<int> weak = captured;
    const Deferred<void> deferred = DeferToThreadPool(
        *reactor, *pool, [&, captured = std::move(captured)] { ran = true; });
    EXPECT_FALSE(deferred.called());
    Collect(deferred.AddBoth([&, weak](Outcome<void> outcome) {
      EXPECT_TRUE(weak.expired());
      context.set_value(NameInEffect());
      return outcome;
    }),
            arrival);
  });
  const auto result = arrival.get_future().get();
  EXPECT_TRUE(FailedWith<PoolStopped>(result));
  EXPECT_EQ(result.thread, reactor.thread());
  EXPECT_EQ(context.get_future().get(), "submitter");
  EXPECT_FALSE(ran);
}

TEST(Refusal, OfWorkAcceptedBeforeReachesTheDeferredToo) {
  ReferenceThreadPool pool(OneWorker());
  RunningReactor reactor;
  std::promise<Arrival<void>> arrival;
  reactor.Do(
      [&] { Collect(DeferToThreadPool(*reactor, pool, [] {}), arrival); });
  pool.Stop();  // it has never been started
  const auto result = arrival.get_future().get();
  EXPECT_TRUE(FailedWith<PoolStopped>(result));
  EXPECT_EQ(result.thread, reactor.thread());
}

TEST(ReactorsEnd, FailsWhatHasNotArrivedOnTheReactorsThread) {
  BusyPool pool;
  std::optional<RunningReactor> reactor(std::in_place);
  const std::thread::id reactors_thread = reactor->thread();
  std::promise<Arrival<void>> waiting;
  std::promise<std::string> context;
  bool waiting_ran = false;
  reactor->Do([&] {
    const ScopedContext scope(kName, "submitter");
    Collect(DeferToThreadPool(**reactor, *pool, [&] { waiting_ran = true; })
                .AddBoth([&](Outcome<void> outcome) {
                  context.set_value(NameInEffect());
                  return outcome;
                }),
            waiting);
  });
  reactor->Stop();
  const auto result = waiting.get_future().get();
  EXPECT_TRUE(FailedWith<ReactorStopped>(result));
  EXPECT_EQ(result.thread, reactors_thread);
  EXPECT_EQ(context.get_future().get(), "submitter");
  reactor.reset();
  pool.Drain();  // which must not touch the reactor any more
  EXPECT_FALSE(waiting_ran);
}

TEST(ReactorsEnd, DropsTheResultOfACallThatStillRuns) {
  ReferenceThreadPool pool(OneWorker());
  pool.Start();
  std::promise<void> started;
  std::promise<void> gate;
  std::promise<Arrival<int>> arrival;
  {
    RunningReactor reactor;
    reactor.Do([&] {
      Collect(DeferToThreadPool(*reactor, pool,
                                [&] {
                                  started.set_value();
                                  gate.get_future().wait();
                                  return 1;
                                }),
              arrival);
    });
    started.get_future().wait();
  }
  EXPECT_TRUE(FailedWith<ReactorStopped>(arrival.get_future().get()));
  gate.set_value();
  pool.Stop();
}

TEST(ReactorsEnd, DeliversTheResultsOfTheReactorsOwnPoolBeforeItEnds) {
  RunningReactor reactor;
  std::promise<void> started;
  std::promise<void> gate;
  std::promise<Arrival<int>> arrival;
  reactor.Do([&] {
    Collect(DeferToThread(*reactor,
                          [&] {
                            started.set_value();
                            gate.get_future().wait();
                            return 7;
                          }),
            arrival);
  });
  started.get_future().wait();
  reactor.BeginStop();
  gate.set_value();
  const auto result = arrival.get_future().get();
  ASSERT_TRUE(result.outcome.ok());
  EXPECT_EQ(result.outcome.value(), 7);
}

TEST(ReactorsEnd, ACallMadeAfterwardsHasFailedAlready) {
  RunningReactor reactor;
  reactor.Stop();
  bool ran = false;
  bool stopped = false;
  const Deferred<void> deferred = DeferToThread(*reactor, [&] { ran = true; });
  EXPECT_TRUE(deferred.called());
  deferred.AddErrback([&](const Failure& failure) {
    stopped = failure.Check<ReactorStopped>();
  });
  EXPECT_TRUE(stopped);
  EXPECT_FALSE(ran);
}

TEST(ReactorsEnd, ADroppedReactorThatNeverRanFailsWhatItOwes) {
  bool stopped = false;
  {
    Reactor reactor;
    DeferToThread(reactor, [] {}).AddErrback([&](const Failure&) {
      stopped = true;
    });
  }
  EXPECT_TRUE(stopped);
}

// Results, cancellations and the reactor's end race; each Deferred fires once.
TEST(ReactorsEnd, EveryDeferredFiresExactlyOnce) {
  constexpr int kCalls = 60;
  for (int round = 0; round < 10; ++round) {
    ReferenceThreadPool pool(
        PoolOptions{.size = {.min = 2, .max = 2}, .name = ""});
    pool.Start();
    std::vector<int> fired(kCalls);
    {
      RunningReactor reactor;
      reactor.Do([&] {
        std::vector<Deferred<int>> all;
        for (int i = 0; i < kCalls; ++i) {
          all.push_back(DeferToThreadPool(*reactor, pool, [i] { return i; }));
          all.back().AddBoth([&, i](Outcome<int> outcome) {
            ++fired[i];
            return outcome.ok() ? std::move(outcome) : Outcome<int>(0);
          });
        }
        for (int i = 0; i < kCalls; i += 3) all[i].Cancel();
      });
    }
    for (int i = 0; i < kCalls; ++i) EXPECT_EQ(fired[i], 1) << i;
  }
}

ReactorOptions WithoutSignals() {
  ReactorOptions options;
  options.install_signal_handlers = false;
  return options;
}

TEST(DeferToThread, MayBeSetUpOnAnotherThreadWhileDebugging) {
  SetDeferredDebugging(true);
  Reactor reactor(WithoutSignals());
  std::vector<int> values;
  DeferToThread(reactor, [] { return 1; }).AddCallback([&](int value) {
    values.push_back(value);
    reactor.Stop();
  });
  std::thread([&] { reactor.Run(); }).join();
  SetDeferredDebugging(false);
  EXPECT_EQ(values, std::vector{1});
}

TEST(DeferToThread, IsAnsweredOnTheThreadThatDestroysTheReactorWhileDebugging) {
  SetDeferredDebugging(true);
  std::optional<Reactor> reactor(std::in_place, WithoutSignals());
  int failures = 0;
  std::thread([&] {
    reactor->CallWhenRunning([&] {
      DeferToThread(*reactor, [] {}).AddErrback([&](const Failure& failure) {
        failures += failure.Check<ReactorStopped>();
      });
      reactor->Crash();
    });
    reactor->Run();
  }).join();
  reactor.reset();
  SetDeferredDebugging(false);
  EXPECT_EQ(failures, 1);
}

}  // namespace
}  // namespace heddle
