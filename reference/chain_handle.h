// SPDX-License-Identifier: Apache-2.0
//
// ChainHandle: one counted reference to a DeferredChain.
#ifndef HEDDLE_REFERENCE_CHAIN_HANDLE_H_
#define HEDDLE_REFERENCE_CHAIN_HANDLE_H_

#include <atomic>
#include <utility>

namespace heddle {

class DeferredChain;

// What handles use of a chain, which is all that they may on any thread.
class ChainCount {
 protected:
  ChainCount() = default;
  ~ChainCount() = default;

  std::atomic<unsigned> handles_{1};  // the first is adopted

 private:
  friend class ChainHandle;
};

// Copied and dropped on any thread; see deferred_chain.h for what it keeps.
class ChainHandle {
 public:
  ChainHandle() noexcept = default;

  // A further handle to `chain`, which has one.
  inline explicit ChainHandle(DeferredChain* chain) noexcept;

  ChainHandle(const ChainHandle& other) noexcept : chain_(other.chain_) {
    if (chain_ != nullptr) Add();
  }
  ChainHandle(ChainHandle&& other) noexcept
      : chain_(std::exchange(other.chain_, nullptr)) {}
  ChainHandle& operator=(ChainHandle other) noexcept {
    std::swap(chain_, other.chain_);
    return *this;
  }
  ~ChainHandle() {
    if (chain_ != nullptr) Drop();
  }

  // A copy of the only handle there is: nobody else counts meanwhile.
  ChainHandle Second() const noexcept {
    chain_->handles_.store(2, std::memory_order_relaxed);
    ChainHandle second;
    second.chain_ = chain_;
    return second;
  }

  explicit operator bool() const noexcept { return chain_ != nullptr; }

  // In deferred_chain.h.
  inline DeferredChain& operator*() const noexcept;
  inline DeferredChain* operator->() const noexcept;
  inline DeferredChain* get() const noexcept;

  // The counted reference itself, out of a handle and back into one.
  inline DeferredChain* Release() noexcept;
  inline static ChainHandle Adopt(DeferredChain* chain) noexcept;

 private:
  // Relaxed: a new handle is copied from one that keeps the chain meanwhile.
  void Add() noexcept {
    chain_->handles_.fetch_add(1, std::memory_order_relaxed);
  }

  // What is not the last handle, which is the usual case, goes here.
  void Drop() noexcept {
    unsigned handles = chain_->handles_.load(std::memory_order_acquire);
    if (handles > 1 && chain_->handles_.compare_exchange_strong(
                           handles, handles - 1, std::memory_order_acq_rel)) {
      return;
    }
    DropLast(chain_);
  }

  // Where it may be the last one.
  static void DropLast(ChainCount* count) noexcept;

  ChainCount* chain_ = nullptr;  // a DeferredChain
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CHAIN_HANDLE_H_
