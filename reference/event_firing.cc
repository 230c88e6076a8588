// SPDX-License-Identifier: Apache-2.0
#include "reference/event_firing.h"

#include <cassert>
#include <exception>
#include <optional>
#include <utility>

#include "reference/deferred.h"
#include "reference/log.h"

namespace heddle {

EventFiring::EventFiring(SystemEvent event, SystemEvents& events,
                         std::function<void(Phase)> on_phase)
    : event_(event), events_(events), on_phase_(std::move(on_phase)) {}

void EventFiring::Begin() {
  state_ = State::kWaiting;
  StopWaiting();
  on_phase_(Phase::kBefore);
}

bool EventFiring::RunBefore() {
  if (state_ != State::kWaiting) return false;
  RunTriggers(Phase::kBefore);
  return waiting_for() == 0;
}

void EventFiring::RunRest() {
  assert(state_ == State::kWaiting);
  state_ = State::kOver;
  for (const Phase phase : {Phase::kDuring, Phase::kAfter}) {
    on_phase_(phase);
    RunTriggers(phase);
  }
}

void EventFiring::StopWaiting() {
  waiting_for_ = std::make_shared<std::size_t>(0);
}

void EventFiring::RunTriggers(Phase phase) {
  while (std::optional<SystemTrigger> trigger = events_.Take(event_, phase)) {
    RunTrigger(phase, *std::move(trigger));
  }
}

void EventFiring::RunTrigger(Phase phase, SystemTrigger trigger) {
  try {
    const std::optional<Deferred<void>> awaited = trigger();
    if (!awaited || phase != Phase::kBefore) return;
    // Counted down before it is counted up if it has fired, and not counted if
    // it cannot be waited for. A failure stays in the chain, which reports it
    // when it goes (RL-07).
    awaited->AddBoth([count = waiting_for_](Outcome<void> outcome) {
      --*count;
      return outcome;
    });
    ++*waiting_for_;
  } catch (...) {
    LogException("a system event trigger threw", std::current_exception());
  }
}

}  // namespace heddle
