// SPDX-License-Identifier: Apache-2.0
//
// TP-17 to TP-22: results and failures.
#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/checkers/exactly_once.h"
#include "conformance/checkers/findings.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

struct Thrown : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct ThrownByCallback : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct NotDerivedFromAnything {};

RULE(TP_17, OnResultIsCalledExactlyOnceWithTheValue) {
  constexpr int kCalls = 1000;
  std::vector<std::atomic<int>> calls(kCalls);
  std::atomic<int> wrong = 0;
  const auto pool = MakePool(1, 4);
  pool->Start();
  for (int i = 0; i < kCalls; ++i) {
    RequireAccepted(pool->CallInThreadWithCallback(
        [&, i](Outcome<int> outcome) {
          ++calls[static_cast<std::size_t>(i)];
          if (!outcome.ok() || outcome.value() != i) ++wrong;
        },
        [i] { return i; }));
  }
  pool->Stop();
  EXPECT_TRUE(Fine(CheckEachOnce(calls))) << "calls of a callback";
  EXPECT_EQ(wrong, 0);
}

RULE(TP_17, OnResultIsCalledForVoidAndForMoveOnlyResultsToo) {
  History<std::string> results("both results");
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<void> outcome) {
        results.Add(outcome.ok() ? "nothing" : "a failure");
      },
      [] {}));
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<std::unique_ptr<int>> outcome) {
        results.Add(std::to_string(*outcome.value()));
      },
      [] { return std::make_unique<int>(5); }));
  pool->Stop();
  const std::vector<std::string> entries = results.entries();
  EXPECT_EQ(std::count(entries.begin(), entries.end(), "nothing"), 1);
  EXPECT_EQ(std::count(entries.begin(), entries.end(), "5"), 1);
  EXPECT_EQ(entries.size(), 2u);
}

RULE(TP_18, OnResultRunsOnTheWorkerThatRanTheFunctionDirectlyAfterIt) {
  constexpr int kCalls = 20;
  History<int> steps("all steps");  // +n: function n, -n: its callback
  std::atomic<int> on_other_thread = 0;
  const auto pool = MakePool(1, 1);
  for (int i = 1; i <= kCalls; ++i) {
    RequireAccepted(pool->CallInThreadWithCallback(
        [&, i](Outcome<std::thread::id> outcome) {
          if (outcome.value() != std::this_thread::get_id()) ++on_other_thread;
          steps.Add(-i);
        },
        [&, i] {
          steps.Add(i);
          return std::this_thread::get_id();
        }));
  }
  pool->Start();
  const std::vector<int> entries = steps.Await(2 * kCalls);
  EXPECT_EQ(on_other_thread, 0);
  for (std::size_t i = 0; i < entries.size(); i += 2) {
    ASSERT_EQ(entries[i + 1], -entries[i])
        << "something came between a function and its callback";
  }
}

RULE(TP_18, UntilOnResultReturnsItsWorkerTakesNoOtherTask) {
  History<bool> callback_had_ended("the second task");
  Event in_callback("the callback");
  std::atomic<bool> callback_ended = false;
  Gate gate;
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<void>) {
        in_callback.Happen();
        gate.Pass();
        callback_ended = true;
      },
      [] {}));
  in_callback.Await();
  RequireAccepted(pool->CallInThread(
      [&] { callback_had_ended.Add(callback_ended.load()); }));
  if (Subject().abilities.exact_stats.offered()) {
    const PoolStats stats = pool->Stats();
    EXPECT_EQ(stats.busy, 1) << "while the callback runs";
    EXPECT_EQ(stats.backlog, 1u) << "while the callback runs";
  }
  gate.Open();
  EXPECT_TRUE(callback_had_ended.Await(1).front());
}

RULE(TP_18, AWorkerInsideOnResultIsNotTakenForIdle) {
  Event second_ran("a second task while the first one's callback runs");
  Event in_callback("the callback");
  const auto pool = MakePool(1, 2);
  pool->Start();
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<void>) {
        in_callback.Happen();
        second_ran.Await();
      },
      [] {}));
  in_callback.Await();
  RequireAccepted(pool->CallInThread([&] { second_ran.Happen(); }));
  second_ran.Await();
}

