// SPDX-License-Identifier: Apache-2.0
//
// What a Deferred's callbacks accept, and what type the chain carries after
// them.
#ifndef HEDDLE_REFERENCE_DEFERRED_TRAITS_H_
#define HEDDLE_REFERENCE_DEFERRED_TRAITS_H_

#include <type_traits>

#include "reference/failure.h"
#include "reference/outcome.h"

namespace heddle {

template <class T>
class Deferred;

template <class T>
inline constexpr bool kIsDeferred = false;
template <class T>
inline constexpr bool kIsDeferred<Deferred<T>> = true;

template <class T>
inline constexpr bool kIsOutcome = false;
template <class T>
inline constexpr bool kIsOutcome<Outcome<T>> = true;

// The type a chain carries after a callback that returns `R`.
template <class R>
struct ChainValueTraits {
  using Type = ValueOf<R>;
};
template <class T>
struct ChainValueTraits<Deferred<T>> {
  using Type = T;
};
template <class R>
using ChainValueOf = typename ChainValueTraits<std::decay_t<R>>::Type;

// What F, called with a T (nothing, for void) and the extra arguments,
// accepts and returns.
template <class T, class F, class... Args>
struct OnValueTraits {
  static constexpr bool kCallable =
      std::is_invocable_v<std::decay_t<F>, T, std::decay_t<Args>...>;
  using Result = std::invoke_result<std::decay_t<F>, T, std::decay_t<Args>...>;
};
template <class F, class... Args>
struct OnValueTraits<void, F, Args...> {
  static constexpr bool kCallable =
      std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>;
  using Result = std::invoke_result<std::decay_t<F>, std::decay_t<Args>...>;
};
template <class T, class F, class... Args>
concept CallableOnValue = OnValueTraits<T, F, Args...>::kCallable;
template <class T, class F, class... Args>
using ResultOnValue = typename OnValueTraits<T, F, Args...>::Result::type;

template <class F, class... Args>
concept CallableOnFailure = std::is_invocable_v < std::decay_t<F>,
const Failure&, std::decay_t<Args>... > ;
template <class F, class... Args>
using ResultOnFailure = std::invoke_result_t<std::decay_t<F>, const Failure&,
                                             std::decay_t<Args>...>;

// The type a chain of T carries after an errback that returns R: T, for which
// the result must do; or void after one that returns nothing.
template <class T, class R>
struct AfterErrbackTraits {
  using Value = std::decay_t<R>;
  static_assert(std::is_same_v<Value, Failure> ||
                    std::is_same_v<ChainValueOf<R>, T> ||
                    (!std::is_void_v<T> && !kIsDeferred<Value> &&
                     std::is_constructible_v<T, R>),
                "an errback returns what can stand for the chain's value: a T, "
                "an Outcome<T>, a Failure, a Deferred<T>, or nothing; to go on "
                "with another type use AddBoth");
  using Type = T;
};
template <class T>
struct AfterErrbackTraits<T, void> {
  using Type = void;
};
template <class T, class R>
using ValueAfterErrback = typename AfterErrbackTraits<T, R>::Type;

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_TRAITS_H_
