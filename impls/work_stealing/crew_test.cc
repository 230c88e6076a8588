// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/crew.h"

#include <thread>

#include "gtest/gtest.h"
#include "impls/work_stealing/work_stealing_pool.h"

namespace heddle::work_stealing {
namespace {

struct Nothing {
  void operator()() const {}
  void Refuse(Refusal) const {}
};

// The worker that is called for a task may be one that must go. The test is
// the other sleeper, and announced before it.
TEST(CrewTest, PassesACallOnWhenTheWorkerThatWasCalledLeaves) {
  const WorkStealingPool owner({.size = {.min = 0, .max = 0}, .name = ""});
  for (int round = 0; round < 50; ++round) {
    Crew crew(owner, {.min = 1, .max = 1});
    Sleeper sleeper;
    crew.place().lot.Announce(sleeper);
    crew.Start();
    std::this_thread::yield();  // likelier that the worker sleeps
    // Counted, and not there before the worker has gone.
    ASSERT_TRUE(crew.place().injection.PushIf(Task(Nothing()), [&crew] {
      crew.Resize({.min = 0, .max = 0});
      while (crew.place().census.Read().threads > 0) std::this_thread::yield();
      return true;
    }));
    crew.RequestStop();
    EXPECT_TRUE(crew.Join(std::nullopt));
    EXPECT_TRUE(crew.place().lot.Withdraw(sleeper)) << "nobody called it";
  }
}

}  // namespace
}  // namespace heddle::work_stealing
