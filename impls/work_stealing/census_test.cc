// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/census.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::work_stealing {
namespace {

using Answer = work_stealing::Census::Answer;

constexpr TaskEnding kSucceeded = TaskEnding::kSucceeded;
constexpr TaskEnding kFailed = TaskEnding::kFailed;

Counts Running(int threads, int busy, std::uint64_t backlog,
               std::uint64_t completed = 0, std::uint64_t failed = 0) {
  return {.state = PoolState::kRunning,
          .threads = threads,
          .busy = busy,
          .backlog = backlog,
          .completed = completed,
          .failed = failed};
}

struct Queue {
  ~Queue() {
    while (Task task = queue.Pop()) task.Run();
  }
  InjectionQueue queue;
};

// A census with a queue of tasks from outside.
class Census : private Queue, public work_stealing::Census {
 public:
  explicit Census(PoolSize limits, std::size_t max_backlog = 0)
      : work_stealing::Census(queue, limits, max_backlog) {}

  using work_stealing::Census::Admit;
  // From outside, as the pool does it.
  Answer Admit() {
    const Answer answer = JudgeOutside();
    return answer == Answer::kAdmitted ? AdmitPlain() : answer;
  }
  Answer AdmitPlain() {
    Answer answer = Answer::kAdmitted;
    const bool pushed = queue.PushIf(Task([] {}), [&] {
      answer = Confirm();
      return answer == Answer::kAdmitted;
    });
    EXPECT_EQ(pushed, answer == Answer::kAdmitted);
    return answer;
  }
};

// In its turn.
Answer Admit(Census& census) {
  const std::unique_lock turn = census.PrepareToCount();
  return census.Admit();
}

TEST(CensusTest, WantsAWorkerForEachTaskThatNoIdleWorkerStandsFor) {
  const PoolSize limits{.min = 0, .max = 3};
  EXPECT_FALSE(WantsWorker(Running(0, 0, 0), limits));
  EXPECT_TRUE(WantsWorker(Running(0, 0, 1), limits));
  EXPECT_FALSE(WantsWorker(Running(1, 0, 1), limits));
  EXPECT_TRUE(WantsWorker(Running(1, 0, 2), limits));
  EXPECT_TRUE(WantsWorker(Running(1, 1, 1), limits));
  EXPECT_FALSE(WantsWorker(Running(3, 3, 9), limits));
}

TEST(CensusTest, WantsWorkersUpToMinWhileItRuns) {
  const PoolSize limits{.min = 2, .max = 3};
  EXPECT_TRUE(WantsWorker(Running(1, 0, 0), limits));
  EXPECT_FALSE(WantsWorker(Running(2, 0, 0), limits));
  Counts counts = Running(0, 0, 5);
  for (PoolState state :
       {PoolState::kNew, PoolState::kStopping, PoolState::kStopped}) {
    counts.state = state;
    EXPECT_FALSE(WantsWorker(counts, limits));
  }
}

TEST(CensusTest, LetsWorkersLeaveAboveMaxAndAtTheEndOfADrain) {
  Standing now{.state = PoolState::kRunning,
               .threads = 1,
               .limits = {.min = 0, .max = 1}};
  EXPECT_FALSE(MayLeave(now, 0));
  now.threads = 2;
  EXPECT_TRUE(MayLeave(now, 0));
  EXPECT_TRUE(MayLeave(now, 7)) << "before backlog";
  now.threads = 1;
  now.retiring = 1;
  EXPECT_TRUE(MayLeave(now, 0));
  EXPECT_FALSE(MayLeave(now, 1)) << "after backlog";
  now.retiring = 0;
  now.state = PoolState::kStopping;
  EXPECT_FALSE(MayLeave(now, 1));
  EXPECT_TRUE(MayLeave(now, 0));
}

TEST(CensusTest, WantsAndLetsGoByWhatIsNow) {
  Census census({.min = 0, .max = 2});
  Tally tally;
  census.Enroll(&tally);
  ASSERT_EQ(Admit(census), Answer::kAdmitted);
  EXPECT_FALSE(census.WantsWorkerNow()) << "new";
  census.SetState(PoolState::kRunning);
  EXPECT_TRUE(census.WantsWorkerNow());
  census.AddWorker();
  EXPECT_FALSE(census.WantsWorkerNow());
  EXPECT_FALSE(census.MayLeaveNow());
  census.Begin(tally);
  EXPECT_FALSE(census.WantsWorkerNow());
  ASSERT_EQ(census.Admit(tally), Answer::kAdmitted);
  EXPECT_TRUE(census.WantsWorkerNow()) << "it is busy";
  census.SetRetiring(1);
  EXPECT_FALSE(census.MayLeaveNow()) << "there is a backlog";
  EXPECT_FALSE(census.MaySleepNow()) << "there is a backlog";
  census.EndAndBegin(tally, kSucceeded);
  EXPECT_TRUE(census.MayLeaveNow());
  EXPECT_FALSE(census.MaySleepNow());
  census.SetRetiring(0);
  EXPECT_FALSE(census.MayLeaveNow());
  EXPECT_TRUE(census.MaySleepNow());
  census.SetLimits({.min = 0, .max = 0});
  EXPECT_TRUE(census.MayLeaveNow());
}

TEST(CensusTest, AdmitsNoMoreThanTheBoundAllows) {
  Census census({.min = 0, .max = 1}, 2);
  Tally tally;
  census.Enroll(&tally);
  EXPECT_EQ(Admit(census), Answer::kAdmitted);
  EXPECT_EQ(Admit(census), Answer::kAdmitted);
  EXPECT_EQ(Admit(census), Answer::kFull) << "before the start";
  census.SetState(PoolState::kRunning);
  census.AddWorker();
  EXPECT_EQ(Admit(census), Answer::kAdmitted) << "for the worker";
  EXPECT_EQ(Admit(census), Answer::kFull);
  census.Begin(tally);
  EXPECT_EQ(Admit(census), Answer::kFull) << "it is busy";
  census.EndAndBegin(tally, kSucceeded);
  EXPECT_EQ(Admit(census), Answer::kAdmitted);
  EXPECT_EQ(census.Read().backlog, 2u);
}

TEST(CensusTest, AdmitsNoMoreThanTheBoundAllowsToSeveralAtOnce) {
  constexpr int kThreads = 3;
  constexpr std::size_t kBound = 500;
  Census census({.min = 0, .max = 0}, kBound);
  std::atomic<std::size_t> admitted = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (;;) {
          const std::unique_lock turn = census.PrepareToCount();
          if (census.Admit() != Answer::kAdmitted) return;
          ++admitted;
        }
      });
    }
  }
  EXPECT_EQ(admitted, kBound);
}

