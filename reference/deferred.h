// SPDX-License-Identifier: Apache-2.0
//
// Deferred<T>: a result that is not there yet, and what shall become of it.
#ifndef HEDDLE_REFERENCE_DEFERRED_H_
#define HEDDLE_REFERENCE_DEFERRED_H_

#include <functional>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "reference/callable.h"
#include "reference/clock.h"
#include "reference/deferred_chain.h"
#include "reference/deferred_steps.h"
#include "reference/failure.h"
#include "reference/outcome.h"
#include "reference/step_slot.h"

namespace heddle {

class Scheduler;

// What it is: a copyable handle to one chain of callbacks that starts with a
// value of type T, or a failure, and hands each callback what the one before
// it returned. T is an object type, may be move-only, and may be void.
//
// A chain is one object with two ends. Its head has the type it was made with;
// that is what Callback() fires. Its tail has the type that the next callback
// will get. AddCallback(T -> U) returns a Deferred<U> for the same chain; from
// then on callbacks are attached through that handle. Attaching through a
// handle of another type than the tail's, or firing through a handle of
// another type than the head's, is a std::logic_error that says what the chain
// carries.
//
// Its states:
//   unfired    Callback, Errback or Cancel fires it, once (DF-09)
//   running    callbacks run, each once, in the order attached (DF-01); what
//              a callback attaches runs in the same pass, never nested (DF-12)
//   waiting    a callback returned an unfired Deferred; the chain goes on with
//              its result (DF-16); counts as fired (DF-10)
//   idle       fired, no callback left; holds the current result; a callback
//              attached now runs before the attaching call returns (DF-03)
//   consumed   the result has moved to another chain (DF-17); whoever still
//              attaches or waits gets AlreadyConsumed (BT-36)
// and, beside these, paused or not.
//
// What the caller must do: use all handles to a chain on one thread, the
// reactor's as a rule (DF-61); deferred_debug.h checks that. The one exception:
// handles may be copied and dropped on any thread. What the last one takes with
// it, callbacks not run and the report of a failure included, ends on the
// thread that drops it.
//
// What it promises: callbacks, the canceller and what they capture are
// released as soon as they have run or can run no more (DF-15); chains that
// wait for one another live as long as a handle to any of them (DF-22) and no
// longer; firing, waiting, cancelling and destruction take constant stack
// however many chains hang together (DF-21, BT-28). A failure that is the
// current result when the last handle goes is reported, once (DF-40), to the
// hook of unhandled_failures.h, which also says who holds one meanwhile.
//
// Happens-before: none, but for the count of handles: what was done before a
// handle was dropped is visible to what the last drop destroys.
//
// Destruction: of a handle, at any time, in the chain's own callbacks too
// (DF-14). Chains that go while another chain goes are destroyed after it.
template <class T>
class Deferred {
  static_assert(!kIsDeferred<T>,
                "a Deferred cannot be the value of a Deferred: write the inner "
                "type, and return the inner Deferred from a callback");
  static_assert(!kIsOutcome<T> && !std::is_same_v<T, Failure>,
                "a Deferred holds its value or failure itself: write "
                "Deferred<T> for an Outcome<T>");
  static_assert(std::is_void_v<T> ||
                    (std::is_object_v<T> && std::is_same_v<T, std::decay_t<T>>),
                "a Deferred's value is an object of unqualified type, or void");

 public:
  // Called by Cancel(), at most once, with the Deferred (DF-34). It may fire
  // it (DF-32); if it does not, or throws, the Deferred fails with
  // CancelledError (DF-33, BT-27).
  using Canceller = std::move_only_function<void(Deferred<T>&)>;

  // A new chain, unfired.
  Deferred() : chain_(DeferredChain::Make(typeid(T))) {}

