// SPDX-License-Identifier: Apache-2.0
//
// Tasks that keep workers busy until the rule lets them go.
#ifndef HEDDLE_CONFORMANCE_KIT_BUSY_TASKS_H_
#define HEDDLE_CONFORMANCE_KIT_BUSY_TASKS_H_

#include <string>

#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "reference/thread_pool.h"

namespace heddle::conformance {

// `count` tasks. Declare it before the pool; call Release() before the pool is
// stopped.
class BusyTasks {
 public:
  explicit BusyTasks(int count)
      : count_(count),
        running_(count, std::to_string(count) +
                            " long tasks to run at the same time"),
        gate_("the rule to release its long tasks") {}

  // Gives the tasks to `pool`, which runs, and waits until they all run.
  void Occupy(ThreadPool& pool) {
    for (int i = 0; i < count_; ++i) {
      RequireAccepted(pool.CallInThread([this] {
        running_.CountDown();
        gate_.Pass();
      }));
    }
    running_.Await();
  }

  // How many have begun.
  int running() const { return running_.seen(); }

  // Lets the tasks end; does not wait for it.
  void Release() { gate_.Open(); }

 private:
  const int count_;
  Latch running_;
  Gate gate_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_BUSY_TASKS_H_
