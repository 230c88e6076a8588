// SPDX-License-Identifier: Apache-2.0
//
// A clock that is cheap enough to be read for every task.
#ifndef HEDDLE_REFERENCE_COARSE_CLOCK_H_
#define HEDDLE_REFERENCE_COARSE_CLOCK_H_

#include <time.h>

#include <chrono>

namespace heddle {

// Monotonic, a few milliseconds coarse, cheaper than the fine clock:
// for what is only ever shown to people, such as RunningTask::running_for. Any
// thread.
inline std::chrono::nanoseconds CoarseNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return std::chrono::seconds(now.tv_sec) +
         std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_COARSE_CLOCK_H_
