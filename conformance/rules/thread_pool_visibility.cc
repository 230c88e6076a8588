// SPDX-License-Identifier: Apache-2.0
//
// HB-1, HB-2: what is visible to whom, with nothing but the pool between two
// threads. Their full power is with ThreadSanitizer.
#include <thread>
#include <vector>

#include "conformance/kit/chance.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

constexpr int kTasks = 200;

RULE(HB_1, WhatPrecedesASubmissionIsVisibleToTheTask) {
  const Chance chance(2 * kTasks);
  RandomNumbers random = chance.Numbers();
  std::vector<int> written(2 * kTasks, 0);
  Latch checked(2 * kTasks, "every task");
  const auto pool = MakePool(1, 4);
  pool->Start();
  const auto check = [&checked](const int& number, int expected) {
    EXPECT_EQ(number, expected);
    checked.CountDown();
  };
  for (int task = 0; task < kTasks; ++task) {
    random.Pause();
    int& number = written[task];
    number = task + 1;
    RequireAccepted(
        pool->CallInThread([&, task] { check(number, task + 1); }));
    int& other = written[kTasks + task];
    other = task + 1;
    RequireAccepted(pool->CallInThreadWithCallback(
        [](Outcome<void>) {}, [&, task] { check(other, task + 1); }));
  }
  checked.Await();
}

// Every task gives way to others, so that a Stop() which comes back too early
// is seen.
RULE(HB_2, WhatTasksAndCallbacksDidIsVisibleWhenStopReturns) {
  const Chance chance(2 * kTasks,
                      "0 of 40 runs with mutant hb_2_stop_returns_early");
  std::vector<int> by_tasks(kTasks, 0);
  std::vector<int> by_callbacks(kTasks, 0);
  const auto pool = MakePool(2, 2);
  pool->Start();
  for (int task = 0; task < kTasks; ++task) {
    RequireAccepted(pool->CallInThreadWithCallback(
        [&by_callbacks, task](Outcome<void>) {
          std::this_thread::yield();
          by_callbacks[task] = task + 1;
        },
        [&by_tasks, task] {
          std::this_thread::yield();
          by_tasks[task] = task + 1;
        }));
  }
  chance.Numbers().Pause();
  pool->Stop();
  for (int task = 0; task < kTasks; ++task) {
    ASSERT_EQ(by_tasks[task], task + 1) << "Stop() came before the task";
    ASSERT_EQ(by_callbacks[task], task + 1) << "Stop() came before on_result";
  }
}

}  // namespace
}  // namespace heddle::conformance