RULE(TP_19, AFailureReachesOnResultOnceAsTheOriginalExceptionAndIsNotLogged) {
  const std::exception_ptr original = std::make_exception_ptr(Thrown("warp"));
  History<std::exception_ptr> failures("the failure");
  std::atomic<int> wrong = 0;
  LogCapture log;
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<int> outcome) {
        if (outcome.ok() || !outcome.failure().Check<Thrown>()) ++wrong;
        failures.Add(outcome.ok() ? nullptr : outcome.failure().exception());
      },
      [&]() -> int { std::rethrow_exception(original); }));
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<void> outcome) {
        if (outcome.ok() || !outcome.failure().Check<NotDerivedFromAnything>()) {
          ++wrong;
        }
      },
      [] { throw NotDerivedFromAnything(); }));
  pool->Stop();
  ASSERT_EQ(failures.entries().size(), 1u);
  EXPECT_EQ(failures.entries().front(), original) << "another exception object";
  EXPECT_EQ(wrong, 0) << "outcomes without the type that was thrown";
  EXPECT_EQ(log.records().size(), 0u) << "it was logged as well";
}

RULE(TP_20, AnExceptionOfAnyTypeIsLoggedOnceAndTheWorkerServesLaterTasks) {
  History<std::thread::id> served("the tasks between those that throw");
  LogCapture log;
  const auto pool = MakePool(1, 1);
  pool->Start();
  const auto serve = [&] { served.Add(std::this_thread::get_id()); };
  RequireAccepted(pool->CallInThread(serve));
  RequireAccepted(pool->CallInThread([] { throw Thrown("weft"); }));
  RequireAccepted(pool->CallInThread(serve));
  RequireAccepted(pool->CallInThread([] { throw 42; }));
  RequireAccepted(pool->CallInThread(serve));
  RequireAccepted(pool->CallInThread([] { throw NotDerivedFromAnything(); }));
  RequireAccepted(pool->CallInThread(serve));
  const std::vector<std::thread::id> threads = served.Await(4);
  // Elsewhere a worker may leave after any task, whether it threw or not.
  if (Subject().abilities.owns_threads.offered() &&
      Subject().abilities.elastic.offered()) {
    for (const std::thread::id thread : threads) {
      EXPECT_EQ(thread, threads.front()) << "served by another thread";
    }
  }
  pool->Stop();
  EXPECT_EQ(log.Count<Thrown>(), 1);
  EXPECT_EQ(log.Count<int>(), 1);
  EXPECT_EQ(log.Count<NotDerivedFromAnything>(), 1);
  EXPECT_EQ(log.records().size(), 3u);
}

RULE(TP_21, AThrowingOnResultIsLoggedOnceNotCalledAgainAndTheWorkerSurvives) {
  std::atomic<int> calls = 0;
  Event later_ran("a task after the callback that throws");
  LogCapture log;
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<int>) {
        ++calls;
        throw ThrownByCallback("weft");
      },
      [] { return 1; }));
  RequireAccepted(pool->CallInThread([&] { later_ran.Happen(); }));
  later_ran.Await();
  pool->Stop();
  EXPECT_EQ(calls, 1) << "calls of the callback that throws";
  EXPECT_EQ(log.Count<ThrownByCallback>(), 1);
  EXPECT_EQ(log.records().size(), 1u);
}

RULE(TP_22, AFailureIsNotLostWhenOnResultThrowsToo) {
  std::atomic<int> calls = 0;
  LogCapture log;
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThreadWithCallback(
      [&](Outcome<void>) {
        ++calls;
        throw ThrownByCallback("weft");
      },
      [] { throw Thrown("warp"); }));
  pool->Stop();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(log.Count<Thrown>(), 1) << "reports of the function's failure";
  EXPECT_EQ(log.Count<ThrownByCallback>(), 1)
      << "reports of the callback's failure";
}

}  // namespace
}  // namespace heddle::conformance
