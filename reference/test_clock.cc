// SPDX-License-Identifier: Apache-2.0
#include "reference/test_clock.h"

#include <stdexcept>
#include <string>
#include <utility>

namespace heddle {

void TestClock::Advance(Seconds step) {
  const Time end = TimeAfter(Now(), RequireDelay("TestClock::Advance", step));
  // The time of timers that never fire.
  if (end == Time::max()) {
    throw std::invalid_argument("TestClock::Advance: the step is " +
                                std::to_string(step.count()) +
                                " s, which no clock can show");
  }
  clock_.Advance(end - Now());
  while (timers_.InvokeDue()) {
  }
}

std::vector<DelayedCall> TestClock::GetDelayedCalls() const {
  return timers_.Pending();
}

DelayedCall TestClock::CallTaskLater(Seconds delay, Task task) {
  return DelayedCall(
      timers_.Add(RequireDelay("CallLater", delay), std::move(task)));
}

}  // namespace heddle
