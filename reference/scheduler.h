// SPDX-License-Identifier: Apache-2.0
//
// Scheduler: where timers are set.
#ifndef HEDDLE_REFERENCE_SCHEDULER_H_
#define HEDDLE_REFERENCE_SCHEDULER_H_

#include <utility>
#include <vector>

#include "reference/callable.h"
#include "reference/clock.h"
#include "reference/delayed_call.h"
#include "reference/task.h"

namespace heddle {

// What a Reactor and a TestClock have in common, for code that needs timers and
// nothing else. One thread, the implementation's.
class Scheduler {
 public:
  // Calls `callable(args...)` once, `delay` from now or later, if the scheduler
  // runs then; in the order of due times, and of these calls where those are
  // equal (RL-23, RL-24). Callable and arguments are copied, or moved, now.
  // Throws std::invalid_argument for a negative delay or NaN; infinity is
  // never.
  template <class F, class... Args>
    requires CallableWith<F, Args...>
  DelayedCall CallLater(Seconds delay, F&& callable, Args&&... args) {
    RequireCallable("CallLater", callable);
    return CallTaskLater(
        delay,
        Task(BindCall(std::forward<F>(callable), std::forward<Args>(args)...)));
  }

  // Every pending timer, in the order they would fire (RL-30).
  virtual std::vector<DelayedCall> GetDelayedCalls() const = 0;

 protected:
  ~Scheduler() = default;

 private:
  virtual DelayedCall CallTaskLater(Seconds delay, Task task) = 0;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_SCHEDULER_H_
