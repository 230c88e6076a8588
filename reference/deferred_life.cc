// SPDX-License-Identifier: Apache-2.0
//
// Who keeps a chain, and how it goes.
#include <memory>
#include <mutex>
#include <utility>

#include "reference/chain_handle.h"
#include "reference/deferred_chain.h"
#include "reference/held_failures.h"

namespace heddle {
namespace {

// Orders the two who may end a wait: the chain's thread, which resumes the
// waiter, and the thread that drops the waiter's last handle. Held for a few
// instructions, for chains that wait or have waited only.
constinit std::mutex wait_mutex;

// Chains whose last handle went while another chain was being destroyed on
// this thread.
constinit thread_local DeferredChain* doomed = nullptr;
constinit thread_local bool destroying = false;

}  // namespace

ChainHandle::ChainHandle(DeferredChain* chain) noexcept : chain_(chain) {
  chain_->AddHandle();
}

ChainHandle::ChainHandle(const ChainHandle& other) noexcept
    : chain_(other.chain_) {
  if (chain_ != nullptr) chain_->AddHandle();
}

ChainHandle::~ChainHandle() {
  if (chain_ != nullptr) DeferredChain::DropHandle(chain_);
}

ChainHandle DeferredChain::Make(const std::type_info& type,
                                Canceller canceller) {
  return ChainHandle(new DeferredChain(type, std::move(canceller)));
}

// Relaxed: a new handle is copied from one that keeps the chain meanwhile.
void DeferredChain::AddHandle() noexcept {
  handles_.fetch_add(1, std::memory_order_relaxed);
}

void DeferredChain::StartWaiting(ChainHandle inner) {
  inner->Append(&resume_step_);
  ++inner->waiters_;
  std::lock_guard lock(wait_mutex);
  if (!has_waited_) has_waited_ = true;  // DropHandle may be reading it
  waiting_on_ = inner.Release();  // the handle we hold while we have handles
}

ChainHandle DeferredChain::StopWaiting() {
  ChainHandle inner;
  std::lock_guard lock(wait_mutex);
  DeferredChain* const waited_on = std::exchange(waiting_on_, nullptr);
  // If our handles are gone, whoever dropped the last one drops this one.
  if (handles_.load(std::memory_order_acquire) > 0) {
    inner = ChainHandle::Adopt(waited_on);
  }
  return ChainHandle(this);
}

// Handles that are not the last go without a lock. With the last one, nobody
// else can touch a chain that has never waited: any access needs a handle. If
// it has waited, StopWaiting may be making a new handle just now.
void DeferredChain::DropHandle(DeferredChain* chain) noexcept {
  for (;;) {
    unsigned handles = chain->handles_.load(std::memory_order_acquire);
    while (handles > 1) {
      if (chain->handles_.compare_exchange_weak(handles, handles - 1,
                                                std::memory_order_acq_rel)) {
        return;
      }
    }
    if (chain->has_waited_) {
      std::lock_guard lock(wait_mutex);
      if (chain->handles_.load(std::memory_order_acquire) > 1) continue;
      if (chain->waiting_on_ != nullptr) {
        chain->handles_.store(0, std::memory_order_release);
        chain = chain->waiting_on_;  // drop the handle it held there, too
        continue;
      }
    }
    Destroy(chain);
    return;
  }
}

void DeferredChain::Destroy(DeferredChain* chain) noexcept {
  chain->below_ = std::exchange(doomed, chain);
  if (destroying) return;
  destroying = true;
  while (doomed != nullptr) {
    DeferredChain* const next = doomed;
    doomed = next->below_;
    next->DropContents();
    delete next;
  }
  destroying = false;
}

void DeferredChain::DropContents() noexcept {
  if (listed_) TakeOffList();
  if (called_ && result_.has_failure()) {
    ReportUnhandled(result_.exception(),
                    record_ ? record_->maker() : nullptr);
  }
  result_.Reset();
  canceller_ = nullptr;
  while (ChainStep* const step = PopStep()) {
    if (step->kind_ == ChainStep::Kind::kResume) {
      // A waiter with handles would hold one to this chain, so it has none.
      DeferredChain& waiter = static_cast<ResumeStep*>(step)->waiter;
      waiter.waiting_on_ = nullptr;
      Destroy(&waiter);
    } else {
      delete step;
    }
  }
}

void DeferredChain::PutOnList() noexcept {
  if (listed_) return;
  listed_ = ListFailure(*this, result_.exception(),
                        record_ ? record_->maker() : nullptr);
}

void DeferredChain::TakeOffList() noexcept {
  listed_ = false;
  UnlistFailure(*this);
}

}  // namespace heddle
