// SPDX-License-Identifier: Apache-2.0
//
// MU-01 to MU-22: bugs that other pools had, where no other clause covers them.
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/forked_child.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

RULE(MU_01, AWakeUpIsNotTakenByAWorkerThatLeaves) {
  constexpr int kWorkers = 4;
  for (int round = 0; round < 5; ++round) {
    History<int> done("a task after the pool has shrunk");
    BusyTasks busy(kWorkers);
    const auto pool = MakePool(kWorkers, kWorkers);
    pool->Start();
    busy.Occupy(*pool);
    busy.Release();
    pool->AdjustPoolSize({.min = 1, .max = 1});
    if (Subject().abilities.elastic.offered()) AwaitThreads(*pool, 1);
    for (std::size_t task = 1; task <= 2 * kWorkers; ++task) {
      RequireAccepted(pool->CallInThread([&] { done.Add(0); }));
      done.Await(task);
    }
  }
}

RULE(MU_03, StopIsNotMissedByAWorkerOnItsWayToSleep) {
  constexpr int kRounds = 200;
  AwaitReturn("Stop() to return, in every round", [] {
    for (int round = 0; round < kRounds; ++round) {
      const auto pool = MakePool(2, 2);
      pool->Start();
      RequireAccepted(pool->CallInThread([] {}));
      pool->Stop();
    }
  });
}

RULE(MU_04, EachOrderToLeaveIsForOneWorker) {
  REQUIRE_ABILITY(worker_control);
  if (!Subject().abilities.elastic.offered()) {
    NOT_OBSERVABLE("workers leave for other reasons, too");
  }
  BusyTasks busy(4);
  const auto pool = MakePool(1, 4);
  WorkerControl* const control = pool->worker_control();
  ASSERT_NE(control, nullptr) << "the backend declares worker_control";
  pool->Start();
  busy.Occupy(*pool);
  control->StopAWorker();
  control->StopAWorker();
  busy.Release();
  AwaitThreads(*pool, 2);
}

// What became of a pool whose own worker destroys it; an exit status.
enum Destruction { kCompleted = 0, kRefused = 20, kDiedInSilence = 21 };

std::atomic<bool> said_why = false;

Destruction DestroyOnOwnWorker() {
  signal(SIGABRT, [](int) { _exit(said_why ? kRefused : kDiedInSilence); });
  LogCapture log([](const LogRecord&) { said_why = true; });
  std::latch destroyed(1);
  ThreadPool* const pool =
      Subject().make({.size = {.min = 1, .max = 1}}).release();
  pool->Start();
  RequireAccepted(pool->CallInThread([&] {
    delete pool;
    destroyed.count_down();
  }));
  destroyed.wait();
  return kCompleted;
}

RULE(MU_10, DestructionByAnOwnWorkerCompletesOrIsRefusedAloud) {
#ifdef __SANITIZE_THREAD__
  NOT_OBSERVABLE("ThreadSanitizer forbids threads in a forked child");
#endif
  if (testing::UnitTest::GetInstance()->test_to_run_count() > 1) {
    NOT_OBSERVABLE("a library that other rules have used in this process may "
                   "count on threads that a forked child lacks");
  }
  const int status = RunInChild(DestroyOnOwnWorker);
  ASSERT_TRUE(WIFEXITED(status)) << "the child died of signal "
                                 << WTERMSIG(status);
  EXPECT_TRUE(WEXITSTATUS(status) == kCompleted ||
              WEXITSTATUS(status) == kRefused)
      << "the process was ended without a record in the log; status "
      << WEXITSTATUS(status);
}

RULE(MU_12, ACallableSubmittedSeveralTimesKeepsWhatItHolds) {
  History<std::string> seen("every run");
  auto task = [&seen, text = std::string("warp")] { seen.Add(text); };
  auto on_result = [&seen, text = std::string("weft")](Outcome<void>) {
    seen.Add(text);
  };
  const auto pool = MakePool(2, 2);
  for (int i = 0; i < 3; ++i) {
    RequireAccepted(pool->CallInThread(task));
    RequireAccepted(pool->CallInThreadWithCallback(on_result, task));
  }
  pool->Start();
  std::vector<std::string> entries = seen.Await(9);
  std::sort(entries.begin(), entries.end());
  const std::string warp = "warp";
  const std::string weft = "weft";
  EXPECT_EQ(entries, (std::vector{warp, warp, warp, warp, warp, warp, weft,
                                  weft, weft}));
}

