// SPDX-License-Identifier: Apache-2.0
//
// ThreadCall: a call on its way to a pool, and its result on the way back.
#ifndef HEDDLE_REFERENCE_THREAD_CALL_H_
#define HEDDLE_REFERENCE_THREAD_CALL_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <new>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "reference/chain_handle.h"
#include "reference/chain_result.h"
#include "reference/context.h"
#include "reference/deferred.h"
#include "reference/deferred_steps.h"
#include "reference/failure.h"
#include "reference/pending_answers.h"
#include "reference/recycled_blocks.h"
#include "reference/submission.h"
#include "reference/task_ending.h"
#include "reference/thread_pool.h"

namespace heddle {

class Reactor;

// What the pool's side of a call uses, in a cache line of its own: in the other
// lines the reactor's thread writes whenever it lists or takes off a neighbour.
class alignas(64) ThreadCallWork {
 public:
  ThreadCallWork(const ThreadCallWork&) = delete;
  ThreadCallWork& operator=(const ThreadCallWork&) = delete;

 protected:
  enum class State : unsigned char {
    kWaiting,
    kBegun,
    kReturning,
    kWithdrawing,
    kWithdrawn,
    kGone
  };

  ThreadCallWork() = default;
  virtual ~ThreadCallWork() = default;

  // Calls the function; `result` is what comes of it.
  virtual void Call(ChainResult& result) = 0;
  virtual void ReleaseFunction() = 0;

  std::atomic<State> state_ = State::kWaiting;
  // Why the pool did not run it; the pool's side's, then the reactor's.
  std::optional<Refusal> refused_;
  bool has_function_ = true;  // the pool's side's, once it has begun
  ChainResult result_;  // the worker's, then the reactor's thread's
};
static_assert(sizeof(ThreadCallWork) == 64);

// What it is: what DeferToThread is made of: one object from the submission to
// the callbacks. It is the pool's task, the reactor's note that a result is
// owed, and the way back to the reactor's thread.
//
// Its states:
//
//                 the pool's side               the reactor's thread
//   kWaiting      begins or refuses: kBegun     withdraws: kWithdrawing
//   kBegun        returns: kReturning           withdraws: kWithdrawing
//   kReturning    has posted: kGone             waits for kGone
//   kWithdrawing  leaves: kGone, nothing else   has let go: kWithdrawn
//   kWithdrawn    leaves: destroys it           -
//   kGone         -                             destroys it, in the end
//
// The pool's side is the worker, or who learns that the pool refuses, or who
// drops the task. The reactor's thread withdraws the call when its Deferred is
// cancelled or the reactor ends. No user code runs in kReturning. Nobody counts
// references: of the two sides the one that leaves last destroys the call.
//
//   the pool's side                          the reactor's thread
//   S1. kBegun to kReturning                 A1. Arrive(): takes the call off
//   S2. posts the way back                       the list, fires the Deferred
//   S3. kReturning to kGone; touches         A2. if kGone: destroys the call;
//       neither call nor reactor any more        else it is put on the list
//                                                of those that leave
//                                            A3. a later arrival, or the
//                                                reactor's end, finds kGone,
//                                                or waits for it
//
// What must not happen is that the call, or the reactor, goes between S2 and
// S3. The call goes at A2 or A3, after S3; and the reactor ends after A3 for
// each call it has on its lists.
//
// What the caller must do: Submit() once, on the reactor's thread, and not
// touch the call afterwards: it destroys itself.
//
// What it promises: the Deferred fires once, on the reactor's thread, and is
// touched nowhere else; it is handed over to that thread if another one has
// set it up, before the reactor ran. A call withdrawn before it began never
// runs (TH-09). The reactor is not touched once the call is withdrawn, so a
// pool may outlive the reactor. No lock is held anywhere.
//
// Happens-before: Submit before the call; all the call did before the Deferred
// fires; what the side that leaves first did before the destruction.
//
// Destruction: by itself.
class ThreadCall : protected ThreadCallWork, public PendingAnswer {
 public:
  // `stop` is asked to stop if the call is withdrawn while it runs; it may be
  // without a state. `type` is that of the result.
  ThreadCall(Reactor& reactor, std::stop_source stop,
             const std::type_info& type);
  ~ThreadCall() override = default;

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
  // The Deferred to hand out. It does not keep the call. Its canceller goes
  // when it has fired, before the call; and a call that lets go of an unfired
  // Deferred is being cancelled, or has never been submitted.
  const ChainHandle& deferred() const { return deferred_; }

