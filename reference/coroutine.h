// SPDX-License-Identifier: Apache-2.0
//
// Coroutines: callbacks written one below the other.
// From reference/examples/coroutines.cc:
//
//   heddle::Deferred<int> SumOfSquares(heddle::Reactor& reactor, int count) {
//     int sum = 0;
//     for (int i = 1; i <= count; ++i) {
//       const int square = co_await heddle::DeferToThread(reactor, Square, i);
//       sum += square;
//     }
//     co_return sum;
//   }
#ifndef HEDDLE_REFERENCE_COROUTINE_H_
#define HEDDLE_REFERENCE_COROUTINE_H_

#include <coroutine>
#include <exception>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "reference/chain_handle.h"
#include "reference/chain_result.h"
#include "reference/deferred.h"
#include "reference/deferred_chain.h"
#include "reference/deferred_steps.h"
#include "reference/outcome.h"

namespace heddle {

// What it is: a function that returns a Deferred<T> and contains co_await or
// co_return is a coroutine, as soon as this header is included. It is the first
// callback of the Deferred it returns; what it awaits, that callback waits for.
// So all that deferred.h says of a Deferred that waits holds here (DF-64).
//
// Its states:
//   running   begun by the call itself, before that returns; it counts as
//             fired: called() is true, firing it is AlreadyCalledError (DF-10)
//   waiting   at a co_await. Cancel() on its Deferred cancels what it awaits
//             (DF-36), whose failure co_await then throws: it may be caught.
//             Pause() on its Deferred holds it there.
//   over      co_return gives the Deferred its value, an exception that leaves
//             the body its failure. The body's frame, its parameters included,
//             is gone before the callbacks run.
//
// What the caller must do: all on one thread (DF-61): to have something done
// elsewhere, co_await DeferToThread(reactor, f). Let reference parameters, and
// the captures of a lambda that is a coroutine, outlive the coroutine, not just
// the call. Await what the frame itself holds by moving it: `co_await
// std::move(deferred)`; a frame that keeps a handle to what it waits for keeps
// itself alive, and is never freed if that never fires. Await only Deferreds,
// and write each co_await as a statement of its own, `int x = co_await ...;`:
// of several in one expression gcc 12 awaits all before the first can throw.
//
// What it promises: `co_await deferred` takes the result: the value, or it
// throws the original exception (TP-19). The Deferred is consumed then, so that
// awaiting it again throws AlreadyConsumed; awaiting the coroutine's own
// Deferred, or what waits for it, throws std::logic_error. Stack use does not
// grow with the number of awaits, fired or not, nor with the number of
// coroutines that wait for one another, when they resume, are cancelled, or are
// destroyed. Only calls that nest use stack as calls do: a coroutine begun by a
// coroutine that has not waited yet.
//
// Happens-before: as for Deferred.
//
// Destruction: dropping its Deferred does not end a coroutine that waits for
// something somebody may still fire. When the last handle to all of them goes,
// the frame is destroyed with its locals, once, at the co_await; the Deferred
// then never fires. As with other callbacks, no thread may be cancelled
// (pthread_cancel) before the coroutine's first co_await: std::terminate.

class CoroutineStep;

// What the body and the step that resumes it hand each other.
class CoroutineState {
 public:
  CoroutineState(const CoroutineState&) = delete;
  CoroutineState& operator=(const CoroutineState&) = delete;

  // For co_await: the chain to wait for. Throws std::logic_error if the handle
  // has been moved from, or the chain carries another type than `type`.
  static ChainHandle RequireAwaited(ChainHandle chain,
                                    const std::type_info& type);

  // Waits for `chain`, whose result goes to `*result`.
  void Await(ChainHandle chain, ChainResult* result) noexcept {
    awaited_ = std::move(chain);
    resumed_with_ = result;
  }

  // How the body ended.
  void End(ChainResult result) noexcept { ended_with_ = std::move(result); }
  void EndWithException();

 protected:
  CoroutineState();
  ~CoroutineState();

