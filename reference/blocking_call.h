// SPDX-License-Identifier: Apache-2.0
//
// BlockingCall: a call to the reactor's thread, and the thread that waits for
// its answer.
#ifndef HEDDLE_REFERENCE_BLOCKING_CALL_H_
#define HEDDLE_REFERENCE_BLOCKING_CALL_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "reference/deferred.h"
#include "reference/futex.h"
#include "reference/outcome.h"
#include "reference/pending_answers.h"

namespace heddle {

class Reactor;

// What it is: what BlockingCallFromThread is made of. Shared by the waiting
// thread and the reactor's, so that an answer which comes too late touches
// nothing that has gone (TH-27).
//
// Its states:
//
//                the reactor's thread      the waiting thread
//   kWaiting     claims: kBegun            gives up: kGivenUp
//   kBegun       answers: kAnswered        gives up: kGivenUp, and asks the
//                ends:    kAbandoned       reactor's thread to cancel
//   kAnswered    -                         takes the outcome
//   kAbandoned   -                         throws ReactorStopped
//   kGivenUp     -                         throws TimeoutError
//
// and, in the first two, whether the waiting thread sleeps. First it waits
// awake, for some microseconds: a reactor that is awake answers sooner than a
// thread can be put to sleep.
//
//   the reactor's thread                   the waiting thread
//   R1. one compare and exchange ends      W1. a compare and exchange adds to
//       the call, and tells whether the        the state that it sleeps
//       waiting thread sleeps              W2. sleeps, unless the state has
//   R2. if so: wakes it                        changed since W1
//                                          W3. reads the state
//
// What must not happen is that it sleeps beside an answer: R1 and W1 change one
// word. If R1 comes first, W1 fails, and it reads again; if W1 does, R1 sees
// that it sleeps, and R2 comes after W2 or finds that W2 sees the change.
//
// What the caller must do: MakeAndWait() once, then take the outcome.
//
// What it promises: the function runs at most once, on the reactor's thread,
// and not at all after the waiting thread has got another answer. It is
// destroyed before the waiting thread goes on, unless that gave up while it
// ran.
//
// Happens-before: MakeAndWait before the function; what answers before the
// return of MakeAndWait.
//
// Destruction: with the last of those that share it.
class BlockingCall : public PendingAnswer,
                     public std::enable_shared_from_this<BlockingCall> {
 public:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  // Throws WouldDeadlock on the reactor's thread (TH-24).
  static void RequireOtherThread(const char* function, const Reactor& reactor);

  // Throws std::invalid_argument if `timeout` is negative. One that goes
  // beyond what the clock can say is no deadline.
  static Deadline DeadlineAfter(const char* function,
                                std::chrono::nanoseconds timeout);

  explicit BlockingCall(Reactor& reactor) : reactor_(reactor) {}
  virtual ~BlockingCall() = default;

  // Returns when there is an outcome. Throws ReactorStopped if there will be
  // none, TimeoutError if it comes after the deadline, UsedInForkedChild.
  void MakeAndWait(const char* function, Deadline deadline);

  // PendingAnswer: the reactor stops (BT-01).
  void Abandon() noexcept override;

 protected:
  // On the reactor's thread: calls the function, destroys it, and has Answer()
  // called when there is an outcome.
  virtual void Call() = 0;
  virtual void ReleaseFunction() = 0;
  // On the reactor's thread: the Deferred that the function returned, if any.
  virtual void CancelInner() = 0;
  virtual void ReleaseInner() = 0;

  void Answer();

 private:
  enum class State : std::uint32_t {
    kWaiting,
    kBegun,
    kAnswered,
    kAbandoned,
    kGivenUp
  };
  // In the word, beside the state.
  static constexpr std::uint32_t kSleeps = 8;

  class CallTask;
  class CancelTask;

  static bool IsEnd(State state) {
    return state != State::kWaiting && state != State::kBegun;
  }
  State state() const {
    return static_cast<State>(word_.load(std::memory_order_acquire) &
                              ~kSleeps);
  }
  // Whether the state was `from`.
  bool Move(State from, State to);

  bool Claim();
  State Await(Deadline deadline);
  bool AwaitAwake() const;
  State GiveUp();
  void CancelOnReactorThread();

  Reactor& reactor_;
  // From MakeAndWait on. The reactor would refuse it in a forked child, where
  // its thread may still have to answer.
  PendingAnswers* owed_ = nullptr;
  FutexWord word_ = static_cast<std::uint32_t>(State::kWaiting);
  // Keeps a listed call alive; belongs to who has taken it off the list.
  std::shared_ptr<BlockingCall> self_;
};

// The same for a function type and the T that the caller gets.
template <class T, class F>
class TypedBlockingCall final : public BlockingCall {
 public:
  TypedBlockingCall(Reactor& reactor, F function)
      : BlockingCall(reactor), function_(std::move(function)) {}

  // After MakeAndWait() has returned.
  T TakeAnswer() { return (*std::exchange(outcome_, std::nullopt)).Take(); }

 protected:
  void Call() override {
    if constexpr (kIsDeferred<std::decay_t<std::invoke_result_t<F>>>) {
      Outcome<Deferred<T>> inner = CallFunction();
      if (inner.ok()) {
        AnswerWith(std::move(inner).value());
      } else {
        AnswerNow(inner.failure());
      }
    } else {
      AnswerNow(CallFunction());
    }
  }

  void ReleaseFunction() override { function_.reset(); }

  // Copied, since it lets go of inner_ when it fires.
  void CancelInner() override {
    if (const std::optional<Deferred<T>> inner = inner_) inner->Cancel();
  }

  void ReleaseInner() override { inner_.reset(); }

 private:
  auto CallFunction() {
    auto outcome =
        Capture([this]() -> decltype(auto) { return std::move(*function_)(); });
    function_.reset();
    return outcome;
  }

  void AnswerNow(Outcome<T> outcome) {
    outcome_.emplace(std::move(outcome));
    Answer();
  }

  // Consumes the result (TH-19). The end of the chain holds this call, which
  // holds the chain, until it fires or the reactor ends.
  void AnswerWith(const Deferred<T>& inner) {
    Deferred<T> end;
    end.AddBoth([this, self = this->shared_from_this()](Outcome<T> outcome) {
      inner_.reset();
      AnswerNow(std::move(outcome));
    });
    inner_ = inner;
    try {
      inner.ChainDeferred(end);
    } catch (...) {  // the handle is not at the end of its chain
      end.Errback();
    }
  }

  std::optional<F> function_;
  std::optional<Outcome<T>> outcome_;  // the reactor's, until answered
  std::optional<Deferred<T>> inner_;   // the reactor's thread's
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_BLOCKING_CALL_H_
