// SPDX-License-Identifier: Apache-2.0
//
// Clock: what time it is for a reactor, real or set by hand.
#ifndef HEDDLE_REFERENCE_CLOCK_H_
#define HEDDLE_REFERENCE_CLOCK_H_

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>

namespace heddle {

// How delays are given: `CallLater(Seconds(0.5), ...)`, or any unit of
// std::chrono, `CallLater(500ms, ...)`, which converts.
using Seconds = std::chrono::duration<double>;

// A clock that never goes back (BT-22). Any thread.
class Clock {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  virtual Time Now() const = 0;

 protected:
  ~Clock() = default;
};

// Time since the machine started.
class SteadyClock final : public Clock {
 public:
  Time Now() const override { return std::chrono::steady_clock::now(); }
};

// Stands still but for Advance; for tests of what needs a reactor, as
// ReactorOptions::clock. It calls nothing: Advance() and then Iterate(), in
// which the reactor calls what is due. A reactor that sleeps does not see it
// move; WakeUp() lets it look. For what needs timers and no reactor there is
// TestClock (test_clock.h).
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time now = Time()) : now_(now.time_since_epoch()) {}

  Time Now() const override { return Time(now_.load()); }

  // Throws std::invalid_argument if `step` is negative.
  void Advance(Duration step) {
    if (step < step.zero()) {
      throw std::invalid_argument("ManualClock::Advance: step is " +
                                  std::to_string(step.count()) +
                                  " ns, must not be negative");
    }
    Duration now = now_.load();
    while (!now_.compare_exchange_weak(now, now + step)) {
    }
  }

 private:
  std::atomic<Duration> now_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CLOCK_H_
