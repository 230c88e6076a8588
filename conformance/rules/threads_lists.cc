// SPDX-License-Identifier: Apache-2.0
//
// TH-13 to TH-15: lists of calls for one worker.
#include <atomic>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "conformance/checkers/findings.h"
#include "conformance/checkers/hand_out.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "gtest/gtest.h"
#include "reference/threads.h"

namespace heddle::conformance {
namespace {

// The calls of a list, as CallMultipleInThread takes them.
using Calls = std::vector<std::function<void()>>;

RULE(TH_13, AListOfCallsRunsInOrderOnOnePoolThread) {
  constexpr int kCalls = 20;
  struct Run {
    int call;
    std::thread::id thread;
  };
  History<Run> runs("the list to end");
  Event started("the list to start");
  Event other_ran("a task submitted beside the list");
  Gate gate;
  RunningReactor reactor;
  Calls calls;
  for (int call = 0; call < kCalls; ++call) {
    calls.push_back([&, call] {
      if (call == 0) {
        started.Happen();
        gate.Pass();
      }
      runs.Add({call, std::this_thread::get_id()});
    });
  }
  RequireAccepted(CallMultipleInThread(*reactor, calls));
  started.Await();
  // Were each call a task of its own, others would be done by the time that a
  // later task has run.
  MustCallInThread(*reactor, [&] { other_ran.Happen(); });
  other_ran.Await();
  EXPECT_EQ(runs.entries().size(), 0u) << "a call overtook the first one";
  gate.Open();
  const std::vector<Run> all = runs.Await(kCalls);
  std::vector<int> order;
  for (const Run& run : all) {
    order.push_back(run.call);
    EXPECT_EQ(run.thread, all[0].thread);
  }
  EXPECT_TRUE(Fine(CheckHandOut(order)));
  EXPECT_NE(all[0].thread, reactor.thread());
}

RULE(TH_13, AnEmptyListIsFine) {
  LogCapture log;
  RunningReactor reactor;
  RequireAccepted(CallMultipleInThread(*reactor, Calls()));
  reactor.Stop();
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(TH_14, TheFirstExceptionEndsTheListAndIsLoggedOnce) {
  LogCapture log;
  std::atomic<int> before = 0;
  std::atomic<int> after = 0;
  RunningReactor reactor;
  RequireAccepted(CallMultipleInThread(
      *reactor,
      Calls{[&] { ++before; }, [] { throw std::out_of_range("planted"); },
            [&] { ++after; }, [] { throw 42; }}));
  log.Await(1);
  reactor.Stop();  // and drain the pool
  EXPECT_EQ(before, 1);
  EXPECT_EQ(after, 0) << "calls after the one that threw";
  EXPECT_EQ(log.Count<std::out_of_range>(), 1);
  EXPECT_EQ(log.records().size(), 1u);
}

RULE(TH_15, TheListIsCopiedAtTheCall) {
  Event started("the list to start");
  Gate gate;
  std::atomic<int> kept = 0;
  std::atomic<int> appended = 0;
  RunningReactor reactor;
  Calls calls{[&] {
                started.Happen();
                gate.Pass();
              },
              [&] { ++kept; }};
  RequireAccepted(CallMultipleInThread(*reactor, calls));
  started.Await();
  calls[1] = [&] { ++appended; };
  calls.push_back([&] { ++appended; });
  gate.Open();
  reactor.Stop();  // and drain the pool
  EXPECT_EQ(kept, 1) << "a call of the list as it was";
  EXPECT_EQ(appended, 0) << "calls of the list as it became";
}

}  // namespace
}  // namespace heddle::conformance
