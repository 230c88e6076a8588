// SPDX-License-Identifier: Apache-2.0
//
// BlockingCallFromThread and BlockingCallFromThreadWithin.
#include "reference/blocking_call.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "reference/errors.h"
#include "reference/log.h"
#include "reference/running_reactor.h"
#include "reference/threads.h"

namespace heddle {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// What `call` threw, or null.
std::exception_ptr Thrown(const std::function<void()>& call) {
  try {
    call();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

template <class E>
bool Throws(const std::function<void()>& call) {
  const std::exception_ptr thrown = Thrown(call);
  return thrown != nullptr && Failure(thrown).Check<E>();
}

TEST(BlockingCall, RunsOnTheReactorsThreadAndReturnsTheValue) {
  RunningReactor reactor;
  std::thread::id ran_on;
  const std::unique_ptr<int> product = BlockingCallFromThread(
      *reactor,
      [&](int a, std::unique_ptr<int> b) {
        ran_on = std::this_thread::get_id();
        return std::make_unique<int>(a * *b);
      },
      6, std::make_unique<int>(7));
  EXPECT_EQ(*product, 42);
  EXPECT_EQ(ran_on, reactor.thread());
  bool ran = false;
  BlockingCallFromThread(*reactor, [&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(BlockingCall, GivesTheReactorToACallableThatTakesItFirst) {
  RunningReactor reactor;
  const auto is_it = [&](Reactor& given, int) {
    return &given == &*reactor && given.IsInIOThread();
  };
  EXPECT_TRUE(BlockingCallFromThread(*reactor, is_it, 3));
  EXPECT_TRUE(BlockingCallFromThreadWithin(*reactor, hours(1), is_it, 3));
}

TEST(BlockingCall, WaitsForAReturnedDeferred) {
  RunningReactor reactor;
  EXPECT_EQ(BlockingCallFromThread(*reactor, [] { return Succeed(3); }), 3);
  EXPECT_EQ(BlockingCallFromThread(*reactor,
                                   [&] {
                                     Deferred<int> later;
                                     reactor->CallLater(Seconds(0), [later] {
                                       later.Callback(4);
                                     });
                                     return later;
                                   }),
            4);
  BlockingCallFromThread(*reactor, [] { return Succeed(); });
}

TEST(BlockingCall, ThrowsTheOriginalFailureUnlogged) {
  std::atomic<int> records = 0;
  LogSink former = SetLogSink([&](const LogRecord&) { ++records; });
  const auto planted = std::make_exception_ptr(std::out_of_range("planted"));
  {
    RunningReactor reactor;
    EXPECT_EQ(Thrown([&] {
                BlockingCallFromThread(
                    *reactor, [&] { std::rethrow_exception(planted); });
              }),
              planted);
    EXPECT_TRUE(Throws<int>([&] {
      BlockingCallFromThread(*reactor, []() -> Deferred<int> { throw 42; });
    }));
    EXPECT_EQ(Thrown([&] {
                BlockingCallFromThread(
                    *reactor, [&] { return Fail<int>(Failure(planted)); });
              }),
              planted);
    EXPECT_EQ(Thrown([&] {
                BlockingCallFromThread(*reactor,
                                       [&] { return Failure(planted); });
              }),
              planted);
    EXPECT_EQ(Thrown([&] {
                BlockingCallFromThread(*reactor, [&] {
                  Deferred<void> later;
                  reactor->CallLater(Seconds(0), [later, planted] {
                    later.Errback(Failure(planted));
                  });
                  return later;
                });
              }),
              planted);
  }
  SetLogSink(std::move(former));
  EXPECT_EQ(records, 0);
}

TEST(BlockingCall, ConsumesTheDeferredsResult) {
  RunningReactor reactor;
  std::optional<Deferred<int>> kept;
  BlockingCallFromThread(*reactor, [&] { return kept.emplace(Succeed(1)); });
  bool consumed = false;
  reactor.Do([&] {
    kept->AddErrback([&](const Failure& failure) {
      consumed = failure.Check<AlreadyConsumed>();
      return 0;
    });
    kept.reset();
  });
  EXPECT_TRUE(consumed);
}

TEST(BlockingCall, FailsForAHandleThatIsNotAtTheEndOfItsChain) {
  RunningReactor reactor;
  EXPECT_TRUE(Throws<std::logic_error>([&] {
    BlockingCallFromThread(*reactor, [] {
      Deferred<int> head = Succeed(1);
      head.AddCallback([](int) {});
      return head;
    });
  }));
}

TEST(BlockingCall, ComesAfterEarlierCallsOfTheSameThread) {
  RunningReactor reactor;
  for (int round = 0; round < 50; ++round) {
    int earlier = 0;
    for (int i = 0; i < 5; ++i) {
      reactor->CallFromThread([&] { ++earlier; }).OrThrow();
    }
    EXPECT_EQ(BlockingCallFromThread(*reactor, [&] { return earlier; }), 5);
  }
}

TEST(BlockingCall, WaitsForTheReactorToRun) {
  ReactorOptions options;
  options.install_signal_handlers = false;
  Reactor reactor(std::move(options));
  std::promise<void> calling;
  std::thread caller([&] {
    calling.set_value();
    EXPECT_TRUE(
        BlockingCallFromThread(reactor, [&] { return reactor.running(); }));
    BlockingCallFromThread(reactor, [&] { reactor.Stop(); });
  });
  calling.get_future().wait();
  reactor.Run();
  caller.join();
}

TEST(BlockingCall, GivesEachOfManyCallersItsOwnAnswer) {
  RunningReactor reactor;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = 0; i < 50; ++i) {
        const int want = caller * 1000 + i;
        EXPECT_EQ(BlockingCallFromThread(
                      *reactor,
                      [&] {
                        return DeferToThread(*reactor, [want] { return want; });
                      }),
                  want);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
}

TEST(BlockingCall, MayUseThePoolWhoseWorkerWaits) {
  ReactorOptions options;
  options.pool_size = {.min = 2, .max = 2};
  RunningReactor reactor(std::move(options));
  std::promise<int> answer;
  reactor
      ->CallInThread([&] {
        answer.set_value(BlockingCallFromThread(*reactor, [&] {
          return DeferToThread(*reactor, [] { return 5; });
        }));
      })
      .OrThrow();
  EXPECT_EQ(answer.get_future().get(), 5);
}

TEST(BlockingCall, ThrowsWouldDeadlockOnTheReactorsThread) {
  RunningReactor reactor;
  bool ran = false;
  reactor.Do([&] {
    EXPECT_TRUE(Throws<WouldDeadlock>(
        [&] { BlockingCallFromThread(*reactor, [&] { ran = true; }); }));
    EXPECT_TRUE(Throws<WouldDeadlock>([&] {
      BlockingCallFromThreadWithin(*reactor, nanoseconds(1),
                                   [&] { ran = true; });
    }));
  });
  reactor.Stop();
  EXPECT_FALSE(ran);
}

TEST(BlockingCall, ThrowsReactorStoppedWhenTheReactorStopsMeanwhile) {
  for (const bool on_worker : {false, true}) {
    RunningReactor reactor;
    std::promise<void> waiting;
    std::promise<bool> stopped;
    const auto call = [&] {
      stopped.set_value(Throws<ReactorStopped>([&] {
        BlockingCallFromThread(*reactor, [&] {
          waiting.set_value();
          return Deferred<int>();
        });
      }));
    };
    std::thread foreign;
    if (on_worker) {
      reactor->CallInThread(call).OrThrow();
    } else {
      foreign = std::thread(call);
    }
    waiting.get_future().wait();
    reactor.Stop();
    EXPECT_TRUE(stopped.get_future().get());
    if (foreign.joinable()) foreign.join();
  }
}

TEST(BlockingCall, ThrowsReactorStoppedAfterTheReactorsEnd) {
  RunningReactor reactor;
  reactor.Stop();
  bool ran = false;
  EXPECT_TRUE(Throws<ReactorStopped>(
      [&] { BlockingCallFromThread(*reactor, [&] { ran = true; }); }));
  EXPECT_TRUE(Throws<ReactorStopped>([&] {
    BlockingCallFromThreadWithin(*reactor, hours(1), [&] { ran = true; });
  }));
  EXPECT_FALSE(ran);
}

TEST(BlockingCall, ACallThatHasNotBegunWhenTheReactorStopsNeverRuns) {
  RunningReactor reactor;
  std::promise<void> blocked;
  std::promise<void> gate;
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> weak = captured;
  bool ran = false;
  std::promise<bool> gone;
  std::promise<bool> stopped;
  // The reactor stops after the batch before the one that has the call.
  reactor
      ->CallFromThread([&] {
        blocked.set_value();
        gate.get_future().wait();
      })
      .OrThrow();
  blocked.get_future().wait();
  std::thread caller([&] {
    stopped.set_value(Throws<ReactorStopped>([&] {
      BlockingCallFromThread(
          *reactor, [&, captured = std::move(captured)] { ran = true; });
    }));
    gone.set_value(weak.expired());
  });
  reactor.BeginStop();
  gate.set_value();
  reactor.Stop();
  EXPECT_TRUE(stopped.get_future().get());
  EXPECT_TRUE(gone.get_future().get());
  EXPECT_FALSE(ran);
  caller.join();
}

TEST(BlockingCall, MadeWhileThePoolDrainsThrowsReactorStopped) {
  RunningReactor reactor;
  std::promise<void> started;
  std::promise<void> gate;
  std::promise<bool> stopped;
  bool ran = false;
  const std::shared_ptr<ThreadPool> pool = reactor->GetThreadPool();
  reactor
      ->CallInThread([&] {
        started.set_value();
        gate.get_future().wait();
        stopped.set_value(Throws<ReactorStopped>(
            [&] { BlockingCallFromThread(*reactor, [&] { ran = true; }); }));
      })
      .OrThrow();
  started.get_future().wait();
  reactor.BeginStop();
  while (pool->State() < PoolState::kStopping) std::this_thread::yield();
  gate.set_value();
  EXPECT_TRUE(stopped.get_future().get());
  reactor.Stop();
  EXPECT_FALSE(ran);
}

// The task is still in the reactor's queue when the caller goes on.
TEST(BlockingCall, AnAbandonedFunctionIsGoneBeforeTheCallerGoesOn) {
  for (int round = 0; round < 200; ++round) {
    ReactorOptions options;
    options.install_signal_handlers = false;
    Reactor reactor(std::move(options));
    std::atomic<bool> calling = false;
    std::thread caller([&] {
      auto captured = std::make_shared<int>();
      const std::weak_ptr<int> weak = captured;
      calling = true;
      EXPECT_TRUE(Throws<ReactorStopped>([&] {
        BlockingCallFromThread(reactor, [captured = std::move(captured)] {});
      }));
      EXPECT_TRUE(weak.expired());
    });
    while (!calling.load()) std::this_thread::yield();
    for (int turn = 0; turn < round; ++turn) std::this_thread::yield();
    reactor.blocking_calls().Close();
    caller.join();
  }
}

// What the loop waits awake for the next call by (event_loop.h).
TEST(BlockingCall, AnswersAreCountedOnTheReactorsThread) {
  RunningReactor reactor;
  const auto answered = [&] {
    return BlockingCallFromThread(
        *reactor, [&] { return reactor->blocking_calls().answered(); });
  };
  EXPECT_EQ(answered(), 0u);
  EXPECT_EQ(answered(), 1u);
  BlockingCallFromThread(*reactor, [&] {
    Deferred<void> later;
    reactor->CallFromThread([later] { later.Callback(); }).OrThrow();
    return later;
  });
  EXPECT_EQ(answered(), 3u);
}

TEST(BlockingCall, CallersThatRaceWithTheEndAllGetAnAnswer) {
  for (int round = 0; round < 20; ++round) {
    std::optional<RunningReactor> reactor(std::in_place);
    std::atomic<int> calling = 0;
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 3; ++caller) {
      callers.emplace_back([&] {
        std::exception_ptr thrown;
        while (thrown == nullptr) {
          thrown = Thrown([&] {
            EXPECT_EQ(BlockingCallFromThread(**reactor, [] { return 7; }), 7);
          });
          ++calling;
        }
        EXPECT_TRUE(Failure(thrown).Check<ReactorStopped>());
      });
    }
    while (calling.load() < 3) std::this_thread::yield();
    reactor->Stop();
    for (std::thread& caller : callers) caller.join();
  }
}

TEST(BlockingCall, RefusesAnEmptyCallable) {
  RunningReactor reactor;
  EXPECT_TRUE(Throws<std::invalid_argument>(
      [&] { BlockingCallFromThread(*reactor, std::function<void()>()); }));
}

TEST(BlockingCallWithin, RefusesANegativeTimeoutNamingFunctionAndValue) {
  RunningReactor reactor;
  try {
    BlockingCallFromThreadWithin(*reactor, nanoseconds(-5), [] {});
    FAIL();
  } catch (const std::invalid_argument& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("BlockingCallFromThreadWithin"), std::string::npos);
    EXPECT_NE(text.find("-5"), std::string::npos);
  }
}

TEST(BlockingCallWithin, ReturnsAnAnswerInTimeHoweverFarTheDeadline) {
  EXPECT_TRUE(BlockingCall::DeadlineAfter("test", hours(1)).has_value());
  EXPECT_FALSE(
      BlockingCall::DeadlineAfter("test", nanoseconds::max()).has_value());
  RunningReactor reactor;
  EXPECT_EQ(BlockingCallFromThreadWithin(*reactor, hours(1), [] { return 1; }),
            1);
  EXPECT_EQ(BlockingCallFromThreadWithin(*reactor, nanoseconds::max(),
                                         [] { return Succeed(2); }),
            2);
  EXPECT_TRUE(Throws<std::out_of_range>([&] {
    BlockingCallFromThreadWithin(*reactor, hours(1),
                                 [] { throw std::out_of_range("x"); });
  }));
}

TEST(BlockingCallWithin, ACallThatHasNotBegunAtTheDeadlineNeverRuns) {
  RunningReactor reactor;
  std::promise<void> blocked;
  std::promise<void> gate;
  reactor
      ->CallFromThread([&] {
        blocked.set_value();
        gate.get_future().wait();
      })
      .OrThrow();
  blocked.get_future().wait();
  bool ran = false;
  auto captured = std::make_shared<int>();
  const std::weak_ptr<int> weak = captured;
  EXPECT_TRUE(Throws<TimeoutError>([&] {
    BlockingCallFromThreadWithin(
        *reactor, nanoseconds(0),
        [&, captured = std::move(captured)] { ran = true; });
  }));
  EXPECT_TRUE(weak.expired());
  gate.set_value();
  reactor.Do([] {});
  EXPECT_FALSE(ran);
}

// A deadline may pass before the function begins; then a longer one is tried.
TEST(BlockingCallWithin, CancelsTheInnerDeferredOnTheReactorsThread) {
  std::atomic<int> records = 0;
  LogSink former = SetLogSink([&](const LogRecord&) { ++records; });
  {
    RunningReactor reactor;
    std::atomic<bool> made = false;
    std::promise<std::thread::id> cancelled_on;
    for (milliseconds timeout(1); !made; timeout *= 2) {
      EXPECT_TRUE(Throws<TimeoutError>([&] {
        BlockingCallFromThreadWithin(*reactor, timeout, [&] {
          made = true;
          return Deferred<int>([&](Deferred<int>&) {
            cancelled_on.set_value(std::this_thread::get_id());
          });
        });
      }));
    }
    EXPECT_EQ(cancelled_on.get_future().get(), reactor.thread());
  }
  SetLogSink(std::move(former));
  EXPECT_EQ(records, 0);
}

TEST(BlockingCallWithin, DropsAnAnswerThatComesAfterTheDeadline) {
  RunningReactor reactor;
  std::atomic<bool> made = false;
  std::optional<Deferred<std::string>> inner;
  for (milliseconds timeout(1); !made; timeout *= 2) {
    EXPECT_TRUE(Throws<TimeoutError>([&] {
      BlockingCallFromThreadWithin(*reactor, timeout, [&] {
        made = true;
        return inner.emplace();
      });
    }));
  }
  reactor.Do([&] {
    inner->Callback(std::string(100, 'x'));
    inner.reset();
  });
}

TEST(BlockingCallWithin, DropsTheEndOfAFunctionThatOutlastsTheDeadline) {
  RunningReactor reactor;
  const auto gate = std::make_shared<std::promise<void>>();
  const auto inside = std::make_shared<std::atomic<bool>>(false);
  for (milliseconds timeout(1); !*inside; timeout *= 2) {
    EXPECT_TRUE(Throws<TimeoutError>([&] {
      BlockingCallFromThreadWithin(*reactor, timeout, [gate, inside] {
        *inside = true;
        gate->get_future().wait();
        return std::string(100, 'x');
      });
    }));
  }
  gate->set_value();
  reactor.Do([] {});
}

TEST(BlockingCallWithin, LeavesNothingBehindWhenTheReactorEndsFirst) {
  RunningReactor reactor;
  std::atomic<bool> made = false;
  auto captured = std::make_shared<int>();
  for (milliseconds timeout(1); !made; timeout *= 2) {
    EXPECT_TRUE(Throws<TimeoutError>([&] {
      BlockingCallFromThreadWithin(*reactor, timeout, [&] {
        made = true;
        Deferred<int> inner;
        inner.Pause();  // so that cancelling it does not fire its callbacks
        inner.AddBoth([captured](Outcome<int>) { return 0; });
        return inner;
      });
    }));
  }
  reactor.Stop();
  EXPECT_EQ(captured.use_count(), 1);
}

}  // namespace
}  // namespace heddle
