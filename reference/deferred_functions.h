// SPDX-License-Identifier: Apache-2.0
//
// Deferreds made from calls and results; included by deferred.h.
#ifndef HEDDLE_REFERENCE_DEFERRED_FUNCTIONS_H_
#define HEDDLE_REFERENCE_DEFERRED_FUNCTIONS_H_

#include <functional>
#include <type_traits>
#include <utility>

#include "reference/deferred.h"

namespace heddle {

// A Deferred that has fired with `value` (DF-59).
template <class V>
auto Succeed(V&& value) {
  using Value = std::decay_t<V>;
  static_assert(!kIsDeferred<Value>,
                "Succeed: this is a Deferred already; hand it on as it is");
  static_assert(!std::is_same_v<Value, Failure>,
                "Succeed: this is a failure; write Fail<T>(failure)");
  Deferred<Value> deferred;
  deferred.Callback(std::forward<V>(value));
  return deferred;
}

inline Deferred<void> Succeed() {
  Deferred<void> deferred;
  deferred.Callback();
  return deferred;
}

// A Deferred that has fired with `failure`, or with `error` wrapped (DF-59).
template <class T>
Deferred<T> Fail(Failure failure) {
  Deferred<T> deferred;
  deferred.Errback(std::move(failure));
  return deferred;
}

template <class T, class E>
  requires(!std::is_same_v<std::decay_t<E>, Failure>)
Deferred<T> Fail(E&& error) {
  Deferred<T> deferred;
  deferred.Errback(std::forward<E>(error));
  return deferred;
}

// Calls `callable(args...)` now; a Deferred that has fired with what came of
// it: the value, or the failure thrown or returned (DF-59).
template <class F, class... Args>
auto Execute(F&& callable, Args&&... args) {
  using Result = std::invoke_result_t<F, Args...>;
  static_assert(!kIsDeferred<std::decay_t<Result>>,
                "Execute: the callable returns a Deferred; write "
                "MaybeDeferred(callable, args...)");
  RequireCallable("Execute", callable);
  Deferred<ValueOf<Result>> deferred;
  deferred.Callback(Capture([&]() -> Result {
    return std::invoke(std::forward<F>(callable), std::forward<Args>(args)...);
  }));
  return deferred;
}

// As Execute; a Deferred that the callable returns is handed back itself
// (DF-59).
template <class F, class... Args>
auto MaybeDeferred(F&& callable, Args&&... args) {
  using Result = std::decay_t<std::invoke_result_t<F, Args...>>;
  if constexpr (kIsDeferred<Result>) {
    RequireCallable("MaybeDeferred", callable);
    Outcome<Result> outcome = Capture([&]() -> Result {
      return std::invoke(std::forward<F>(callable),
                         std::forward<Args>(args)...);
    });
    if (outcome.ok()) return std::move(outcome).value();
    return Fail<ChainValueOf<Result>>(outcome.failure());
  } else {
    return Execute(std::forward<F>(callable), std::forward<Args>(args)...);
  }
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_FUNCTIONS_H_
