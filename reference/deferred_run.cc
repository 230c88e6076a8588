// SPDX-License-Identifier: Apache-2.0
//
// The steps, and how a result passes from step to step and from chain to chain.
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

#include "reference/deferred_chain.h"
#include "reference/errors.h"
#include "reference/run_stack.h"

namespace heddle {

void DeferredChain::Attach(std::unique_ptr<ChainStep> step,
                           const std::type_info& tail) {
  Append(step.release());
  tail_ = &tail;
  RunIfReady();
}

void DeferredChain::Append(ChainStep* step) {
  (last_step_ != nullptr ? last_step_->next_ : first_step_) = step;
  last_step_ = step;
}

ChainStep* DeferredChain::PopStep() {
  ChainStep* const step = first_step_;
  if (step != nullptr) {
    first_step_ = std::exchange(step->next_, nullptr);
    if (first_step_ == nullptr) last_step_ = nullptr;
  }
  return step;
}

bool DeferredChain::Ready() const {
  return called_ && !running_ && pauses_ == 0 && waiting_on_ == nullptr;
}

void DeferredChain::BeginPass() noexcept {
  running_ = true;
  if (listed_) TakeOffList();
}

void DeferredChain::EndPass() noexcept {
  running_ = false;
  if (result_.has_failure()) PutOnList();
}

// `chain` has got a result, from another one.
void DeferredChain::RunNext(ChainHandle chain, RunStack& stack) {
  if (chain->Ready()) {
    stack.Push(std::move(chain));
  } else if (chain->result_.has_failure()) {
    chain->PutOnList();
  }
}

[[gnu::always_inline]] inline void DeferredChain::RunCall(
    std::unique_ptr<ChainStep> step, RunStack& stack) {
  if (result_.empty()) [[unlikely]] TakeOwnResult();
  ChainHandle inner = step->Run(result_);
  if (inner && step->kind_ == ChainStep::Kind::kCoroutine) {
    // It goes on before what has been attached meanwhile.
    step->next_ = first_step_;
    if (first_step_ == nullptr) last_step_ = step.get();
    first_step_ = step.release();
  } else {
    // What it captured goes now, not when the chain does (DF-15).
    ChainStep::End(std::move(step));
  }
  if (inner) TakeResultOf(std::move(inner), stack);
}

[[gnu::always_inline]] inline void DeferredChain::RunStep(ChainStep* step,
                                                          RunStack& stack) {
  switch (step->kind_) {
    case ChainStep::Kind::kCall:
    case ChainStep::Kind::kCoroutine:
      RunCall(std::unique_ptr<ChainStep>(step), stack);
      break;
    case ChainStep::Kind::kForward:
      RunForward(std::unique_ptr<ChainStep>(step), stack);
      break;
    case ChainStep::Kind::kResume:
      RunResume(static_cast<ResumeStep*>(step)->waiter, stack);
      break;
  }
}

void DeferredChain::RunIfReady(ChainHandle* own) {
  if (!Ready() || first_step_ == nullptr) {
    if (!running_ && result_.has_failure()) PutOnList();
    return;
  }
  Run(own);
}

// A pass, once begun, runs every step there is, those attached meanwhile
// included, until the chain has to wait. A chain that gets its result from
// this one goes on top and runs first, before the rest of this one.
void DeferredChain::Run(ChainHandle* own) {
  RunStack stack;
  stack.Push(own != nullptr ? std::move(*own) : ChainHandle(this));
  while (DeferredChain* const chain = stack.top()) {
    if (ChainStep* const step = chain->PopStep()) {
      chain->RunStep(step, stack);
    } else {
      stack.Pop();
    }
  }
}

void DeferredChain::RunForward(std::unique_ptr<ChainStep> step,
                               RunStack& stack) {
  const ChainHandle target = std::move(static_cast<ForwardStep&>(*step).target);
  step.reset();
  if (!target->called_) {
    target->NoteFirstFire();
    target->called_ = true;
    target->result_ = Surrender();
    target->canceller_ = nullptr;
    if (target->tied_) target->ReleaseFromGroup();
    RunNext(target, stack);
  } else if (std::exchange(target->ignores_next_fire_, false)) {
    result_.Reset();
  } else {
    result_ = ChainResult::OfFailure(std::make_exception_ptr(AlreadyCalledError(
        "Deferred::ChainDeferred: the other Deferred has been fired before; "
        "it was " +
        DeferredRecord::Describe(target->record_.get()))));
  }
}

void DeferredChain::RunResume(DeferredChain& waiter, RunStack& stack) {
  --waiters_;
  ChainHandle resumed = waiter.StopWaiting();
  resumed->result_ = Surrender();
  RunNext(std::move(resumed), stack);
}

void DeferredChain::TakeResultOf(ChainHandle inner, RunStack& stack) {
  if (inner->LeadsTo(*this)) {
    result_ = ChainResult::OfFailure(std::make_exception_ptr(std::logic_error(
        "a callback returned a Deferred that waits for this very callback")));
  } else if (inner->Ready()) {
    result_ = inner->Surrender();
  } else {
    StartWaiting(std::move(inner));
    stack.Pop();
  }
}

// Whether this is `chain`, or waits for it, however indirectly. Nothing does
// that if nothing waits for it at all, which is the usual case, and quick.
bool DeferredChain::LeadsTo(const DeferredChain& chain) const {
  if (this == &chain) return true;
  if (chain.waiters_ == 0) return false;
  const DeferredChain* next = waiting_on_;
  while (next != nullptr && next != &chain) next = next->waiting_on_;
  return next == &chain;
}

// Where it has moved on: what those get who still want it (BT-36).
void DeferredChain::TakeOwnResult() { result_ = Surrender(); }

// The result, which leaves nothing behind but the knowledge that it was there.
ChainResult DeferredChain::Surrender() {
  if (listed_) TakeOffList();
  if (!result_.empty()) return std::move(result_);
  return ChainResult::OfFailure(std::make_exception_ptr(
      AlreadyConsumed("the Deferred's result has moved to another Deferred")));
}

}  // namespace heddle
