// SPDX-License-Identifier: Apache-2.0
//
// Deferred::AddTimeout: a limit on how long a result may take; included by
// deferred.h, which says what it promises.
#ifndef HEDDLE_REFERENCE_DEFERRED_TIMEOUT_H_
#define HEDDLE_REFERENCE_DEFERRED_TIMEOUT_H_

#include <functional>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "reference/chain_handle.h"
#include "reference/chain_result.h"
#include "reference/chain_step.h"
#include "reference/clock.h"
#include "reference/deferred.h"
#include "reference/deferred_steps.h"
#include "reference/delayed_call.h"

namespace heddle {

class Scheduler;

// The end of what a limit covers: the step that a result passes in time or, if
// the timer was first, has to be translated at.
//
// The timer keeps the chain, and the chain keeps this step, which has a handle
// to the timer. That ends when the timer fires or goes, which happens here at
// the latest if the chain is fired at all.
class TimeoutStep final : public ChainStep {
 public:
  // Sets the timer. `translate` is the step to run after a timeout; null
  // stands for the one that makes a TimeoutError of a CancelledError. Throws
  // what Scheduler::CallLater throws.
  TimeoutStep(Seconds limit, Scheduler& scheduler, ChainHandle chain,
              std::unique_ptr<ChainStep> translate);

  ChainHandle Run(ChainResult& result) override;

 private:
  const Seconds limit_;
  const std::unique_ptr<ChainStep> translate_;
  const std::shared_ptr<bool>
      passed_;  // set by the timer, which may outlive us
  DelayedCall timer_;
};

// `limit`; std::invalid_argument if it is negative or NaN.
Seconds RequireTimeout(Seconds limit);

// What a translator may return for a chain of T.
template <class T, class R>
concept StandsFor = std::is_same_v<std::decay_t<R>, Failure> ||
    std::is_same_v<ChainValueOf<R>, T> ||
    (!std::is_void_v<T> && !std::is_void_v<R> &&
     !kIsDeferred<std::decay_t<R>> && std::is_constructible_v<T, R>);

template <class T>
Deferred<T> Deferred<T>::AddTimeout(Seconds limit, Scheduler& scheduler) const {
  return Limit(RequireTimeout(limit), scheduler, nullptr);
}

template <class T>
template <class F>
Deferred<T> Deferred<T>::AddTimeout(Seconds limit, Scheduler& scheduler,
                                    F&& translate) const {
  static_assert(std::is_invocable_v<std::decay_t<F>, Outcome<T>, Seconds>,
                "Deferred::AddTimeout: the translator must accept an "
                "Outcome<T> for the Deferred's T, and Seconds");
  using Result = std::invoke_result_t<std::decay_t<F>, Outcome<T>, Seconds>;
  static_assert(StandsFor<T, Result>,
                "Deferred::AddTimeout: the translator returns what can stand "
                "for the Deferred's value: a T, an Outcome<T>, a Failure or a "
                "Deferred<T>");
  RequireCallable("Deferred::AddTimeout", translate);
  RequireTimeout(limit);
  auto on_result =
      [limit, translate = std::decay_t<F>(std::forward<F>(translate))](
          Outcome<T> outcome) mutable -> Result {
    return std::invoke(std::move(translate), std::move(outcome), limit);
  };
  return Limit(limit, scheduler,
               std::make_unique<BothStep<T, T, decltype(on_result)>>(
                   std::move(on_result)));
}

template <class T>
Deferred<T> Deferred<T>::Limit(Seconds limit, Scheduler& scheduler,
                               std::unique_ptr<ChainStep> translate) const {
  constexpr const char* kFunction = "Deferred::AddTimeout";
  Chain(kFunction).RequireTail(kFunction,
                               typeid(T));  // before there is a timer
  return Deferred(*this).template Attach<T>(kFunction, [&](StepSlot& slot) {
    return ChainStep::Make<TimeoutStep>(slot, limit, scheduler, chain_,
                                        std::move(translate));
  });
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_TIMEOUT_H_
