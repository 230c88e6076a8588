// SPDX-License-Identifier: Apache-2.0
#include "reference/task.h"

#include <cxxabi.h>

#include <exception>
#include <string>

#include "reference/coarse_clock.h"
#include "reference/log.h"

namespace heddle {

TaskEnding Task::Run() {
  try {
    return Invoke();
  } catch (abi::__forced_unwind&) {
    throw;  // swallowing it would end the process
  } catch (...) {
    return LogThrown();
  }
}

TaskEnding Task::LogThrown() {
  LogException("a task threw", std::current_exception());
  return TaskEnding::kFailed;
}

std::chrono::nanoseconds Task::Waited() const {
  return CoarseNow() - submitted_;
}

void Task::Refuse(Refusal refusal) noexcept {
  try {
    std::exchange(operations_, nullptr)->refuse(storage_, refusal);
  } catch (...) {
    LogException("a refused task's handler threw", std::current_exception());
  }
}

void Task::LogRefusal(Refusal refusal) {
  Log({Severity::kWarning,
       std::string("accepted work was given back, not run: ") +
           Describe(refusal),
       nullptr});
}

}  // namespace heddle
