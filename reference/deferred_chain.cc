// SPDX-License-Identifier: Apache-2.0
//
// Firing, pausing, cancelling.
#include "reference/deferred_chain.h"

#include <cxxabi.h>

#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

#include "reference/errors.h"
#include "reference/log.h"

namespace heddle {
namespace {

std::string TypeName(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  return status == 0 ? name.get() : type.name();
}

}  // namespace

void ThrowMovedFrom(const char* function) {
  throw std::logic_error(std::string(function) +
                         ": the handle has been moved from");
}

ChainHandle RequireReturned(ChainHandle chain, const std::type_info& type,
                            ChainResult& result) {
  try {
    if (!chain) ThrowMovedFrom("a Deferred returned by a callback");
    chain->RequireThread("a Deferred returned by a callback");
    chain->RequireTail("a Deferred returned by a callback", type);
    return chain;
  } catch (const std::logic_error&) {
    result = ChainResult::OfFailure(std::current_exception());
    return ChainHandle();
  }
}

void DeferredChain::NoteMaker() {
  record_ = std::make_unique<DeferredRecord>(DeferredRecord::Made::kHere);
}

void DeferredChain::RequireEqualHead(const char* function,
                                     const std::type_info& type) const {
  if (*head_ == type) return;
  throw std::logic_error(std::string(function) + ": the handle is for " +
                         TypeName(type) + ", but the chain is fired with " +
                         TypeName(*head_));
}

void DeferredChain::RequireEqualTail(const char* function,
                                     const std::type_info& type) const {
  if (*tail_ == type) return;
  throw std::logic_error(std::string(function) + ": the handle is for " +
                         TypeName(type) + ", but the chain carries " +
                         TypeName(*tail_) + " now");
}

void DeferredChain::KeepFirstFire() {
  if (!record_) {
    record_ = std::make_unique<DeferredRecord>(DeferredRecord::Made::kWhileOff);
  }
  record_->NoteFirstFire();
}

void DeferredChain::FireExposed(ChainResult&& result) {
  ChainHandle self(this);
  FireNow(std::move(result), &self);
}

inline void DeferredChain::FireNow(ChainResult&& result, ChainHandle* own) {
  // The canceller, or the group, may hold the last other one.
  if (own == nullptr && (canceller_.has_destructor() || tied_)) {
    return FireExposed(std::move(result));
  }
  NoteFirstFire();
  called_ = true;
  result_.Fill(std::move(result));
  if (tied_) ReleaseFromGroup();
  if (canceller_) {
    canceller_ = nullptr;  // before the callbacks, which may run long (DF-15)
  }
  RunIfReady(own);
}

void DeferredChain::Fire(const char* function, ChainResult&& result,
                         ChainHandle* own) {
  if (!called_) {
    FireNow(std::move(result), own);
  } else if (!std::exchange(ignores_next_fire_, false)) {
    ThrowFiredBefore(function);
  }
}

void DeferredChain::ThrowFiredBefore(const char* function) const {
  throw AlreadyCalledError(std::string(function) +
                           ": the Deferred has been fired before; it was " +
                           DeferredRecord::Describe(record_.get()));
}

void DeferredChain::Forward(ChainHandle target) {
  if (target.get() == this) {
    throw std::logic_error(
        "Deferred::ChainDeferred: a Deferred cannot fire itself");
  }
  Attach(ChainStep::Make<ForwardStep>(slot_, std::move(target)), *tail_);
}

void DeferredChain::Pause() { ++pauses_; }

void DeferredChain::Unpause() {
  if (pauses_ == 0) {
    throw std::logic_error("Deferred::Unpause: the Deferred is not paused");
  }
  if (--pauses_ == 0) RunIfReady();
}

void DeferredChain::Cancel() {
  DeferredChain* chain = this;
  while (chain->waiting_on_ != nullptr) chain = chain->waiting_on_;
  if (!chain->called_ && !chain->cancelling_) chain->CancelUnfired();
}

void DeferredChain::CancelUnfired() {
  const ChainHandle self(this);
  if (Canceller canceller = std::exchange(canceller_, nullptr)) {
    cancelling_ = true;
    try {
      canceller(self);
    } catch (abi::__forced_unwind&) {
      throw;
    } catch (...) {
      LogException("a Deferred's canceller threw", std::current_exception());
    }
    cancelling_ = false;
  } else {
    // Whoever would have fired it does not know; let that pass once (DF-31).
    ignores_next_fire_ = true;
  }
  if (!called_) {
    FireNow(ChainResult::OfFailure(
        std::make_exception_ptr(CancelledError("the Deferred was cancelled"))));
  }
}

}  // namespace heddle
