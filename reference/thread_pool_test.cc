// SPDX-License-Identifier: Apache-2.0
#include "reference/thread_pool.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "reference/recorded_log.h"

namespace heddle {
namespace {

// Takes or refuses as the test says, and says of itself what the test says.
class ScriptedPool final : public ThreadPool {
 public:
  ScriptedPool() : ThreadPool("scripted") {}

  void Start() override {}
  void AdjustPoolSize(PoolSizeChange) override {}
  void RequestStop() override {}
  PoolState State() const override { return PoolState::kRunning; }
  PoolSize Size() const override { return {}; }
  std::vector<RunningTask> RunningTasks() const override { return {}; }

  bool takes = true;
  std::vector<Task> taken;
  std::function<PoolStats()> figures = [] { return PoolStats{}; };

 private:
  Submission Submit(Task&& task) override {
    if (!takes) return Submission::Refused(Refusal::kBacklogFull);
    taken.push_back(std::move(task));
    return Submission::Accepted();
  }
  bool Join(std::optional<std::chrono::steady_clock::time_point>) override {
    return true;
  }
  PoolStats Figures() const override { return figures(); }
};

TEST(ThreadPool, CountsWhatItsBackendRefuses) {
  ScriptedPool pool;
  EXPECT_TRUE(pool.CallInThread([] {}));
  EXPECT_EQ(pool.Stats().refused, 0u);
  pool.takes = false;
  EXPECT_FALSE(pool.CallInThread([] {}));
  EXPECT_FALSE(pool.CallInThreadWithCallback([](Outcome<void>) {}, [] {}));
  EXPECT_EQ(pool.Stats().refused, 2u);
}

TEST(ThreadPool, AsksItsBackendAgainIfARefusalCameBetween) {
  ScriptedPool pool;
  pool.takes = false;
  int asked = 0;
  pool.figures = [&] {
    if (++asked < 3) static_cast<void>(pool.CallInThread([] {}));
    return PoolStats{.backlog = static_cast<std::size_t>(asked)};
  };
  const PoolStats stats = pool.Stats();
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(stats.refused, 2u);
  EXPECT_EQ(stats.backlog, 3u) << "the figures of the last answer";
}

TEST(ThreadPool, TellsTheTaskWhenItWasSubmitted) {
  ScriptedPool pool;
  const std::chrono::nanoseconds before = CoarseNow();
  EXPECT_TRUE(pool.CallInThread([] {}));
  const std::chrono::nanoseconds after = CoarseNow();
  ASSERT_EQ(pool.taken.size(), 1u);
  EXPECT_GE(pool.taken.front().submitted(), before);
  EXPECT_LE(pool.taken.front().submitted(), after);
  pool.taken.front().Run();
}

TEST(ThreadPool, DumpsAllItsFigures) {
  const RecordedLog log;
  ScriptedPool pool;
  pool.figures = [] {
    return PoolStats{.threads = 5,
                     .idle = 2,
                     .busy = 3,
                     .backlog = 7,
                     .completed = 11,
                     .failed = 4,
                     .oldest_wait = std::chrono::milliseconds(13)};
  };
  pool.DumpStats();
  std::vector<std::string> messages;
  for (const LogRecord& record : log.records()) {
    messages.push_back(record.message);
  }
  EXPECT_EQ(messages,
            (std::vector<std::string>{
                "pool 'scripted': idle workers: 2",
                "pool 'scripted': busy workers: 3",
                "pool 'scripted': threads: 5; backlog 7, the oldest waits for "
                "13 ms; completed 11, failed 4; refused 0"}));
}

}  // namespace
}  // namespace heddle
