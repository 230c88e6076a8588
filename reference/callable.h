// SPDX-License-Identifier: Apache-2.0
//
// Taking a callable and its arguments from a caller: checked, copied, kept.
#ifndef HEDDLE_REFERENCE_CALLABLE_H_
#define HEDDLE_REFERENCE_CALLABLE_H_

#include <functional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace heddle {

// Decayed copies of `F` and `Args` can be called, once, as rvalues.
template <class F, class... Args>
concept CallableWith =
    std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>;

// What that call returns.
template <class F, class... Args>
using CallResult =
    std::invoke_result_t<std::decay_t<F>, std::decay_t<Args>...>;

// A type whose values may be empty: pointers, std::function and its kin.
template <class F>
concept Emptiable = std::is_pointer_v<F> || std::is_member_pointer_v<F> ||
                    requires { &F::operator bool; };

// Throws std::invalid_argument naming `function` if `callable` is a null
// pointer or an empty function object (RT-11).
template <class F>
void RequireCallable(const char* function, const F& callable) {
  using Decayed = std::decay_t<F>;
  if constexpr (Emptiable<Decayed>) {
    if (!static_cast<bool>(static_cast<const Decayed&>(callable))) {
      throw std::invalid_argument(std::string(function) +
                                  ": the callable is empty");
    }
  }
}

// One callable from `callable` and `args`: decayed copies, owned by the
// result, handed on as rvalues when it is called, once (TP-15).
template <class F, class... Args>
auto BindCall(F&& callable, Args&&... args) {
  if constexpr (sizeof...(Args) == 0) {
    return std::decay_t<F>(std::forward<F>(callable));
  } else {
    return [callable = std::decay_t<F>(std::forward<F>(callable)),
            arguments = std::tuple<std::decay_t<Args>...>(
                std::forward<Args>(args)...)]() mutable -> decltype(auto) {
      return std::apply(std::move(callable), std::move(arguments));
    };
  }
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CALLABLE_H_
