// SPDX-License-Identifier: Apache-2.0
//
// Outcome<T>: what a call came to, its value or its failure.
#ifndef HEDDLE_REFERENCE_OUTCOME_H_
#define HEDDLE_REFERENCE_OUTCOME_H_

#include <cxxabi.h>

#include <type_traits>
#include <utility>
#include <variant>

#include "reference/failure.h"

namespace heddle {

// A value of type T, or a Failure. T may be void.
template <class T>
class [[nodiscard]] Outcome {
 public:
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  // A void Outcome without a failure.
  Outcome()
    requires std::is_void_v<T>
      : content_(std::in_place_index<0>) {}

  template <class V = Value>
    requires(!std::is_void_v<T> && std::is_constructible_v<Value, V> &&
             !std::is_same_v<std::decay_t<V>, Outcome> &&
             !std::is_same_v<std::decay_t<V>, Failure>)
  Outcome(V&& value)  // NOLINT: implicit, so that a value stands for itself
      : content_(std::in_place_index<0>, std::forward<V>(value)) {}

  Outcome(Failure failure)  // NOLINT: implicit, likewise
      : content_(std::in_place_index<1>, std::move(failure)) {}

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // The value; only if ok().
  const Value& value() const& { return *std::get_if<0>(&content_); }
  Value& value() & { return *std::get_if<0>(&content_); }
  Value&& value() && { return std::move(*std::get_if<0>(&content_)); }

  // The failure; only if not ok().
  const Failure& failure() const { return *std::get_if<1>(&content_); }

  // The value, moved out, or the failure's exception, thrown.
  T Take() && {
    if (!ok()) failure().Rethrow();
    if constexpr (!std::is_void_v<T>) return std::move(*this).value();
  }

 private:
  std::variant<Value, Failure> content_;
};

// The T of the Outcome<T> that stands for a returned `R`: R's decayed type; a
// returned Outcome stands for itself, a returned Failure is a failure (TH-06).
template <class R>
struct OutcomeOfTraits {
  using Type = R;
};
template <class T>
struct OutcomeOfTraits<Outcome<T>> {
  using Type = T;
};
template <>
struct OutcomeOfTraits<Failure> {
  using Type = void;
};
template <class R>
using ValueOf = typename OutcomeOfTraits<std::decay_t<R>>::Type;

// Calls `callable` and keeps what comes of it, whatever it throws. Only the
// forced unwind of a cancelled thread passes on.
template <class F>
auto Capture(F&& callable) -> Outcome<ValueOf<std::invoke_result_t<F>>> {
  using Result = std::invoke_result_t<F>;
  try {
    if constexpr (std::is_void_v<Result>) {
      std::forward<F>(callable)();
      return {};
    } else {
      return std::forward<F>(callable)();
    }
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {
    return Failure::Current();
  }
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_OUTCOME_H_
