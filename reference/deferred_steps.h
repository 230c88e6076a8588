// SPDX-License-Identifier: Apache-2.0
//
// The typed half of a Deferred's callbacks: how they are kept, called, and what
// becomes of what they return.
#ifndef HEDDLE_REFERENCE_DEFERRED_STEPS_H_
#define HEDDLE_REFERENCE_DEFERRED_STEPS_H_

#include <cxxabi.h>

#include <exception>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "reference/chain_handle.h"
#include "reference/chain_result.h"
#include "reference/chain_step.h"
#include "reference/deferred_chain.h"
#include "reference/deferred_traits.h"
#include "reference/failure.h"
#include "reference/outcome.h"
#include "reference/step_slot.h"

namespace heddle {

// What deferred.h opens to the rest of the library.
struct DeferredAccess {
  template <class T>
  static ChainHandle TakeChain(Deferred<T>&& deferred) {
    return std::move(deferred.chain_);
  }

  // `chain` carries a T.
  template <class T>
  static Deferred<T> FromChain(ChainHandle chain) {
    return Deferred<T>(std::move(chain));
  }
};

// A result of type T from a T, an Outcome<T> or a Failure.
template <class T, class V>
ChainResult MakeChainResult(V&& value) {
  using Value = std::decay_t<V>;
  if constexpr (std::is_same_v<Value, Failure>) {
    return ChainResult::OfFailure(value.exception());
  } else if constexpr (kIsOutcome<Value>) {
    if (!value.ok()) return ChainResult::OfFailure(value.failure().exception());
    if constexpr (std::is_void_v<T>) {
      return ChainResult::OfValue<void>();
    } else {
      return ChainResult::OfValue<T>(std::forward<V>(value).value());
    }
  } else {
    return ChainResult::OfValue<T>(std::forward<V>(value));
  }
}

// Calls `call` and makes `result` what comes of it, as ChainStep::Run says.
// What `call` uses of `result` stays until it has returned.
template <class U, class Call>
ChainHandle Settle(ChainResult& result, Call&& call) {
  using Result = std::invoke_result_t<Call>;
  try {
    if constexpr (kIsDeferred<std::decay_t<Result>>) {
      Deferred<U> inner = call();
      result.Reset();
      return RequireReturned(DeferredAccess::TakeChain(std::move(inner)),
                             typeid(U), result);
    } else if constexpr (std::is_void_v<Result>) {
      call();
      result.Become<void>();
    } else if constexpr (std::is_same_v<Result, U>) {
      result.Become<U>(call());
    } else {  // it may refer to what is in `result`
      result = MakeChainResult<U>(call());
    }
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {
    result = ChainResult::OfFailure(std::current_exception());
  }
  return ChainHandle();
}

// Calls `callable` with the value in `result`, as an rvalue.
template <class T, class F>
decltype(auto) CallWithValue(F& callable, ChainResult& result) {
  if constexpr (std::is_void_v<T>) {
    return std::move(callable)();
  } else {
    return std::invoke(std::move(callable), std::move(result.Value<T>()));
  }
}

// Stands for the side of a pair that is not there (DF-05).
struct PassOn {};

// A pair of callbacks on a chain of T that goes on with U.
template <class T, class U, class OnValue, class OnFailure>
class CallStep final : public ChainStep {
 public:
  CallStep(OnValue on_value, OnFailure on_failure)
      : ChainStep(Kind::kCall, kHasDestructor),
        on_value_(std::move(on_value)),
        on_failure_(std::move(on_failure)) {}

  ChainHandle Run(ChainResult& result) override {
    return result.has_value() ? RunOnValue(result) : RunOnFailure(result);
  }

 private:
  static constexpr bool kHasDestructor =
      !std::is_trivially_destructible_v<OnValue> ||
      !std::is_trivially_destructible_v<OnFailure>;

  ChainHandle RunOnValue(ChainResult& result) {
    if constexpr (!std::is_same_v<OnValue, PassOn>) {
      return Settle<U>(result, [&]() -> decltype(auto) {
        return CallWithValue<T>(on_value_, result);
      });
    } else if constexpr (!std::is_same_v<T, U>) {
      static_assert(std::is_void_v<U>);
      result.Become<void>();
    }
    return ChainHandle();
  }

  ChainHandle RunOnFailure(ChainResult& result) {
    if constexpr (!std::is_same_v<OnFailure, PassOn>) {
      const Failure failure(result.exception());
      return Settle<U>(result, [&]() -> decltype(auto) {
        return std::invoke(std::move(on_failure_), failure);
      });
    }
    return ChainHandle();
  }

  [[no_unique_address]] OnValue on_value_;
  [[no_unique_address]] OnFailure on_failure_;
};

template <class T, class U, class OnValue, class OnFailure>
std::unique_ptr<ChainStep> MakeCallStep(StepSlot& slot, OnValue on_value,
                                        OnFailure on_failure) {
  return ChainStep::Make<CallStep<T, U, OnValue, OnFailure>>(
      slot, std::move(on_value), std::move(on_failure));
}

// One callback for both sides.
template <class T, class U, class OnResult>
class BothStep final : public ChainStep {
 public:
  explicit BothStep(OnResult on_result)
      : ChainStep(Kind::kCall, !std::is_trivially_destructible_v<OnResult>),
        on_result_(std::move(on_result)) {}

  ChainHandle Run(ChainResult& result) override {
    return Settle<U>(result, [&]() -> decltype(auto) {
      return std::invoke(std::move(on_result_), TakeOutcome(result));
    });
  }

 private:
  static Outcome<T> TakeOutcome(ChainResult& result) {
    // Like a value it moves: kept here until the call returns, it might outlive
    // its use on a thread that the call has given it to, and be destroyed here.
    if (result.has_failure()) return Failure(result.TakeException());
    if constexpr (std::is_void_v<T>) {
      return {};
    } else {
      return std::move(result.Value<T>());
    }
  }

  OnResult on_result_;
};

template <class T, class U, class F>
std::unique_ptr<ChainStep> MakeBothStep(StepSlot& slot, F&& on_result) {
  return ChainStep::Make<BothStep<T, U, std::decay_t<F>>>(
      slot, std::forward<F>(on_result));
}

// `callable` and arguments that follow the one it will be called with.
template <class F, class... Args>
auto BindTail(F&& callable, Args&&... args) {
  if constexpr (sizeof...(Args) == 0) {
    return std::decay_t<F>(std::forward<F>(callable));
  } else {
    return [callable = std::decay_t<F>(std::forward<F>(callable)),
            tail = std::tuple<std::decay_t<Args>...>(
                std::forward<Args>(args)...)]<class... First>(
               First&&... first) mutable -> decltype(auto) {
      return std::apply(
          [&](auto&... rest) -> decltype(auto) {
            return std::invoke(std::move(callable),
                               std::forward<First>(first)...,
                               std::move(rest)...);
          },
          tail);
    };
  }
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_STEPS_H_
