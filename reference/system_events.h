// SPDX-License-Identifier: Apache-2.0
//
// System events: startup and shutdown, each in three phases, and the triggers
// that users hang on them.
#ifndef HEDDLE_REFERENCE_SYSTEM_EVENTS_H_
#define HEDDLE_REFERENCE_SYSTEM_EVENTS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include "reference/callable.h"
#include "reference/deferred.h"

namespace heddle {

enum class SystemEvent : unsigned char { kStartup, kShutdown };

// In this order. The second begins when every Deferred that a trigger of the
// first returned has fired (RL-06, RL-07).
enum class Phase : unsigned char { kBefore, kDuring, kAfter };

// Names a trigger, to remove it with: one in the process. A default one names
// none.
class TriggerId {
 public:
  TriggerId() = default;
  explicit TriggerId(std::uint64_t number) : number_(number) {}

  friend bool operator==(TriggerId, TriggerId) = default;

 private:
  std::uint64_t number_ = 0;
};

// A trigger's function: may return something to wait for.
using SystemTrigger = std::move_only_function<std::optional<Deferred<void>>()>;

// From what a user gives: a callable that returns a Deferred<void>, or whose
// result is of no interest.
template <class F>
SystemTrigger MakeSystemTrigger(F callable) {
  using Result = std::decay_t<CallResult<F>>;
  if constexpr (std::is_same_v<Result, Deferred<void>>) {
    return SystemTrigger(std::move(callable));
  } else {
    static_assert(!kIsDeferred<Result>,
                  "a system event trigger returns Deferred<void>: write "
                  "deferred.AddCallback([](auto&&) {})");
    return SystemTrigger([callable = std::move(callable)]() mutable
                         -> std::optional<Deferred<void>> {
      static_cast<void>(std::move(callable)());
      return std::nullopt;
    });
  }
}

// What it is: the triggers that have not run, each in its place.
//
// Its states: none but its content.
//
// What the caller must do: nothing in particular.
//
// What it promises: every function may be called on any thread; a trigger is
// taken or removed once (RL-10); one that is added is taken after those that
// are there (RL-06).
//
// Happens-before: Add before the Take that finds the trigger.
//
// Destruction: while no thread is in a member function.
class SystemEvents {
 public:
  // Throws std::invalid_argument if `event` or `phase` is none, or `trigger`
  // is empty.
  TriggerId Add(SystemEvent event, Phase phase, SystemTrigger trigger);

  // False if it was taken or removed before, or never was.
  [[nodiscard]] bool Remove(TriggerId id);

  // The next to run.
  std::optional<SystemTrigger> Take(SystemEvent event, Phase phase);

 private:
  struct Entry {
    TriggerId id;
    SystemTrigger trigger;
  };
  using Entries = std::list<Entry>;

  static constexpr std::size_t kPhases = 3;

  static std::size_t PlaceOf(SystemEvent event, Phase phase) {
    return static_cast<std::size_t>(event) * kPhases +
           static_cast<std::size_t>(phase);
  }

  std::mutex mutex_;
  std::array<Entries, 2 * kPhases> entries_;  // with the mutex
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_SYSTEM_EVENTS_H_
