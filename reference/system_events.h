// SPDX-License-Identifier: Apache-2.0
//
// System events: startup and shutdown, each in three phases, and the triggers
// that users hang on them.
#ifndef HEDDLE_REFERENCE_SYSTEM_EVENTS_H_
#define HEDDLE_REFERENCE_SYSTEM_EVENTS_H_

#include <cstdint>
#include <functional>
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

// Names a trigger, to remove it with. A default one names none.
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

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_SYSTEM_EVENTS_H_
