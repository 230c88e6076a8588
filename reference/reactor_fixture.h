// SPDX-License-Identifier: Apache-2.0
//
// ReactorTest: what the reactor's tests have in common.
#ifndef HEDDLE_REFERENCE_REACTOR_FIXTURE_H_
#define HEDDLE_REFERENCE_REACTOR_FIXTURE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "reference/reactor.h"

namespace heddle {

using Order = std::vector<std::string>;

// A reactor without signal handlers, and a list of what has happened.
class ReactorTest : public testing::Test {
 protected:
  static ReactorOptions Options(const Clock* clock = nullptr) {
    ReactorOptions options;
    options.clock = clock;
    options.install_signal_handlers = false;
    return options;
  }

  auto Record(std::string name) {
    return [this, name] { order_.push_back(name); };
  }
  auto StopIt() {
    return [this] { reactor_->Stop(); };
  }
  void Post(Task call) { reactor_->Post(std::move(call)).OrThrow(); }

  std::optional<Reactor> reactor_{std::in_place, Options()};
  Order order_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_REACTOR_FIXTURE_H_