 private:
  class PoolTask;
  class ReturnTask;

  // The pool's side.
  TaskEnding RunOnWorker();
  void Refuse(Refusal refusal);
  void Return();
  void Leave();

  // The reactor's thread.
  void HandToPool(ThreadPool* pool);
  [[gnu::cold, gnu::noinline]] void RefuseHere(Refusal refusal);
  void Arrive();
  void AnswerCaller();
  [[gnu::noinline]] void AnswerInContext();
  void Answer();
  // Fire the Deferred, and let go of it.
  void Fire(ChainResult&& result);
  [[gnu::cold, gnu::noinline]] void Fail(const Failure& failure);
  void FailAtEnd();
  [[nodiscard]] bool Withdraw();
  void EndWithdrawal();
  [[gnu::cold, gnu::noinline]] void Drop();

  void PostReturn();
  bool IsGone() const;
  bool Move(State from, State to);
  State Exchange(State to);

  // The reactor's thread's. First what it knows of the end.
  bool cancelled_ = false;
  bool arrived_ = false;
  ChainHandle deferred_;
  std::stop_source stop_;
  const Context context_;

  Reactor& reactor_;
};

// Memory for calls of about the same size, whatever their types are.
template <std::size_t kSize>
struct ThreadCallMemory {
  alignas(ThreadCallWork) unsigned char bytes[kSize];
};

// The same for a function type and the T of the Deferred<T>.
template <class T, class F>
class TypedThreadCall final : public ThreadCall {
 public:
  TypedThreadCall(Reactor& reactor, std::stop_source stop, F function)
      : ThreadCall(reactor, std::move(stop), typeid(T)),
        function_(std::move(function)) {}
  ~TypedThreadCall() override { TypedThreadCall::ReleaseFunction(); }

  // Once: later there may be more handles than the call's own.
  Deferred<T> MakeDeferred() const {
    return DeferredAccess::FromChain<T>(deferred().Second());
  }

  static void* operator new(std::size_t size) {
    if constexpr (kFits<TypedThreadCall>) {
      return Memory<TypedThreadCall>::Allocate();
    } else {
      return ::operator new(size, std::align_val_t(alignof(TypedThreadCall)));
    }
  }
  static void operator delete(void* memory) noexcept {
    if constexpr (kFits<TypedThreadCall>) {
      Memory<TypedThreadCall>::Free(memory);
    } else {
      ::operator delete(memory, std::align_val_t(alignof(TypedThreadCall)));
    }
  }

 protected:
  void Call(ChainResult& result) override {
    Settle<T>(result,
              [this]() -> decltype(auto) { return std::move(function_)(); });
  }

  void ReleaseFunction() override {
    if (std::exchange(has_function_, false)) std::destroy_at(&function_);
  }

 private:
  static constexpr std::size_t kLargest = 512;
  // Templates, for only within functions is the class complete.
  template <class Self>
  static constexpr bool kFits =
      sizeof(Self) <= kLargest && alignof(Self) == alignof(ThreadCallWork);
  template <class Self>
  using Memory = RecycledBlocks<ThreadCallMemory<sizeof(Self)>>;

  // The worker's, once running. Not an optional: it would then write here, and
  // the reactor's thread would have to wait for this cache line, too.
  union {
    F function_;
  };
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_THREAD_CALL_H_