  // As above. Throws std::invalid_argument if the canceller is empty.
  explicit Deferred(Canceller canceller) {
    RequireCallable("Deferred::Deferred", canceller);
    chain_ = DeferredChain::Make(typeid(T), [canceller = std::move(canceller)](
                                                ChainHandle chain) mutable {
      Deferred deferred(std::move(chain));
      canceller(deferred);
    });
  }

  // Copies are handles to the same chain. A handle that was moved from is
  // good for assignment and destruction; all else is a std::logic_error.
  Deferred(const Deferred&) = default;
  Deferred(Deferred&&) noexcept = default;
  Deferred& operator=(const Deferred&) = default;
  Deferred& operator=(Deferred&&) noexcept = default;
  ~Deferred() = default;

  // Fires with `value`, and runs the callbacks before returning (DF-01). A
  // Failure, or an Outcome without a value, is the same as Errback (DF-07).
  // Throws AlreadyCalledError if fired before, with nothing changed (DF-09),
  // and says by whom if debugging (DF-62);
  // but the first call after a Cancel() without canceller is ignored (DF-31).
  template <class V = T>
    requires(!std::is_void_v<V>)
  void Callback(V&& value) const {
    using Value = std::decay_t<V>;
    static_assert(!kIsDeferred<Value>,
                  "Deferred::Callback: a Deferred is no value: return it from "
                  "a callback, or write inner.ChainDeferred(this_one)");
    static_assert(kIsOutcome<Value> || std::is_same_v<Value, Failure> ||
                      std::is_constructible_v<T, V>,
                  "Deferred::Callback: this is not the Deferred's value type");
    Fire("Deferred::Callback", MakeChainResult<T>(std::forward<V>(value)));
  }

  void Callback() const
    requires std::is_void_v<T>
  {
    Fire("Deferred::Callback", ChainResult::OfValue<void>());
  }

  // Fires with a failure; otherwise as Callback.
  void Errback(Failure failure) const {
    Chain("Deferred::Errback")
        .Fire("Deferred::Errback", ChainResult::OfFailure(failure.exception()));
  }

  // Wraps `error`, any copyable object to be thrown.
  template <class E>
    requires(!std::is_same_v<std::decay_t<E>, Failure>)
  void Errback(E&& error) const {
    if constexpr (std::is_same_v<std::decay_t<E>, std::exception_ptr>) {
      Errback(Failure(std::forward<E>(error)));
    } else {
      Errback(Failure::Of(std::forward<E>(error)));
    }
  }

  // Takes the exception being handled. Outside a handler:
  // std::invalid_argument, and the Deferred stays unfired (DF-08).
  void Errback() const { Errback(Failure::Current()); }

  // Attaches `on_value(T, args...)`, skipped if the result is a failure then
  // (DF-05). It returns a U, nothing, an Outcome<U>, a Failure, or a
  // Deferred<U>, whose result the chain then waits for and takes (DF-16). What
  // it throws is the failure that goes on (DF-04). Callable and arguments are
  // copied, or moved, now. Returns a Deferred<U> for the same chain. As with
  // all that follow, a handle that is an rvalue moves into the one returned.
  template <class F, class... Args>
  auto AddCallback(F&& on_value, Args&&... args) const& {
    return Deferred(*this).AddCallback(std::forward<F>(on_value),
                                       std::forward<Args>(args)...);
  }

  template <class F, class... Args>
  auto AddCallback(F&& on_value, Args&&... args) && {
    static_assert(CallableOnValue<T, F, Args...>,
                  "Deferred::AddCallback: the callable must accept the "
                  "Deferred's value and then the extra arguments");
    RequireCallable("Deferred::AddCallback", on_value);
    using U = ChainValueOf<ResultOnValue<T, F, Args...>>;
    return Attach<U>("Deferred::AddCallback", [&](StepSlot& slot) {
      return MakeCallStep<T, U>(
          slot,
          BindTail(std::forward<F>(on_value), std::forward<Args>(args)...),
          PassOn());
    });
  }