  // The chain whose first callback the body is; it carries `type`.
  void Become(ChainHandle chain, const std::type_info& type);

  // Runs the body up to its first co_await. The frame may be gone on return.
  void Begin(std::coroutine_handle<> frame) noexcept;

 private:
  friend class CoroutineStep;

  // Both empty once begun: a frame that kept its own chain would never go.
  ChainHandle chain_;
  std::unique_ptr<CoroutineStep> step_;
  const std::type_info* type_ = nullptr;

  ChainHandle awaited_;
  ChainResult* resumed_with_ = nullptr;  // in the frame
  ChainResult ended_with_;
};

template <class V>
class CoroutineAwaiter {
 public:
  CoroutineAwaiter(CoroutineState& state, Deferred<V>&& awaited)
      : state_(state),
        chain_(CoroutineState::RequireAwaited(
            DeferredAccess::TakeChain(std::move(awaited)), typeid(V))) {}

  // Never, even if it has fired: only the loop that resumes knows whether the
  // result is there for this chain to take.
  bool await_ready() const noexcept { return false; }

  void await_suspend(std::coroutine_handle<>) noexcept {
    state_.Await(std::move(chain_), &result_);
  }

  V await_resume() {
    if (result_.has_failure()) std::rethrow_exception(result_.exception());
    if constexpr (!std::is_void_v<V>) return std::move(result_.Value<V>());
  }

 private:
  CoroutineState& state_;
  ChainHandle chain_;
  // Here, not in the state: of two co_await in one expression, gcc 12 waits
  // for both before it asks for the results.
  ChainResult result_;
};

// What every coroutine's promise has, whatever it returns.
template <class T>
class CoroutinePromiseBase : public CoroutineState {
 public:
  Deferred<T> get_return_object() {
    Deferred<T> deferred;
    Become(DeferredAccess::TakeChain(Deferred<T>(deferred)), typeid(T));
    return deferred;
  }

  auto initial_suspend() noexcept {
    struct BeginHere {
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> frame) const noexcept {
        promise.Begin(frame);
      }
      void await_resume() const noexcept {}
      CoroutinePromiseBase& promise;
    };
    return BeginHere{*this};
  }
  std::suspend_always final_suspend() noexcept { return {}; }

  void unhandled_exception() { EndWithException(); }

  template <class V>
  CoroutineAwaiter<V> await_transform(const Deferred<V>& awaited) {
    return CoroutineAwaiter<V>(*this, Deferred<V>(awaited));
  }
  template <class V>
  CoroutineAwaiter<V> await_transform(Deferred<V>&& awaited) {
    return CoroutineAwaiter<V>(*this, std::move(awaited));
  }
  template <class A>
  requires(!kIsDeferred<std::decay_t<A>>) void await_transform(A&&) {
    static_assert(kIsDeferred<std::decay_t<A>>,
                  "co_await: a coroutine that returns a Deferred can await "
                  "Deferreds only");
  }
};

template <class T>
class CoroutinePromise final : public CoroutinePromiseBase<T> {
 public:
  // co_return of a T, an Outcome<T>, or a Failure.
  template <class V = T>
  void return_value(V&& value) {
    using Value = std::decay_t<V>;
    static_assert(!kIsDeferred<Value>,
                  "co_return: a Deferred is no value: write co_return co_await "
                  "deferred");
    static_assert(kIsOutcome<Value> || std::is_same_v<Value, Failure> ||
                      std::is_constructible_v<T, V>,
                  "co_return: this is not the Deferred's value type");
    this->End(MakeChainResult<T>(std::forward<V>(value)));
  }
};

template <>
class CoroutinePromise<void> final : public CoroutinePromiseBase<void> {
 public:
  void return_void() noexcept { End(ChainResult::OfValue<void>()); }
};

}  // namespace heddle

template <class T, class... Args>
struct std::coroutine_traits<heddle::Deferred<T>, Args...> {
  using promise_type = heddle::CoroutinePromise<T>;
};

#endif  // HEDDLE_REFERENCE_COROUTINE_H_
