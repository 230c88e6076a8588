// SPDX-License-Identifier: Apache-2.0
//
// Workers without threads of their own: the test's thread takes the seat.
#include "impls/work_stealing/worker.h"

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "impls/work_stealing/node_cache.h"

namespace heddle::work_stealing {
namespace {

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    place_.census.SetState(PoolState::kRunning);
    for (Worker* worker : {&worker_, &other_}) {
      place_.census.AddWorker();
      place_.census.Enroll(&worker->tally());
      place_.workers.Append(worker);
    }
  }

  template <class F>
  void SubmitTo(Worker& worker, F task) {
    auto* const node = NodeCache::Make(Task(std::move(task)));
    worker.Reserve();
    ASSERT_EQ(worker.Submit(node), Census::Answer::kAdmitted);
  }

  template <class F>
  void SubmitFromOutside(F task) {
    ASSERT_TRUE(place_.injection.PushIf(Task(std::move(task)),
                                        [] { return true; }));
  }

  // Work() returns when everything has run, or hangs.
  void Drain() {
    place_.census.SetState(PoolState::kStopping);
    worker_.Work();
  }

  // Submits itself again until the pool stops.
  void Respawn() {
    if (place_.census.standing().state == PoolState::kRunning) {
      SubmitTo(worker_, [this] { Respawn(); });
    }
  }

  auto Stop() {
    return [this] { place_.census.SetState(PoolState::kStopping); };
  }

  auto Say(std::string what) {
    return [this, what] { said_.push_back(what); };
  }

  Workplace place_{{.min = 0, .max = 2}};
  Worker worker_{place_};
  Worker other_{place_};
  std::vector<std::string> said_;
};

TEST_F(WorkerTest, TakesItsOwnNewestThenTheInjectedOldestThenStealsOldest) {
  SubmitTo(other_, Say("other 1"));
  SubmitTo(other_, Say("other 2"));
  SubmitFromOutside(Say("outside 1"));
  SubmitFromOutside(Say("outside 2"));
  SubmitTo(worker_, Say("own 1"));
  SubmitTo(worker_, Say("own 2"));
  Drain();
  EXPECT_EQ(said_, (std::vector<std::string>{"own 2", "own 1", "outside 1",
                                             "outside 2", "other 1",
                                             "other 2"}));
}

TEST_F(WorkerTest, DoesNotStarveInjectedWorkBehindATaskThatRespawns) {
  SubmitTo(worker_, [this] { Respawn(); });
  SubmitFromOutside(Stop());
  worker_.Work();
}

TEST_F(WorkerTest, DoesNotStarveItsOwnOldestBehindATaskThatRespawns) {
  SubmitTo(worker_, Stop());
  SubmitTo(worker_, [this] { Respawn(); });
  worker_.Work();
}

TEST_F(WorkerTest, DoesNotStarveABlockedWorkersTasksBehindATaskThatRespawns) {
  SubmitTo(other_, Stop());
  SubmitTo(worker_, [this] { Respawn(); });
  worker_.Work();
}

// L4 of parking_lot.h. The test is the other sleeper, announced before.
TEST_F(WorkerTest, WakesTheNextSleeperWhenItEndsASearchWhileMoreWait) {
  Sleeper sleeper;
  place_.lot.Announce(sleeper);
  std::jthread submitter;
  SubmitFromOutside([&] {
    submitter = std::jthread([&] {
      // It has found nothing more, and searches or sleeps.
      while (worker_.tally().busy()) std::this_thread::yield();
      // Both are counted before the first is there.
      ASSERT_TRUE(place_.injection.PushIf(Task([] {}), [this] {
        return place_.injection.PushIf(Task(Stop()), [] { return true; });
      }));
      place_.lot.WakeForTask();
    });
  });
  worker_.Work();
  submitter.join();
  EXPECT_TRUE(place_.lot.Withdraw(sleeper));
}

// S2 of parking_lot.h: whatever came after Find had looked. Hangs if Rest
// sleeps.
TEST_F(WorkerTest, DoesNotSleepBesideWork) {
  SubmitFromOutside(Say("outside"));
  worker_.Rest();
  EXPECT_FALSE(place_.lot.WakeOne()) << "still announced";
  Drain();
  EXPECT_EQ(said_.size(), 1u);
}

