// SPDX-License-Identifier: Apache-2.0
#include "reference/thread_call.h"

#include <exception>
#include <memory>
#include <thread>

#include "reference/errors.h"
#include "reference/log.h"
#include "reference/reactor.h"
#include "reference/task.h"

namespace heddle {
namespace {

[[gnu::cold, gnu::noinline]] Failure FailureOf(Refusal refusal) {
  try {
    ThrowRefusal(refusal);
  } catch (...) {
    return Failure::Current();
  }
}

[[gnu::cold, gnu::noinline]] Failure ReactorEnded() {
  return Failure::Of(ReactorStopped(
      "DeferToThread: the reactor stopped before the result came"));
}

}  // namespace

// The pool's side of the call, in the pool's hands.
class ThreadCall::PoolTask {
 public:
  explicit PoolTask(ThreadCall& call) : call_(&call) {}
  PoolTask(PoolTask&& other) noexcept
      : call_(std::exchange(other.call_, nullptr)) {}
  ~PoolTask() {
    if (call_ != nullptr) call_->Leave();
  }

  TaskEnding operator()() {
    return std::exchange(call_, nullptr)->RunOnWorker();
  }
  void Refuse(Refusal refusal) {
    std::exchange(call_, nullptr)->Refuse(refusal);
  }

 private:
  ThreadCall* call_;
};

class ThreadCall::ReturnTask {
 public:
  explicit ReturnTask(ThreadCall& call) : call_(&call) {}
  void operator()() { call_->Arrive(); }
  // The reactor ends, and will abandon what it still has on its list.
  void Refuse(Refusal) {}

