// SPDX-License-Identifier: Apache-2.0
//
// ThreadCall: a call on its way to a pool, and its result on the way back.
#ifndef HEDDLE_REFERENCE_THREAD_CALL_H_
#define HEDDLE_REFERENCE_THREAD_CALL_H_

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "reference/context.h"
#include "reference/deferred.h"
#include "reference/failure.h"
#include "reference/outcome.h"
#include "reference/pending_answers.h"
#include "reference/submission.h"
#include "reference/task_ending.h"
#include "reference/thread_pool.h"

namespace heddle {

class Reactor;

// What it is: what DeferToThread is made of. The pool's task, the reactor's
// list of owed results and the call back to the reactor's thread share it.
//
// Its states:
//
//               the pool's side               the reactor's thread
//   kWaiting    begins or refuses: kBegun     withdraws: kWithdrawn
//   kBegun      returns: kReturning           withdraws: kWithdrawn
//   kReturning  has posted: kReturned         waits for kReturned
//   kReturned   -                             -
//   kWithdrawn  does nothing any more         -
//
// The pool's side is the worker, or who learns that the pool refuses. The
// reactor's thread withdraws the call when its Deferred is cancelled or the
// reactor ends. No user code runs in kReturning.
//
// What the caller must do: Submit() once, on the reactor's thread.
//
// What it promises: the Deferred fires once, on the reactor's thread, and is
// touched nowhere else; it is handed over to that thread if another one has
// set it up, before the reactor ran. A call withdrawn before it began never
// runs (TH-09). The reactor is not touched once the call is withdrawn, so a
// pool may outlive the reactor. No lock is held anywhere.
//
// Happens-before: Submit before the call; all the call did before the Deferred
// fires.
//
// Destruction: with the last of those that share it.
class ThreadCall : public PendingAnswer,
                   public std::enable_shared_from_this<ThreadCall> {
 public:
  // `stop` is asked to stop if the call is withdrawn while it runs; it may be
  // without a state.
  ThreadCall(Reactor& reactor, std::stop_source stop)
      : reactor_(reactor),
        context_(Context::Current()),
        stop_(std::move(stop)) {}
  virtual ~ThreadCall() = default;

  // Hands the call to `pool`, or to the reactor's own if that is null. A
  // refusal reaches the Deferred later, through the reactor (TH-12); but the
  // Deferred fails at once if the reactor will run nothing any more. Throws,
  // with nothing kept, what making or calling the pool throws.
  void Submit(ThreadPool* pool);

  // The Deferred is being cancelled: the call will not fire it.
  void Cancel();

  // PendingAnswer: the reactor ends (BT-04).
  void Abandon() noexcept override;

 protected:
  // Calls the function and keeps the outcome; kFailed if it is a failure.
  virtual TaskEnding Call() = 0;
  virtual void ReleaseFunction() = 0;
  // Fire the Deferred, with the outcome or with `failure`, and let go of it.
  virtual void Fire() = 0;
  virtual void Fail(const Failure& failure) = 0;
  // Lets go of the Deferred.
  virtual void ReleaseDeferred() = 0;

 private:
  enum class State { kWaiting, kBegun, kReturning, kReturned, kWithdrawn };

  class PoolTask;
  class ReturnTask;

  TaskEnding RunOnWorker();
  void Refuse(Refusal refusal);
  void Return();
  void Arrive();
  void Withdraw();
  bool Move(State from, State to);
  bool TakeOffList();

  Reactor& reactor_;
  const Context context_;
  std::stop_source stop_;  // the reactor's thread's
  std::atomic<State> state_ = State::kWaiting;
  // Why the pool did not run it; the pool's side's, then the reactor's.
  std::optional<Failure> refused_;
  // Keeps a listed call alive; belongs to who has taken it off the list.
  std::shared_ptr<ThreadCall> self_;
};

// The same for a function type and the T of its Outcome.
template <class T, class F>
class TypedThreadCall final : public ThreadCall {
 public:
  TypedThreadCall(Reactor& reactor, std::stop_source stop, F function)
      : ThreadCall(reactor, std::move(stop)), function_(std::move(function)) {}

  // The Deferred to hand out. It does not keep the call: its canceller would
  // hold what holds it.
  Deferred<T> MakeDeferred() {
    return deferred_.emplace([call = this->weak_from_this()](Deferred<T>&) {
      if (const auto alive = call.lock()) alive->Cancel();
    });
  }

 protected:
  TaskEnding Call() override {
    outcome_.emplace(Capture(
        [this]() -> decltype(auto) { return std::move(*function_)(); }));
    return outcome_->ok() ? TaskEnding::kSucceeded : TaskEnding::kFailed;
  }

  void ReleaseFunction() override { function_.reset(); }

  void Fire() override {
    deferred_->DetachFromThread();
    std::exchange(deferred_, std::nullopt)
        ->Callback(*std::exchange(outcome_, std::nullopt));
  }

  void Fail(const Failure& failure) override {
    deferred_->DetachFromThread();
    std::exchange(deferred_, std::nullopt)->Errback(failure);
  }

  void ReleaseDeferred() override { deferred_.reset(); }

 private:
  std::optional<F> function_;            // the worker's, once running
  std::optional<Outcome<T>> outcome_;    // the worker's, then the reactor's
  std::optional<Deferred<T>> deferred_;  // the reactor's thread's
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_THREAD_CALL_H_
