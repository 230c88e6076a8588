// SPDX-License-Identifier: Apache-2.0
//
// A reactor whose time a rule moves.
#ifndef HEDDLE_CONFORMANCE_RULES_MANUAL_REACTOR_H_
#define HEDDLE_CONFORMANCE_RULES_MANUAL_REACTOR_H_

#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/reactor_harness.h"
#include "reference/clock.h"
#include "reference/delayed_call.h"
#include "reference/reactor.h"

namespace heddle::conformance {

// It is not run, but turns when the time moves, and notes what happens.
class ManualReactor {
 public:
  Reactor& operator*() { return reactor_; }
  Reactor* operator->() { return &reactor_; }

  ManualClock& clock() { return clock_; }

  // Moves the time, and lets the reactor see it once.
  void Advance(Clock::Duration step) {
    clock_.Advance(step);
    reactor_.Iterate();
  }

  // A timer that notes `what`.
  DelayedCall Set(double delay, std::string what) {
    return reactor_.CallLater(Seconds(delay), [this, what] {
      order_.push_back(what);
    });
  }

  void Note(std::string what) { order_.push_back(std::move(what)); }
  const std::vector<std::string>& order() const { return order_; }

 private:
  static ReactorOptions Options(const Clock& clock) {
    ReactorOptions options = SubjectOptions();
    options.clock = &clock;
    return options;
  }

  ManualClock clock_;
  std::vector<std::string> order_;
  Reactor reactor_{Options(clock_)};
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_RULES_MANUAL_REACTOR_H_
