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
// chain's thread, which resumes a waiter, or fires and cancels what is in a
// group, and the thread that drops the last handle. Held for a few
// instructions, for chains that are tied to others only.
constinit std::mutex tie_mutex;

// Groups that chains have kept. Declared before the lock: they go after it.
using Groups = std::vector<std::shared_ptr<void>>;

// Chains whose last handle went while another chain was being destroyed on
// this thread.
constinit thread_local DeferredChain* doomed = nullptr;
constinit thread_local bool destroying = false;

}  // namespace

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

// With the last handle, nobody else can touch a chain that was never tied: any
// access needs a handle.
void ChainHandle::DropLast(ChainCount* count) noexcept {
  auto* const chain = static_cast<DeferredChain*>(count);
  if (chain->handles_.load(std::memory_order_acquire) == 1 && !chain->tied_) {
    DeferredChain::Destroy(chain);
  } else {
    DeferredChain::DropHandle(chain);
  }
}

// Handles that are not the last have gone without a lock, as a rule in
// ChainHandle::Drop(), or here if another handle went in that very moment. If
// the chain was ever tied, somebody may be making a new handle just now.
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
      Groups released;
      std::lock_guard lock(tie_mutex);
      if (chain->handles_.load(std::memory_order_acquire) > 1) continue;
      chain->handles_.store(0, std::memory_order_release);
      if (chain->waiting_on_ != nullptr) {
        chain = chain->waiting_on_;  // drop the handle it held there, too
        continue;
      }
      if (chain->combined_ != nullptr) {
        released.push_back(std::move(chain->combined_->kept_group_));
        return;
      }
      if (chain->ties_ != nullptr) {
        for (ChainTie* tie = chain->ties_; tie != nullptr; tie = tie->next_) {
          released.push_back(std::move(tie->kept_group_));
        }
        return;
      }
    }
    Destroy(chain);
    return;
  }
}

// It has fired: its group has no part in it any more, nor it in its group.
void DeferredChain::ReleaseFromGroup() noexcept {
  Groups released;
  std::lock_guard lock(tie_mutex);
  if (ChainTie* const tie = std::exchange(combined_, nullptr)) {
    tie->chain_ = nullptr;
    released.push_back(std::move(tie->kept_group_));
  }
}

// Under the mutex: a handle to a chain that has none, perhaps, but is kept by a
// tie, and keeps its groups from now on; or to one with handles.
ChainHandle DeferredChain::Revive() {
  if (handles_.load(std::memory_order_acquire) == 0) {
    // Where the group is going already, it waits for the mutex to release us.
    if (combined_ != nullptr) combined_->kept_group_ = combined_->group_.lock();
    for (ChainTie* tie = ties_; tie != nullptr; tie = tie->next_) {
      if (!tie->kept_group_) tie->kept_group_ = tie->group_.lock();
    }
  }
  return ChainHandle(this);
}

inline void DeferredChain::DropContents() noexcept {
  if (listed_) TakeOffList();
  if (called_ && result_.has_failure()) {
    ReportUnhandled(result_.exception(),
                    record_ ? record_->maker() : nullptr);
  }
  result_.Reset();
  if (canceller_) canceller_ = nullptr;
  while (first_step_ != nullptr) {
    ChainStep* const step = PopStep();
    if (step->kind_ == ChainStep::Kind::kResume) {
      // A waiter with handles would hold one to this chain, so it has none.
      DeferredChain& waiter = static_cast<ResumeStep*>(step)->waiter;
      if (waiter.Forsake()) Destroy(&waiter);
    } else {
      delete step;
    }
  }
}

// Whether nothing is left that its destructor, or anything else, has to do.
inline bool DeferredChain::IsBare() const noexcept {
  return first_step_ == nullptr && !result_.has_destructor() && !canceller_ &&
         record_ == nullptr && !listed_;
}

// A bare chain, as one is that had a few callbacks and a plain value, gives
// back its memory and needs no turn: nothing can go with it.
inline void DeferredChain::Destroy(DeferredChain* chain) noexcept {
  if (chain->IsBare()) {
    operator delete(chain);
  } else {
    DestroyInTurn(chain);
  }
}

void DeferredChain::DestroyInTurn(DeferredChain* chain) noexcept {
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

// What it waited for goes; it has no handle. Whether it goes, too.
bool DeferredChain::Forsake() noexcept {
  Groups released;
  std::lock_guard lock(tie_mutex);
  waiting_on_ = nullptr;
  for (ChainTie* tie = ties_; tie != nullptr; tie = tie->next_) {
    released.push_back(std::move(tie->kept_group_));
  }
  return ties_ == nullptr;
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

void ChainTie::TieMember(const ChainHandle& chain,
                         std::shared_ptr<void> group) {
  if (!chain->tied_) chain->tied_ = true;
  std::lock_guard lock(tie_mutex);
  chain_ = chain.get();
  group_ = group;
  kept_group_ = std::move(group);
  next_ = std::exchange(chain->ties_, this);
  link_ = &chain->ties_;
  if (next_ != nullptr) next_->link_ = &next_;
}

void ChainTie::TieCombined(const ChainHandle& chain,
                           std::shared_ptr<void> group) {
  if (!chain->tied_) chain->tied_ = true;
  std::lock_guard lock(tie_mutex);
  chain_ = chain.get();
  group_ = group;
  kept_group_ = std::move(group);
  chain->combined_ = this;
}

ChainHandle ChainTie::Release() {
  std::shared_ptr<void> released;  // goes after the lock
  std::lock_guard lock(tie_mutex);
  DeferredChain* const chain = std::exchange(chain_, nullptr);
  if (chain == nullptr) return ChainHandle();
  released = std::move(kept_group_);
  if (chain->combined_ == this) {
    chain->combined_ = nullptr;
  } else {
    *link_ = next_;
    if (next_ != nullptr) next_->link_ = link_;
  }
  // What waits without a handle is kept by what it waits for.
  if (chain->waiting_on_ != nullptr &&
      chain->handles_.load(std::memory_order_acquire) == 0) {
    return ChainHandle();
  }
  return chain->Revive();
}

ChainHandle ChainTie::Find() const {
  std::lock_guard lock(tie_mutex);
  if (chain_ == nullptr) return ChainHandle();
  DeferredChain* chain = chain_;
  while (chain->waiting_on_ != nullptr) chain = chain->waiting_on_;
  // Without all of these it is being destroyed, on another thread.
  if (chain->handles_.load(std::memory_order_acquire) == 0 &&
      chain->combined_ == nullptr && chain->ties_ == nullptr) {
    return ChainHandle();
  }
  return chain->Revive();
}

}  // namespace heddle
