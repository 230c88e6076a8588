// SPDX-License-Identifier: Apache-2.0
//
// Who keeps a chain, and how it goes.
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "reference/chain_handle.h"
#include "reference/chain_ties.h"
#include "reference/deferred_chain.h"
#include "reference/held_failures.h"

namespace heddle {
namespace {

// Orders the two who may come to a chain without a handle of their own: the
// chain's thread, which resumes a waiter, fires what is kept or cancels what is
// watched, and the thread that drops the last handle. Held for a few
// instructions, for chains that are tied to others only.
constinit std::mutex tie_mutex;

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
  if (!inner->tied_) inner->tied_ = true;
  std::lock_guard lock(tie_mutex);
  if (!tied_) tied_ = true;  // DropHandle may be reading it
  waiting_on_ = inner.Release();  // the handle we hold while we have handles
}

ChainHandle DeferredChain::StopWaiting() {
  ChainHandle inner;
  std::lock_guard lock(tie_mutex);
  DeferredChain* const waited_on = std::exchange(waiting_on_, nullptr);
  // If our handles are gone, whoever dropped the last one drops this one.
  if (handles_.load(std::memory_order_acquire) > 0) {
    inner = ChainHandle::Adopt(waited_on);
  }
  return ChainHandle(this);
}

// Handles that are not the last go without a lock. With the last one, nobody
// else can touch a chain that was never tied: any access needs a handle. If it
// was, somebody may be making a new handle just now.
void DeferredChain::DropHandle(DeferredChain* chain) noexcept {
  for (;;) {
    unsigned handles = chain->handles_.load(std::memory_order_acquire);
    while (handles > 1) {
      if (chain->handles_.compare_exchange_weak(handles, handles - 1,
                                                std::memory_order_acq_rel)) {
        return;
      }
    }
    if (chain->tied_) {
      std::vector<ChainHandle> held;  // goes after the lock
      std::lock_guard lock(tie_mutex);
      if (chain->handles_.load(std::memory_order_acquire) > 1) continue;
      chain->handles_.store(0, std::memory_order_release);
      if (chain->keeper_ != nullptr) {
        held = std::move(chain->keeper_->held_);
        return;
      }
      if (chain->waiting_on_ != nullptr) {
        chain = chain->waiting_on_;  // drop the handle it held there, too
        continue;
      }
    }
    Destroy(chain);
    return;
  }
}

// It has fired: nobody has to keep it in order to fire it, and it needs nobody
// to cancel.
void DeferredChain::EndKeeping() noexcept {
  std::vector<ChainHandle> held;  // goes after the lock
  std::lock_guard lock(tie_mutex);
  if (ChainKeeper* const keeper = std::exchange(keeper_, nullptr)) {
    keeper->chain_ = nullptr;
    held = std::move(keeper->held_);
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
      {
        std::lock_guard lock(tie_mutex);  // for ChainWatch::Find
        waiter.waiting_on_ = nullptr;
      }
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

void ChainKeeper::Keep(const ChainHandle& chain,
                       std::vector<ChainHandle> held) {
  chain->tied_ = true;
  std::lock_guard lock(tie_mutex);
  chain_ = chain.get();
  held_ = std::move(held);
  chain->keeper_ = this;
}

ChainHandle ChainKeeper::Release() {
  std::vector<ChainHandle> held;  // goes after the lock
  std::lock_guard lock(tie_mutex);
  DeferredChain* const chain = std::exchange(chain_, nullptr);
  if (chain == nullptr) return ChainHandle();
  held = std::move(held_);
  chain->keeper_ = nullptr;
  return ChainHandle(chain);
}

void ChainWatch::Watch(const ChainHandle& chain) {
  if (!chain->tied_) chain->tied_ = true;
  std::lock_guard lock(tie_mutex);
  chain_ = chain.get();
}

void ChainWatch::Forget() {
  std::lock_guard lock(tie_mutex);
  chain_ = nullptr;
}

ChainHandle ChainWatch::Find() const {
  std::lock_guard lock(tie_mutex);
  if (chain_ == nullptr) return ChainHandle();
  DeferredChain* chain = chain_;
  while (chain->waiting_on_ != nullptr) chain = chain->waiting_on_;
  // Without a handle and without a keeper it is being destroyed, on another
  // thread.
  if (chain->handles_.load(std::memory_order_acquire) == 0 &&
      chain->keeper_ == nullptr) {
    return ChainHandle();
  }
  return ChainHandle(chain);
}

}  // namespace heddle
