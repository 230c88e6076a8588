// SPDX-License-Identifier: Apache-2.0
//
// EventFiring: takes a system event through its phases, as a loop turns.
#ifndef HEDDLE_REFERENCE_EVENT_FIRING_H_
#define HEDDLE_REFERENCE_EVENT_FIRING_H_

#include <cstddef>
#include <functional>
#include <memory>

#include "reference/system_events.h"

namespace heddle {

// What it is: the progress of one event.
//
//              Begin()       RunBefore()   RunRest()
// kIdle        -> kWaiting   false         cannot happen
// kWaiting     -> kWaiting   see below     -> kOver
// kOver        -> kWaiting   false         cannot happen
//
// What the caller must do: use it on the loop's thread; call RunBefore() in
// every turn after Begin(), and RunRest() once that returns true.
//
// What it promises: triggers run in the order of the phases, and in each in
// the order they were added (RL-06), each once, also those added meanwhile to
// the phase that runs or a later one (RL-11). What a trigger throws is logged
// (RL-08). Triggers never run inside a callback of the Deferreds that are
// waited for, but in the two functions.
//
// Happens-before: none; one thread.
//
// Destruction: at any time but in the two functions. The Deferreds may outlive
// it.
class EventFiring {
 public:
  enum class State : unsigned char { kIdle, kWaiting, kOver };

  // `on_phase` is told of each phase as it begins. `events` must outlive this.
  EventFiring(SystemEvent event, SystemEvents& events,
              std::function<void(Phase)> on_phase);

  EventFiring(const EventFiring&) = delete;
  EventFiring& operator=(const EventFiring&) = delete;

  // Begins the before phase, without what an earlier firing waited for.
  void Begin();

  // Runs the before-triggers that have not run. True if the event is under way
  // and nothing is waited for.
  [[nodiscard]] bool RunBefore();

  // The other two phases.
  void RunRest();

  // Waits no longer for Deferreds that have not fired yet (BT-09).
  void StopWaiting();

  State state() const { return state_; }

  // How many Deferreds are waited for.
  std::size_t waiting_for() const { return *waiting_for_; }

 private:
  void RunTriggers(Phase phase);
  void RunTrigger(Phase phase, SystemTrigger trigger);

  const SystemEvent event_;
  SystemEvents& events_;
  const std::function<void(Phase)> on_phase_;
  State state_ = State::kIdle;
  // Shared with the callbacks of what is waited for; each firing has its own.
  std::shared_ptr<std::size_t> waiting_for_ = std::make_shared<std::size_t>(0);
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_EVENT_FIRING_H_
