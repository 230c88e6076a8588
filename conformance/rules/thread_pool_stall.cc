// SPDX-License-Identifier: Apache-2.0
//
// BT-15: a pool that is stuck is told of, by a clock that the rule moves.
#include <deque>
#include <string>
#include <vector>

#include "conformance/kit/busy_tasks.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/stall_detector.h"
#include "reference/test_clock.h"

namespace heddle::conformance {
namespace {

constexpr Seconds kThreshold(4);

// In steps as the looks of the detector.
void Pass(TestClock& clock, int seconds) {
  for (int i = 0; i < seconds; ++i) clock.Advance(Seconds(1));
}

// Tasks that each begin and then wait for their own gate.
class GatedTasks {
 public:
  void Submit(ThreadPool& pool) {
    const int number = static_cast<int>(gates_.size());
    Gate& gate = gates_.emplace_back();
    RequireAccepted(pool.CallInThread([this, &gate, number] {
      begun_.Add(number);
      gate.Pass();
    }));
  }

  // The number of the task that began as the `count`th.
  int AwaitBegun(std::size_t count) { return begun_.Await(count).back(); }
  void Release(int number) {
    gates_[static_cast<std::size_t>(number)].Open();
  }

 private:
  History<int> begun_{"tasks to begin"};
  std::deque<Gate> gates_;
};

RULE(BT_15, AStallThatLastsIsLoggedWithASnapshot) {
  REQUIRE_ABILITY(exact_stats);
  LogCapture log;
  TestClock clock;
  BusyTasks busy(2);
  const auto pool = MakePool(2, 2, "weaver");
  pool->Start();
  const StallDetector detector(clock, *pool, kThreshold);
  busy.Occupy(*pool);
  for (int i = 0; i < 3; ++i) RequireAccepted(pool->CallInThread([] {}));
  Pass(clock, 4);
  EXPECT_EQ(log.records().size(), 0u) << "before the threshold";
  Pass(clock, 1);
  const std::vector<LogRecord> records = log.records();
  busy.Release();
  ASSERT_EQ(records.size(), 1u) << "records of a stall";
  const std::string& message = records.front().message;
  EXPECT_EQ(records.front().severity, Severity::kWarning);
  EXPECT_NE(message.find("'weaver'"), std::string::npos) << message;
  EXPECT_NE(message.find("2 workers are busy"), std::string::npos) << message;
  EXPECT_NE(message.find("3 tasks wait"), std::string::npos) << message;
  EXPECT_NE(message.find("running:"), std::string::npos) << message;
}

RULE(BT_15, AStallIsLoggedOnceAndTheNextOneAgain) {
  REQUIRE_ABILITY(exact_stats);
  LogCapture log;
  TestClock clock;
  GatedTasks tasks;
  const auto pool = MakePool(1, 1);
  pool->Start();
  const StallDetector detector(clock, *pool, kThreshold);
  for (int i = 0; i < 3; ++i) tasks.Submit(*pool);
  const int first = tasks.AwaitBegun(1);
  Pass(clock, 40);
  EXPECT_EQ(log.records().size(), 1u) << "records of one stall";
  tasks.Release(first);
  const int second = tasks.AwaitBegun(2);
  Pass(clock, 4);
  EXPECT_EQ(log.records().size(), 1u) << "the next stall is a short one yet";
  Pass(clock, 40);
  EXPECT_EQ(log.records().size(), 2u) << "records of two stalls";
  tasks.Release(second);
  tasks.Release(tasks.AwaitBegun(3));
}

RULE(BT_15, APoolThatIdlesOrMovesOnIsNotStalled) {
  REQUIRE_ABILITY(exact_stats);
  LogCapture log;
  TestClock clock;
  GatedTasks tasks;
  const auto pool = MakePool(1, 1);
  pool->Start();
  const StallDetector detector(clock, *pool, kThreshold);
  Pass(clock, 20);
  EXPECT_EQ(log.records().size(), 0u) << "while the pool idles";
  tasks.Submit(*pool);
  int running = tasks.AwaitBegun(1);
  Pass(clock, 20);
  EXPECT_EQ(log.records().size(), 0u) << "while nothing waits";
  tasks.Submit(*pool);
  for (std::size_t begun = 2; begun < 12; ++begun) {
    tasks.Submit(*pool);
    tasks.Release(running);
    running = tasks.AwaitBegun(begun);
    Pass(clock, 3);
  }
  EXPECT_EQ(log.records().size(), 0u) << "while tasks end and begin";
  tasks.Release(running);
  tasks.Release(tasks.AwaitBegun(12));
}

}  // namespace
}  // namespace heddle::conformance
