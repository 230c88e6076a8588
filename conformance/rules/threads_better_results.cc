// SPDX-License-Identifier: Apache-2.0
//
// BT-04, BT-05, BT-17, BT-19, BT-34: what becomes of a DeferToThread, and of
// what it carries, whenever it is made and however it ends.
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/arrivals.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/context.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/threads.h"

namespace heddle::conformance {
namespace {

const ContextKey<std::string> kThread;

// The kThread in effect here, or "-".
std::string ThreadHere() {
  const std::string* const thread = Context::Current().Get(kThread);
  return thread ? *thread : "-";
}

// What Deferreds fired with, by the moment they were made at.
class Fates {
 public:
  // Makes the Deferred of `make` and notes what becomes of it.
  template <class F>
  void Note(const std::string& moment, F make) {
    fates_[moment];  // even if it never fires
    make().AddCallbacks(
        [this, moment](int value) {
          fates_[moment].push_back(std::to_string(value));
        },
        [this, moment](const Failure& failure) {
          fates_[moment].push_back(failure.Check<ReactorStopped>()
                                       ? "ReactorStopped"
                                       : failure.Describe());
        });
  }

  const std::map<std::string, std::vector<std::string>>& fates() const {
    return fates_;
  }

 private:
  std::map<std::string, std::vector<std::string>> fates_;
};

// At each moment one Deferred for the reactor's own pool, and one for a pool
// whose task ends when Run() has long returned.
RULE(BT_04, ADeferredFiresExactlyOnceWheneverItIsMade) {
  LogCapture log;
  Gate gate;
  Fates fates;
  PoolHandle pool = MakePool(1, 1);
  pool->Start();
  Reactor reactor(SubjectOptions(2, 2));
  const auto make = [&](const std::string& moment) {
    fates.Note(moment,
               [&] { return DeferToThread(reactor, [] { return 1; }); });
    fates.Note(moment + ", late", [&] {
      return DeferToThreadPool(reactor, *pool, [&gate] {
        gate.Pass();
        return 2;
      });
    });
  };
  const auto make_in = [&](SystemEvent event, Phase phase,
                           const std::string& moment) {
    reactor.AddSystemEventTrigger(event, phase, make, moment);
  };
  make("before Run()");
  make_in(SystemEvent::kStartup, Phase::kBefore, "in startup");
  MustCall(reactor, [&] {
    make("while it runs");
    // This one is of the last batch: what it makes fails at the very end, and
    // so does what is made when that fails.
    reactor.AddSystemEventTrigger(SystemEvent::kShutdown, Phase::kAfter, [&] {
      MustCall(reactor, [&] {
        make("in the last pass");
        DeferToThreadPool(reactor, *pool, [] {}).AddErrback(
            [&](const Failure&) { make("when all else has failed"); });
      });
    });
    reactor.Stop();
  });
  make_in(SystemEvent::kShutdown, Phase::kBefore, "before shutdown");
  make_in(SystemEvent::kShutdown, Phase::kDuring, "during shutdown");
  make_in(SystemEvent::kShutdown, Phase::kAfter, "after shutdown");
  RunHere(reactor);
  make("after Run()");
  EXPECT_EQ(fates.fates().size(), 18u);
  for (const auto& [moment, fate] : fates.fates()) {
    ASSERT_EQ(fate.size(), 1u) << "times that it fired, if made " << moment;
    const bool late = moment.ends_with("late");
    EXPECT_TRUE(fate[0] == "ReactorStopped" || (!late && fate[0] == "1"))
        << "made " << moment << ", it fired with " << fate[0];
  }
  // The last pass over the queue is made after the pool has drained.
  EXPECT_EQ(fates.fates().at("while it runs")[0], "1");
  gate.Open();
  pool->Stop();
  for (const auto& [moment, fate] : fates.fates()) {
    EXPECT_EQ(fate.size(), 1u) << "it fired again, if made " << moment;
  }
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(BT_05, AStoppedPoolRefusesEveryKindOfWorkAndKeepsNothing) {
  LogCapture log;
  const auto token = std::make_shared<int>();
  const auto work = [token] { ADD_FAILURE() << "refused work ran"; };
  int told = 0;
  History<Arrival<void>> arrivals("the refusal");
  PoolHandle pool = MakePool(1, 1);
  pool->Start();
  pool->Stop();
  RunningReactor reactor;
  const long uses = token.use_count();
  const Submission plain = pool->CallInThread(work);
  ASSERT_FALSE(plain.accepted());
  EXPECT_EQ(plain.refusal(), Refusal::kPoolStopped);
  EXPECT_THROW(plain.OrThrow(), PoolStopped);
  const Submission with_callback = pool->CallInThreadWithCallback(
      [&](Outcome<void> outcome) {
        told += !outcome.ok() && outcome.failure().Check<PoolStopped>();
      },
      work);
  EXPECT_FALSE(with_callback.accepted());
  EXPECT_EQ(told, 1) << "times that on_result was told PoolStopped";
  reactor.Do([&] {
    Collect(DeferToThreadPool(*reactor, *pool, work), arrivals);
  });
  EXPECT_TRUE(FailedWith<PoolStopped>(arrivals.Await(1).front()));
  reactor.Do([] {});
  EXPECT_EQ(token.use_count(), uses) << "refused work was kept";
  EXPECT_EQ(log.records().size(), 0u) << "a visible refusal was logged too";
}

RULE(BT_17, ACancelledTaskThatWaitsIsTakenAwayAtOnceAndNeverRuns) {
  Event started("the first task to start");
  Gate gate;
  std::atomic<bool> ran = false;
  std::weak_ptr<int> kept;  // the reactor's thread
  RunningReactor reactor(SubjectOptions(1, 1));
  MustCallInThread(*reactor, [&] {
    started.Happen();
    gate.Pass();
  });
  started.Await();
  reactor.Do([&] {
    const auto token = std::make_shared<int>();
    kept = token;
    const Deferred<void> deferred =
        DeferToThread(*reactor, [&ran, token] { ran = true; });
    deferred.AddErrback([](const Failure&) {});
    deferred.Cancel();
  });
  reactor.Do([&] {
    EXPECT_TRUE(kept.expired()) << "the cancelled task is still held";
  });
  gate.Open();
  reactor.Stop();  // and drain the pool
  EXPECT_FALSE(ran) << "a cancelled task still runs";
}

RULE(BT_17, WhenTheReactorEndsATaskThatRunsIsAskedToStopAndOneThatWaitsIsNot) {
  LogCapture log;
  Event started("the task to start");
  Event asked("the running task to be asked to stop");
  // A worker that is free earlier may begin what is not yet given up.
  Event ended("the reactor to end");
  std::atomic<bool> ran = false;
  PoolHandle pool = MakePool(1, 1);
  pool->Start();
  Reactor reactor(SubjectOptions());
  const auto ignore = [](const Failure&) {};
  MustCall(reactor, [&] {
    DeferToThreadPool(reactor, *pool, [&](std::stop_token stop) {
      const std::stop_callback tell(stop, [&] { asked.Happen(); });
      started.Happen();
      ended.Await();
    }).AddErrback(ignore);
    DeferToThreadPool(reactor, *pool, [&] { ran = true; }).AddErrback(ignore);
    started.Await();
    reactor.Stop();
  });
  RunHere(reactor);
  ended.Happen();
  asked.Await();
  pool->Stop();
  EXPECT_FALSE(ran) << "a task whose result nobody can get still runs";
  EXPECT_EQ(log.records().size(), 0u);
}

// Whatever the way back: a value, a failure, a refusal, the reactor's end.
RULE(BT_19, CallbacksSeeTheContextOfTheSubmissionNotTheReactors) {
  Gate gate;
  std::map<std::string, std::string> seen;  // the reactor's thread
  const auto look = [&](const std::string& way) { seen[way] = ThreadHere(); };
  PoolHandle stopped = MakePool(1, 1);
  stopped->Stop();
  PoolHandle pool = MakePool(1, 1);
  pool->Start();
  Reactor reactor(SubjectOptions());
  MustCall(reactor, [&] {
    std::optional<ScopedContext> submission;
    submission.emplace(kThread, "warp");
    std::deque<std::pair<std::string, Deferred<void>>> ways;
    ways.emplace_back("a task's end", DeferToThread(reactor, [] {}));
    ways.emplace_back("a failure", DeferToThread(reactor, [] {
                        throw std::out_of_range("planted");
                      }));
    ways.emplace_back("a refusal",
                      DeferToThreadPool(reactor, *stopped, [] {}));
    ways.emplace_back("the reactor's end",
                      DeferToThreadPool(reactor, *pool,
                                        [&gate] { gate.Pass(); }));
    submission.reset();
    const ScopedContext other(kThread, "weft");
    for (const auto& [way, deferred] : ways) {
      deferred.AddBoth([&look, way](const Outcome<void>&) { look(way); });
    }
    MustCall(reactor, look, "a call");
    MustCall(reactor, WithCurrentContext([&] { look("a call that asks"); }));
    reactor.Stop();
  });
  RunHere(reactor);
  gate.Open();
  pool->Stop();
  EXPECT_EQ(seen, (std::map<std::string, std::string>{
                      {"a task's end", "warp"},
                      {"a failure", "warp"},
                      {"a refusal", "warp"},
                      {"the reactor's end", "warp"},
                      {"a call", "-"},
                      {"a call that asks", "weft"}}))
      << "the context, by the way back";
}

RULE(BT_34, ATaskIsReleasedBeforeItsResultTravels) {
  std::weak_ptr<int> kept;  // handed to the reactor's thread by the Deferred
  bool gone = false;
  Event fired("the result");
  RunningReactor reactor;
  reactor.Do([&] {
    const auto token = std::make_shared<int>();
    kept = token;
    DeferToThread(*reactor, [token] {}).AddCallback([&] {
      gone = kept.expired();
      fired.Happen();
    });
  });
  fired.Await();
  EXPECT_TRUE(gone) << "the task outlives its run";
}

}  // namespace
}  // namespace heddle::conformance
