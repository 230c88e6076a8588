// SPDX-License-Identifier: Apache-2.0
#include "reference/thread_call.h"

#include <exception>

#include "reference/errors.h"
#include "reference/log.h"
#include "reference/reactor.h"
#include "reference/task.h"

namespace heddle {
namespace {

Failure FailureOf(Refusal refusal) {
  try {
    ThrowRefusal(refusal);
  } catch (...) {
    return Failure::Current();
  }
}

Failure ReactorEnded() {
  return Failure::Of(ReactorStopped(
      "DeferToThread: the reactor stopped before the result came"));
}

}  // namespace

class ThreadCall::PoolTask {
 public:
  explicit PoolTask(std::shared_ptr<ThreadCall> call)
      : call_(std::move(call)) {}
  TaskEnding operator()() { return call_->RunOnWorker(); }
  void Refuse(Refusal refusal) { call_->Refuse(refusal); }

 private:
  std::shared_ptr<ThreadCall> call_;
};

class ThreadCall::ReturnTask {
 public:
  explicit ReturnTask(std::shared_ptr<ThreadCall> call)
      : call_(std::move(call)) {}
  void operator()() { call_->Arrive(); }
  // The reactor ends, and will abandon what it still has on its list.
  void Refuse(Refusal) {}

 private:
  std::shared_ptr<ThreadCall> call_;
};

void ThreadCall::Submit(ThreadPool* pool) {
  PendingAnswers& owed = reactor_.deferred_results();
  self_ = shared_from_this();
  const std::shared_ptr<ThreadCall> self = self_;
  if (!owed.Add(*this)) {
    self_.reset();
    ReleaseFunction();
    Fail(ReactorEnded());
    return;
  }
  try {
    PoolTask task(self);
    const Submission submission = pool != nullptr
                                      ? pool->CallInThread(std::move(task))
                                      : reactor_.CallInThread(std::move(task));
    if (!submission.accepted()) Refuse(submission.refusal());
  } catch (...) {
    if (TakeOffList()) ReleaseDeferred();
    throw;
  }
}

TaskEnding ThreadCall::RunOnWorker() {
  if (!Move(State::kWaiting, State::kBegun)) return TaskEnding::kSucceeded;
  const TaskEnding ending = Call();
  ReleaseFunction();  // on the worker, before its result travels (TP-23)
  Return();
  return ending;
}

void ThreadCall::Refuse(Refusal refusal) {
  if (!Move(State::kWaiting, State::kBegun)) return;
  refused_.emplace(FailureOf(refusal));
  ReleaseFunction();
  Return();
}

// Sends it back to the reactor's thread, unless nobody waits there any more.
void ThreadCall::Return() {
  if (!Move(State::kBegun, State::kReturning)) return;
  // Refused, the reactor ends, and will abandon this call.
  static_cast<void>(reactor_.Post(Task(ReturnTask(shared_from_this()))));
  state_.store(State::kReturned);
  state_.notify_all();
}

void ThreadCall::Arrive() {
  if (!TakeOffList()) return;  // cancelled
  const ScopedContext scope(context_);
  if (refused_) {
    Fail(*refused_);
  } else {
    Fire();
  }
}

void ThreadCall::Cancel() {
  if (!TakeOffList()) return;
  Withdraw();
  ReleaseDeferred();
}

void ThreadCall::Abandon() noexcept {
  const std::shared_ptr<ThreadCall> self = std::move(self_);
  Withdraw();
  try {
    const ScopedContext scope(context_);
    Fail(ReactorEnded());
  } catch (...) {
    LogException("a DeferToThread's Deferred could not be failed",
                 std::current_exception());
  }
}

// After this neither the worker nor the pool touches the reactor.
void ThreadCall::Withdraw() {
  if (Move(State::kWaiting, State::kWithdrawn)) {
    ReleaseFunction();
  } else if (Move(State::kBegun, State::kWithdrawn)) {
    stop_.request_stop();
  } else {
    state_.wait(State::kReturning);
  }
}

bool ThreadCall::Move(State from, State to) {
  return state_.compare_exchange_strong(from, to);
}

bool ThreadCall::TakeOffList() {
  if (!reactor_.deferred_results().Remove(*this)) return false;
  // Whoever calls this holds the call by another pointer.
  self_.reset();
  return true;
}

}  // namespace heddle