 private:
  ThreadCall* call_;
};

ThreadCall::ThreadCall(Reactor& reactor, std::stop_source stop,
                       const std::type_info& type)
    : deferred_(DeferredChain::Make(
          type, [this](const ChainHandle&) { Cancel(); })),
      stop_(std::move(stop)),
      context_(Context::CurrentIsEmpty() ? Context()
                                         : Context::Current()),
      reactor_(reactor) {}

// In one piece with what they call, but for what is cold: Submit(), which takes
// the reactor's thread, and RunOnWorker().
[[gnu::flatten]] void ThreadCall::Submit(ThreadPool* pool) {
  std::unique_ptr<ThreadCall> self(this);
  AnswerList& owed = reactor_.deferred_results();
  reactor_.RequireThread("DeferToThread");
  if (!owed.Add(*this)) {
    ReleaseFunction();
    Fail(ReactorEnded());
    return;
  }
  self.release();
  try {
    HandToPool(pool);
  } catch (...) {
    owed.Remove(*this);
    deferred_ = ChainHandle();
    Drop();
    throw;
  }
}

void ThreadCall::HandToPool(ThreadPool* pool) {
  PoolTask task(*this);
  const Submission submission =
      pool != nullptr ? pool->CallInThread(std::move(task))
                      : reactor_.CallInOwnPool(std::move(task));
  if (!submission.accepted()) RefuseHere(submission.refusal());
}

[[gnu::flatten]] TaskEnding ThreadCall::RunOnWorker() {
  if (!Move(State::kWaiting, State::kBegun)) {
    Leave();
    return TaskEnding::kSucceeded;
  }
  Call(result_);
  const TaskEnding ending =
      result_.has_failure() ? TaskEnding::kFailed : TaskEnding::kSucceeded;
  ReleaseFunction();  // on the worker, before its result travels (TP-23)
  Return();
  return ending;
}

void ThreadCall::Refuse(Refusal refusal) {
  if (!Move(State::kWaiting, State::kBegun)) return Leave();
  refused_ = refusal;
  ReleaseFunction();
  Return();
}

// Sends it back to the reactor's thread, unless nobody waits there any more.
void ThreadCall::Return() {
  if (!Move(State::kBegun, State::kReturning)) return Leave();
  PostReturn();
  state_.store(State::kGone, std::memory_order_release);
}

void ThreadCall::PostReturn() {
  // Refused, the reactor ends, and will abandon this call.
  static_cast<void>(reactor_.Post(Task(ReturnTask(*this))));
}

// The pool's side goes and leaves no result.
void ThreadCall::Leave() {
  if (Exchange(State::kGone) == State::kWithdrawn) delete this;
}

// The pool has not taken the task; it drops it, and may have done so.
void ThreadCall::RefuseHere(Refusal refusal) {
  refused_ = refusal;
  ReleaseFunction();
  PostReturn();
}

inline void ThreadCall::Fire(ChainResult&& result) {
  ChainHandle deferred = std::move(deferred_);
  deferred->DetachFromThread();
  deferred->RequireThread("DeferToThread");
  deferred->Fire("DeferToThread", std::move(result), &deferred);
}

void ThreadCall::Fail(const Failure& failure) {
  Fire(ChainResult::OfFailure(failure.exception()));
}

inline void ThreadCall::AnswerCaller() {
  if (cancelled_) return;
  if (!context_.IsInEffect()) return AnswerInContext();
  Answer();
}

void ThreadCall::AnswerInContext() {
  const ScopedContext scope(context_);
  Answer();
}

inline void ThreadCall::Answer() {
  if (refused_) {
    Fail(FailureOf(*refused_));
  } else {
    Fire(std::move(result_));
  }
}

void ThreadCall::Arrive() {
  reactor_.deferred_results().Remove(*this);
  AnswerCaller();
  AnswerList& leaving = reactor_.leaving_results();
  while (PendingAnswer* const oldest = leaving.oldest()) {
    auto* const call = static_cast<ThreadCall*>(oldest);
    if (!call->IsGone()) break;
    leaving.Remove(*call);
    delete call;
  }
  if (IsGone()) {
    delete this;
  } else {
    arrived_ = true;
    static_cast<void>(leaving.Add(*this));  // closed after the last arrival
  }
}

void ThreadCall::Cancel() {
  const bool withdrawn = Withdraw();
  deferred_ = ChainHandle();
  if (withdrawn) {
    reactor_.deferred_results().Remove(*this);
    EndWithdrawal();
  } else {
    cancelled_ = true;  // for when it arrives
  }
}

void ThreadCall::Abandon() noexcept {
  const bool withdrawn = Withdraw();
  // The worker is in Reactor::Post(), or has just left it.
  while (!withdrawn && !IsGone()) std::this_thread::yield();
  try {
    if (!arrived_ && !cancelled_) FailAtEnd();
  } catch (...) {
    LogException("a DeferToThread's Deferred could not be failed",
                 std::current_exception());
  }
  if (withdrawn) {
    EndWithdrawal();
  } else {
    delete this;
  }
}

void ThreadCall::FailAtEnd() {
  const ScopedContext scope(context_);
  Fail(ReactorEnded());
}

// False if the pool's side is on its way back, or has gone. After this it does
// not touch the reactor.
bool ThreadCall::Withdraw() {
  if (Move(State::kWaiting, State::kWithdrawing)) {
    ReleaseFunction();
    return true;
  }
  if (Move(State::kBegun, State::kWithdrawing)) {
    stop_.request_stop();
    return true;
  }
  return false;
}

void ThreadCall::EndWithdrawal() {
  if (Exchange(State::kWithdrawn) == State::kGone) delete this;
}

// For a call that is on no list and has no Deferred.
void ThreadCall::Drop() {
  if (Withdraw()) {
    EndWithdrawal();
  } else {
    delete this;
  }
}

bool ThreadCall::IsGone() const {
  return state_.load(std::memory_order_acquire) == State::kGone;
}

bool ThreadCall::Move(State from, State to) {
  return state_.compare_exchange_strong(from, to, std::memory_order_acq_rel);
}

ThreadCall::State ThreadCall::Exchange(State to) {
  return state_.exchange(to, std::memory_order_acq_rel);
}

}  // namespace heddle