  // Attaches `on_failure(const Failure&, args...)`, skipped if the result is a
  // value then. It returns what can stand for a T: a T, an Outcome<T>, a
  // Failure or a Deferred<T>; with one that returns nothing, the chain is a
  // Deferred<void> from there on, and a value that passes it is dropped.
  template <class F, class... Args>
  auto AddErrback(F&& on_failure, Args&&... args) const& {
    return Deferred(*this).AddErrback(std::forward<F>(on_failure),
                                      std::forward<Args>(args)...);
  }

  template <class F, class... Args>
  auto AddErrback(F&& on_failure, Args&&... args) && {
    static_assert(CallableOnFailure<F, Args...>,
                  "Deferred::AddErrback: the callable must accept a const "
                  "Failure& and then the extra arguments");
    RequireCallable("Deferred::AddErrback", on_failure);
    using U = ValueAfterErrback<T, ResultOnFailure<F, Args...>>;
    return Attach<U>("Deferred::AddErrback", [&](StepSlot& slot) {
      return MakeCallStep<T, U>(
          slot, PassOn(),
          BindTail(std::forward<F>(on_failure), std::forward<Args>(args)...));
    });
  }

  // Attaches both as one pair: one of them is called, and what that one throws
  // the other does not see (DF-04).
  template <class F, class G>
  auto AddCallbacks(F&& on_value, G&& on_failure) const& {
    return Deferred(*this).AddCallbacks(std::forward<F>(on_value),
                                        std::forward<G>(on_failure));
  }

  template <class F, class G>
  auto AddCallbacks(F&& on_value, G&& on_failure) && {
    static_assert(CallableOnValue<T, F>,
                  "Deferred::AddCallbacks: the first callable must accept the "
                  "Deferred's value");
    static_assert(CallableOnFailure<G>,
                  "Deferred::AddCallbacks: the second callable must accept a "
                  "const Failure&");
    RequireCallable("Deferred::AddCallbacks", on_value);
    RequireCallable("Deferred::AddCallbacks", on_failure);
    using U = ValueAfterErrback<ChainValueOf<ResultOnValue<T, F>>,
                                ResultOnFailure<G>>;
    return Attach<U>("Deferred::AddCallbacks", [&](StepSlot& slot) {
      return MakeCallStep<T, U>(slot,
                                std::decay_t<F>(std::forward<F>(on_value)),
                                std::decay_t<G>(std::forward<G>(on_failure)));
    });
  }

  // Attaches `on_result(Outcome<T>)`, called whatever the result is (DF-06);
  // returns as AddCallback does.
  template <class F>
  auto AddBoth(F&& on_result) const& {
    return Deferred(*this).AddBoth(std::forward<F>(on_result));
  }

  template <class F>
  auto AddBoth(F&& on_result) && {
    static_assert(std::is_invocable_v<std::decay_t<F>, Outcome<T>>,
                  "Deferred::AddBoth: the callable must accept an Outcome<T> "
                  "for the Deferred's T");
    RequireCallable("Deferred::AddBoth", on_result);
    using U = ChainValueOf<std::invoke_result_t<std::decay_t<F>, Outcome<T>>>;
    return Attach<U>("Deferred::AddBoth", [&](StepSlot& slot) {
      return MakeBothStep<T, U>(slot, std::forward<F>(on_result));
    });
  }

  // Attaches the firing of `other`: it gets this chain's result, which is then
  // consumed here. If `other` has fired already, AlreadyCalledError is this
  // chain's result instead. Cancelling `other` does not touch this one
  // (DF-24). `other`'s head is of type T, and it is another chain.
  void ChainDeferred(const Deferred& other) const {
    DeferredChain& target = other.Chain("Deferred::ChainDeferred");
    target.RequireHead("Deferred::ChainDeferred", typeid(T));
    DeferredChain& chain = Chain("Deferred::ChainDeferred");
    chain.RequireTail("Deferred::ChainDeferred", typeid(T));
    chain.Forward(other.chain_);
  }