TEST(CensusTest, CountsEachStep) {
  Census census({.min = 0, .max = 2});
  Tally tally;
  census.Enroll(&tally);
  EXPECT_EQ(census.Read(), Counts());
  census.SetState(PoolState::kRunning);
  census.AddWorker();
  EXPECT_EQ(census.Read(), Running(1, 0, 0));
  ASSERT_EQ(Admit(census), Answer::kAdmitted);
  ASSERT_EQ(Admit(census), Answer::kAdmitted);
  EXPECT_EQ(census.Read(), Running(1, 0, 2));
  EXPECT_EQ(census.Backlog(), 2u);
  census.Begin(tally);
  EXPECT_EQ(census.Read(), Running(1, 1, 1));
  EXPECT_TRUE(tally.busy());
  census.EndAndBegin(tally, kFailed);
  EXPECT_EQ(census.Read(), Running(1, 1, 0, 1, 1));
  EXPECT_EQ(census.Unfinished(), 1u);
  ASSERT_EQ(census.Admit(tally), Answer::kAdmitted);
  EXPECT_EQ(census.Read(), Running(1, 1, 1, 1, 1));
  census.End(tally, kSucceeded);
  EXPECT_EQ(census.Read(), Running(1, 0, 1, 2, 1));
  EXPECT_FALSE(tally.busy());
  ASSERT_EQ(Admit(census), Answer::kAdmitted);
  census.GiveBack();
  EXPECT_EQ(census.Read(), Running(1, 0, 1, 2, 1));
  census.RemoveWorker();
  EXPECT_EQ(census.Read(), Running(0, 0, 1, 2, 1));
}

TEST(CensusTest, KeepsItsNumbersApartWhenTheyAreLarge) {
  constexpr int kMost = Census::kMaxThreads;
  Census census({.min = kMost, .max = 1 << 30});
  census.SetRetiring(kMost);
  census.SetState(PoolState::kStopping);
  EXPECT_EQ(census.standing().threads, 0);
  for (int i = 0; i < kMost; ++i) census.AddWorker();
  const Standing now = census.standing();
  EXPECT_EQ(now.state, PoolState::kStopping);
  EXPECT_EQ(now.threads, kMost);
  EXPECT_EQ(now.limits, (PoolSize{.min = kMost, .max = kMost}));
  EXPECT_EQ(now.retiring, kMost);
  EXPECT_FALSE(census.WantsWorkerNow());
  census.SetLimits({.min = 0, .max = kMost - 1});
  EXPECT_TRUE(census.MayLeaveNow());
}