TEST_F(WorkerTest, DoesNotSleepBesideWorkInAnotherDeque) {
  SubmitTo(other_, Say("other"));
  worker_.Rest();
  EXPECT_FALSE(place_.lot.WakeOne()) << "still announced";
  Drain();
  EXPECT_EQ(said_.size(), 1u);
}

TEST_F(WorkerTest, DoesNotSleepWhenItMayLeave) {
  place_.census.SetState(PoolState::kStopping);
  worker_.Rest();
  place_.census.SetState(PoolState::kRunning);
  place_.census.SetLimits({.min = 0, .max = 1});
  worker_.Rest();
  place_.census.SetLimits({.min = 0, .max = 2});
  place_.census.SetRetiring(1);
  worker_.Rest();
}

TEST_F(WorkerTest, HandsOverWhatIsLeftInItsDequeOldestFirst) {
  SubmitTo(other_, Say("1"));
  SubmitTo(other_, Say("2"));
  other_.HandOver();
  EXPECT_FALSE(other_.HasTasks());
  EXPECT_FALSE(place_.injection.LooksEmpty());
  Drain();
  EXPECT_EQ(said_, (std::vector<std::string>{"1", "2"}));
}

TEST_F(WorkerTest, LeavesItsBacklogAloneWhenThereAreTooManyWorkers) {
  SubmitTo(worker_, Say("1"));
  SubmitTo(worker_, [this] { place_.census.SetLimits({.min = 0, .max = 1}); });
  worker_.Work();
  EXPECT_TRUE(said_.empty());
  EXPECT_TRUE(worker_.HasTasks());
  place_.census.SetLimits({.min = 0, .max = 2});
  Drain();
}

// The first of the batch runs while the other worker finds the rest.
TEST_F(WorkerTest, LetsOthersHaveWhatItHasClaimed) {
  place_.census.RemoveWorker();  // so that its share is all
  SubmitFromOutside([this] {
    EXPECT_TRUE(place_.injection.LooksEmpty());
    EXPECT_TRUE(worker_.HasTasks());
    place_.census.SetState(PoolState::kStopping);
    std::jthread([this] { other_.Work(); }).join();
    EXPECT_FALSE(worker_.HasTasks());
  });
  for (int i = 0; i < 5; ++i) SubmitFromOutside(Say(std::to_string(i)));
  worker_.Work();
  EXPECT_EQ(said_, (std::vector<std::string>{"0", "1", "2", "3", "4"}));
}

TEST_F(WorkerTest, HandsOverWhatItHasClaimed) {
  place_.census.RemoveWorker();
  SubmitFromOutside([this] { place_.census.SetLimits({.min = 0, .max = 0}); });
  SubmitFromOutside(Say("1"));
  SubmitFromOutside(Say("2"));
  worker_.Work();
  EXPECT_TRUE(worker_.HasTasks());
  worker_.HandOver();
  EXPECT_FALSE(worker_.HasTasks());
  place_.census.SetLimits({.min = 0, .max = 2});
  Drain();
  EXPECT_EQ(said_, (std::vector<std::string>{"1", "2"}));
}

TEST_F(WorkerTest, IsCurrentForItsOwnWorkplaceWhileItWorks) {
  Workplace elsewhere({.min = 0, .max = 2});
  EXPECT_EQ(Worker::Current(place_), nullptr);
  SubmitTo(worker_, [&] {
    EXPECT_EQ(Worker::Current(place_), &worker_);
    EXPECT_EQ(Worker::Current(elsewhere), nullptr);
  });
  Drain();
  EXPECT_EQ(Worker::Current(place_), nullptr);
}

TEST_F(WorkerTest, IsBusyWhileItsTaskRunsAndCountsItAfterwards) {
  const auto before = std::chrono::steady_clock::now();
  SubmitTo(worker_, [&] {
    EXPECT_EQ(place_.census.Read().busy, 1);
    EXPECT_TRUE(worker_.BusySince(before));
    EXPECT_EQ(worker_.tally().ended(), 0u);
    EXPECT_FALSE(other_.BusySince(before));
  });
  Drain();
  EXPECT_EQ(place_.census.Read().busy, 0);
  EXPECT_EQ(place_.census.Read().backlog, 0u);
  EXPECT_FALSE(worker_.BusySince(before));
  EXPECT_EQ(worker_.tally().ended(), 1u);
}

}  // namespace
}  // namespace heddle::work_stealing