  // Sets a limit on the time until a result gets here: what has been attached
  // before is covered, what is attached later is not (DF-45). When `limit` has
  // passed, the Deferred is cancelled, as by Cancel(); a CancelledError that
  // then gets here becomes a TimeoutError whose text tells the limit (DF-43),
  // any other result goes on unchanged (DF-46). A result in time ends the limit
  // (DF-44); so does a Cancel() by others, which stays a CancelledError
  // (DF-48). Of several limits the shortest counts (DF-49).
  //
  // The timer keeps the Deferred, so that after `limit` its callbacks run even
  // if whoever was to fire it has dropped it. A scheduler that goes earlier
  // takes the limit with it: let it outlive what it limits.
  //
  // On the scheduler's thread. Throws std::invalid_argument if `limit` is
  // negative or NaN, with nothing changed; infinity is no limit.
  Deferred AddTimeout(Seconds limit, Scheduler& scheduler) const;

  // The same with `translate(Outcome<T>, Seconds limit)` in place of the
  // TimeoutError: called after a timeout only, with whatever the result is then
  // (DF-47). It returns a T, an Outcome<T>, a Failure or a Deferred<T>; what it
  // throws is the failure that goes on.
  template <class F>
  Deferred AddTimeout(Seconds limit, Scheduler& scheduler, F&& translate) const;

  // Unfired: calls the canceller, and fails the Deferred with CancelledError
  // if that has not fired it (DF-31 to DF-34). Waiting: cancels what it waits
  // for, instead (DF-36). Else does nothing (DF-35).
  void Cancel() const { Chain("Deferred::Cancel").Cancel(); }

  // While paused, results and callbacks are only recorded. Pauses nest; the
  // last Unpause() runs what is ready (DF-27). A pass in progress goes on
  // (DF-29). Unpause without Pause is a std::logic_error (BT-30).
  void Pause() const { Chain("Deferred::Pause").Pause(); }
  void Unpause() const { Chain("Deferred::Unpause").Unpause(); }

  // Hands the chain over: the next thread that uses it, otherwise than by
  // copying or dropping a handle, is the one it belongs to. The caller sees to
  // it that what this thread did happens before that, and keeps its own hands
  // off. Without effect but for a chain made while debugging.
  void DetachFromThread() const {
    if (!chain_) ThrowMovedFrom("Deferred::DetachFromThread");
    chain_->DetachFromThread();
  }

  // Whether it has been fired.
  bool called() const { return Chain("Deferred::called").called(); }

 private:
  template <class U>
  friend class Deferred;
  friend struct DeferredAccess;

  explicit Deferred(ChainHandle chain) noexcept : chain_(std::move(chain)) {}

  DeferredChain& Chain(const char* function) const {
    if (!chain_) ThrowMovedFrom(function);
    chain_->RequireThread(function);
    return *chain_;
  }

  void Fire(const char* function, ChainResult result) const {
    DeferredChain& chain = Chain(function);
    chain.RequireHead(function, typeid(T));
    chain.Fire(function, std::move(result));
  }

  // Attaches the step that `make_step` makes in a StepSlot or elsewhere. That,
  // and the callbacks, may drop *this; the handle to return, into which this
  // one moves, keeps the chain.
  template <class U, class MakeStep>
  Deferred<U> Attach(const char* function, MakeStep&& make_step) {
    Chain(function).RequireTail(function, typeid(T));
    Deferred<U> next(std::move(chain_));
    DeferredChain& chain = *next.chain_;
    chain.Attach(make_step(chain.slot()), typeid(U));
    return next;
  }

  Deferred Limit(Seconds limit, Scheduler& scheduler,
                 std::unique_ptr<ChainStep> translate) const;

  ChainHandle chain_;
};

}  // namespace heddle

#include "reference/deferred_functions.h"  // IWYU pragma: export
#include "reference/deferred_timeout.h"    // IWYU pragma: export

#endif  // HEDDLE_REFERENCE_DEFERRED_H_
