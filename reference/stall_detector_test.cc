// SPDX-License-Identifier: Apache-2.0
#include "reference/stall_detector.h"

#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "reference/reactor.h"
#include "reference/recorded_log.h"
#include "reference/test_clock.h"

namespace heddle {
namespace {

// Says what the test wants it to say.
class ScriptedPool final : public ThreadPool {
 public:
  ScriptedPool() : ThreadPool("scripted") {}

  void Start() override {}
  void AdjustPoolSize(PoolSizeChange) override {}
  void RequestStop() override {}
  PoolState State() const override { return PoolState::kRunning; }
  PoolSize Size() const override { return {}; }
  std::vector<RunningTask> RunningTasks() const override {
    return {{.worker = "weaver", .running_for = std::chrono::milliseconds(7)}};
  }

  PoolStats figures;

 private:
  Submission Submit(Task&&) override {
    return Submission::Refused(Refusal::kPoolStopped);
  }
  bool Join(std::optional<std::chrono::steady_clock::time_point>) override {
    return true;
  }
  PoolStats Figures() const override { return figures; }
};

class StallDetectorTest : public testing::Test {
 protected:
  // Long enough for a look at the least.
  void PassQuarters(int count) {
    for (int i = 0; i < count; ++i) clock_.Advance(Seconds(1));
  }

  void Stall() {
    pool_.figures = {.threads = 2, .idle = 0, .busy = 2, .backlog = 3};
  }

  std::size_t reports() const { return log_.records().size(); }

  RecordedLog log_;
  TestClock clock_;
  ScriptedPool pool_;
  StallDetector detector_{clock_, pool_, Seconds(4)};
};

TEST_F(StallDetectorTest, IsSilentWhileThePoolHasNothingToDo) {
  pool_.figures = {.threads = 2, .idle = 2};
  PassQuarters(20);
  EXPECT_EQ(reports(), 0u);
}

TEST_F(StallDetectorTest, ReportsAStallOnceItHasLastedForTheThreshold) {
  Stall();
  PassQuarters(4);
  EXPECT_EQ(reports(), 0u);
  PassQuarters(1);
  EXPECT_EQ(reports(), 1u);
}

TEST_F(StallDetectorTest, ReportsAStallOnlyOnce) {
  Stall();
  PassQuarters(100);
  EXPECT_EQ(reports(), 1u);
}

TEST_F(StallDetectorTest, TellsTheFiguresAndTheTasks) {
  Stall();
  pool_.figures.completed = 11;
  pool_.figures.failed = 5;
  pool_.figures.oldest_wait = std::chrono::milliseconds(9);
  PassQuarters(6);
  ASSERT_EQ(reports(), 1u);
  const LogRecord record = log_.records().front();
  EXPECT_EQ(record.severity, Severity::kWarning);
  EXPECT_EQ(record.message,
            "pool 'scripted' is stalled: all of its 2 workers are busy, 3 "
            "tasks wait, the oldest for 9 ms, and for 4.000000 s none has "
            "ended or begun; completed 11, failed 5, refused 0; running: "
            "'weaver' for 7 ms");
}

TEST_F(StallDetectorTest, IsSilentWhileTasksEnd) {
  Stall();
  for (int i = 0; i < 20; ++i) {
    ++pool_.figures.completed;
    PassQuarters(3);
  }
  EXPECT_EQ(reports(), 0u);
}

TEST_F(StallDetectorTest, IsSilentWhileNewWorkersTakeTasks) {
  Stall();
  for (int i = 0; i < 20; ++i) {
    ++pool_.figures.busy;
    ++pool_.figures.threads;
    PassQuarters(3);
  }
  EXPECT_EQ(reports(), 0u);
}

TEST_F(StallDetectorTest, IsSilentWhileAWorkerIdles) {
  pool_.figures = {.threads = 2, .idle = 1, .busy = 1, .backlog = 3};
  PassQuarters(20);
  EXPECT_EQ(reports(), 0u);
}

TEST_F(StallDetectorTest, IsSilentWhileNothingWaits) {
  pool_.figures = {.threads = 2, .idle = 0, .busy = 2};
  PassQuarters(20);
  EXPECT_EQ(reports(), 0u);
}

TEST_F(StallDetectorTest, IsSilentAboutAPoolWithoutWorkers) {
  pool_.figures = {.backlog = 3};
  PassQuarters(20);
  EXPECT_EQ(reports(), 0u);
}

TEST_F(StallDetectorTest, ReportsTheNextStallToo) {
  Stall();
  PassQuarters(20);
  ++pool_.figures.completed;
  PassQuarters(4);
  EXPECT_EQ(reports(), 1u) << "the second has just begun";
  PassQuarters(1);
  EXPECT_EQ(reports(), 2u);
  pool_.figures.backlog = 0;
  PassQuarters(1);
  pool_.figures.backlog = 1;
  PassQuarters(5);
  EXPECT_EQ(reports(), 3u);
}

TEST_F(StallDetectorTest, GoesOnIfTheLogSinkThrows) {
  LogSink recorded = SetLogSink([](const LogRecord&) { throw 42; });
  Stall();
  PassQuarters(20);
  SetLogSink(std::move(recorded));
  ++pool_.figures.completed;
  PassQuarters(5);
  EXPECT_EQ(reports(), 1u);
}

TEST(StallDetector, LooksNoMoreOnceItIsGone) {
  TestClock clock;
  ScriptedPool pool;
  {
    const StallDetector detector(clock, pool, Seconds(1));
    EXPECT_EQ(clock.GetDelayedCalls().size(), 1u);
  }
  EXPECT_EQ(clock.GetDelayedCalls().size(), 0u);
}

TEST(StallDetector, RefusesAThresholdThatIsNone) {
  TestClock clock;
  ScriptedPool pool;
  for (const double threshold : {0.0, -1.0,
                                 std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THROW(StallDetector(clock, pool, Seconds(threshold)),
                 std::invalid_argument)
        << threshold;
  }
  EXPECT_EQ(clock.GetDelayedCalls().size(), 0u);
}

TEST(StallDetector, WatchesAReactorsPool) {
  ReactorOptions options;
  options.install_signal_handlers = false;
  Reactor reactor(std::move(options));
  const StallDetector stalls(reactor, *reactor.GetThreadPool(), Seconds(5));
  reactor.CallLater(Seconds(0), [&] { reactor.Stop(); });
  reactor.Run();
}

}  // namespace
}  // namespace heddle