RULE(MU_13, AFailureIsNotGivenToLaterTasks) {
  LogCapture log;
  History<std::string> outcomes("the outcome of each task");
  const auto on_result = [&](Outcome<int> outcome) {
    outcomes.Add(outcome.ok() ? std::to_string(outcome.value())
                              : outcome.failure().Describe());
  };
  const auto pool = MakePool(1, 1);
  pool->Start();
  RequireAccepted(pool->CallInThreadWithCallback(
      on_result, []() -> int { throw std::out_of_range("planted"); }));
  RequireAccepted(pool->CallInThread([] { throw 42; }));
  outcomes.Await(1);
  log.Await(1);
  for (std::size_t task = 2; task <= 4; ++task) {
    RequireAccepted(
        pool->CallInThreadWithCallback(on_result, [] { return 7; }));
    EXPECT_EQ(outcomes.Await(task).back(), "7")
        << "what a task after one that failed came to";
  }
  EXPECT_EQ(log.records().size(), 1u);
}

// Throws when it is to be submitted.
struct Uncopyable {
  Uncopyable() = default;
  Uncopyable(const Uncopyable&) { throw std::length_error("planted"); }
  void operator()() const {}
};

RULE(MU_19, ASubmissionThatThrowsLeavesNoTrace) {
  int told = 0;
  Latch ran(4, "tasks after submissions that threw");
  const Uncopyable task;
  const auto pool = MakePool(2, 2);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(static_cast<void>(pool->CallInThread(task)),
                 std::length_error);
    EXPECT_THROW(static_cast<void>(pool->CallInThreadWithCallback(
                     [&](Outcome<void>) { ++told; }, task)),
                 std::length_error);
  }
  EXPECT_EQ(pool->Stats().backlog, 0u) << "kept of what was not submitted";
  EXPECT_EQ(told, 0);
  pool->Start();
  for (int i = 0; i < 4; ++i) {
    RequireAccepted(pool->CallInThread([&] { ran.CountDown(); }));
  }
  ran.Await();
  AwaitReturn("Stop() to return", [&] { pool->Stop(); });
}

std::int64_t ProcessorTime(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// Of all threads but this.
std::int64_t TimeOfOthers() {
  return ProcessorTime(CLOCK_PROCESS_CPUTIME_ID) -
         ProcessorTime(CLOCK_THREAD_CPUTIME_ID);
}

// Whether the other threads use hardly any, while this one uses 10 ms.
bool OthersAreQuiet() {
  constexpr std::int64_t kLook = 10'000'000;  // nanoseconds
  constexpr std::int64_t kHardlyAny = 2'000'000;
  const std::int64_t others = TimeOfOthers();
  const std::int64_t end = ProcessorTime(CLOCK_THREAD_CPUTIME_ID) + kLook;
  while (ProcessorTime(CLOCK_THREAD_CPUTIME_ID) < end) {
  }
  return TimeOfOthers() - others < kHardlyAny;
}

// Time is what this thread has used itself, so that a busy machine, which slows
// down both sides, makes no difference. On such a machine a thread that spins
// may be kept waiting for one look or two, but not for all of them.
RULE(MU_22, AnIdlePoolComesToRest) {
  constexpr int kLooks = 12;
  BusyTasks busy(2);
  const auto pool = MakePool(2, 2);
  pool->Start();
  busy.Occupy(*pool);
  busy.Release();
  Eventually(
      [] {
        for (int i = 0; i < kLooks; ++i) {
          if (!OthersAreQuiet()) return false;
        }
        return true;
      },
      "the idle workers to use hardly any processor time");
}

}  // namespace
}  // namespace heddle::conformance