TEST(CensusTest, AdmitsUntilTheStopAndAsksForTheFirstWorker) {
  Census census({.min = 0, .max = 1});
  EXPECT_EQ(Admit(census), Answer::kAdmitted) << "new: held";
  census.SetState(PoolState::kRunning);
  EXPECT_EQ(Admit(census), Answer::kNeedsWorker);
  EXPECT_EQ(census.Read().backlog, 1u);
  census.SetLimits({.min = 0, .max = 0});
  EXPECT_EQ(Admit(census), Answer::kAdmitted) << "waits (TP-37)";
  census.AddWorker();
  EXPECT_EQ(Admit(census), Answer::kAdmitted);
  census.SetState(PoolState::kStopping);
  EXPECT_EQ(Admit(census), Answer::kStopped);
  census.SetState(PoolState::kStopped);
  EXPECT_EQ(Admit(census), Answer::kStopped);
  EXPECT_EQ(census.Read().backlog, 3u);
}

TEST(CensusTest, IsPlainWhileItRunsWithAWorkerAndWithoutABound) {
  Census census({.min = 0, .max = 2});
  EXPECT_FALSE(census.IsPlain()) << "new";
  census.SetState(PoolState::kRunning);
  EXPECT_FALSE(census.IsPlain()) << "no worker yet";
  census.AddWorker();
  EXPECT_TRUE(census.IsPlain());
  census.AddWorker();
  EXPECT_TRUE(census.IsPlain());
  EXPECT_EQ(census.AdmitPlain(), Answer::kAdmitted);
  census.RemoveWorker();
  census.RemoveWorker();
  EXPECT_FALSE(census.IsPlain()) << "no worker any more";
  EXPECT_EQ(census.AdmitPlain(), Answer::kNeedsWorker) << "gone meanwhile";
  census.AddWorker();
  census.SetState(PoolState::kStopping);
  EXPECT_FALSE(census.IsPlain()) << "stops";
  EXPECT_EQ(census.AdmitPlain(), Answer::kStopped) << "stopped meanwhile";
  EXPECT_EQ(census.Read().backlog, 1u) << "taken back";

  Census bounded({.min = 0, .max = 1}, 1);
  bounded.SetState(PoolState::kRunning);
  bounded.AddWorker();
  EXPECT_FALSE(bounded.IsPlain()) << "bounded";
}

// A1 and A2 against B1 and B2: what was counted and not seen is taken back.
TEST(CensusTest, NeverAdmitsBehindAStopThatHasSeenNoBacklog) {
  constexpr int kRounds = 1000;
  for (int round = 0; round < kRounds; ++round) {
    Census census({.min = 0, .max = 1});
    Tally tally;
    census.Enroll(&tally);
    census.AddWorker();
    census.SetState(PoolState::kRunning);
    std::atomic<int> ready = 0;
    Answer answer = Answer::kAdmitted;
    std::uint64_t seen = 0;
    {
      std::jthread submitter([&] {
        for (++ready; ready < 2;) std::this_thread::yield();
        answer = round % 2 == 0 ? census.Admit() : census.Admit(tally);
      });
      for (++ready; ready < 2;) std::this_thread::yield();
      census.SetState(PoolState::kStopping);
      seen = census.Backlog();
    }
    const bool admitted = answer == Answer::kAdmitted;
    ASSERT_GE(seen, admitted ? 1u : 0u);
    ASSERT_EQ(census.Read().backlog, admitted ? 1u : 0u);
  }
}

// R1 and R2 would never agree if nobody stepped aside.
TEST(CensusTest, GivesAnExactPictureWhileAllCountAllTheTime) {
  constexpr int kThreads = 3;
  constexpr int kPictures = 300;
  Census census({.min = 0, .max = kThreads});
  census.SetState(PoolState::kRunning);
  std::vector<Tally> tallies(kThreads);
  for (Tally& tally : tallies) {
    census.Enroll(&tally);
    census.AddWorker();
  }
  std::atomic<bool> end = false;
  std::vector<std::jthread> threads;
  for (Tally& tally : tallies) {
    threads.emplace_back([&] {
      for (int n = 0; !end; ++n) {
        static_cast<void>(census.PrepareToCount());
        // One at a time waits, runs or has ended: any other sum is torn.
        ASSERT_EQ(census.Admit(tally), Answer::kAdmitted);
        census.Begin(tally);
        census.End(tally, n % 2 == 0 ? kSucceeded : kFailed);
      }
    });
  }
  Counts last;
  for (int i = 0; i < kPictures; ++i) {
    const Counts counts = census.Read();
    ASSERT_EQ(counts.threads, kThreads);
    ASSERT_GE(counts.idle(), 0);
    ASSERT_GE(counts.busy, 0);
    ASSERT_LE(counts.backlog + counts.busy, std::uint64_t{kThreads});
    ASSERT_GE(counts.completed, last.completed);
    // Each thread fails every other time, and so is at most half a task off.
    ASSERT_LE(2 * counts.failed, counts.completed);
    ASSERT_GE(2 * counts.failed + kThreads, counts.completed);
    last = counts;
  }
  end = true;
}

}  // namespace
}  // namespace heddle::work_stealing
