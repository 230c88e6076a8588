// SPDX-License-Identifier: Apache-2.0
#include "impls/jthread/jthread_pool.h"

#include <sys/wait.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "reference/errors.h"

namespace heddle {
namespace {

template <class F>
bool IsRefusedToAForkedChild(F call) {
  try {
    call();
  } catch (const UsedInForkedChild&) {
    return true;
  }
  return false;
}

// The mutex may be held in the child by a thread that is not there.
TEST(JthreadPool, NoCallWaitsForTheMutexInAForkedChild) {
  JthreadPool pool({.size = {.min = 1, .max = 2}, .name = ""});
  pool.Start();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const bool all =
        IsRefusedToAForkedChild([&] { pool.Start(); }) &&
        IsRefusedToAForkedChild([&] { pool.AdjustPoolSize({}); }) &&
        IsRefusedToAForkedChild([&] { pool.RequestStop(); }) &&
        IsRefusedToAForkedChild([&] { pool.State(); }) &&
        IsRefusedToAForkedChild([&] { pool.Size(); }) &&
        IsRefusedToAForkedChild([&] { pool.Stats(); }) &&
        IsRefusedToAForkedChild([&] { pool.RunningTasks(); }) &&
        IsRefusedToAForkedChild(
            [&] { pool.worker_control()->StartAWorker(); }) &&
        IsRefusedToAForkedChild([&] { pool.worker_control()->StopAWorker(); });
    _exit(all ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace heddle
