// SPDX-License-Identifier: Apache-2.0
#include "reference/reactor_life.h"

#include <cassert>
#include <string>

#include "reference/errors.h"

namespace heddle {

void ReactorLife::Start() {
  if (!Move(State::kNew, State::kRunning)) ThrowBusy("Reactor::Run");
}

bool ReactorLife::Stop() { return Move(State::kRunning, State::kStopping); }

bool ReactorLife::Crash() {
  if (!Move(State::kRunning, State::kCrashing) &&
      !Move(State::kStopping, State::kEnding)) {
    return false;
  }
  running_.store(false);
  return true;
}

void ReactorLife::BeginEnd() {
  Move(State::kStopping, State::kEnding);
  running_.store(false);
}

bool ReactorLife::End() {
  running_.store(false);
  if (Move(State::kCrashing, State::kNew)) return true;
  [[maybe_unused]] const bool ended = Move(State::kEnding, State::kStopped);
  assert(ended);
  return false;
}

void ReactorLife::ThrowBusy(const char* function) const {
  if (ended()) {
    throw ReactorNotRestartable(std::string(function) +
                                ": the reactor was stopped; make another");
  }
  throw ReactorAlreadyRunning(std::string(function) +
                              ": the reactor runs already");
}

// A Crash() on another thread clears it before or after the second look.
void ReactorLife::SetRunning() {
  running_.store(true);
  if (!turning()) running_.store(false);
}

bool ReactorLife::Move(State from, State to) {
  return state_.compare_exchange_strong(from, to);
}

}  // namespace heddle
