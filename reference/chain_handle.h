// SPDX-License-Identifier: Apache-2.0
//
// ChainHandle: one counted reference to a DeferredChain.
#ifndef HEDDLE_REFERENCE_CHAIN_HANDLE_H_
#define HEDDLE_REFERENCE_CHAIN_HANDLE_H_

#include <utility>

namespace heddle {

class DeferredChain;

// Copied and dropped on any thread; see deferred_chain.h for what it keeps.
class ChainHandle {
 public:
  ChainHandle() noexcept = default;

  // A further handle to `chain`, which has one.
  explicit ChainHandle(DeferredChain* chain) noexcept;

  ChainHandle(const ChainHandle& other) noexcept;
  ChainHandle(ChainHandle&& other) noexcept
      : chain_(std::exchange(other.chain_, nullptr)) {}
  ChainHandle& operator=(ChainHandle other) noexcept {
    std::swap(chain_, other.chain_);
    return *this;
  }
  ~ChainHandle();

  explicit operator bool() const noexcept { return chain_ != nullptr; }
  DeferredChain& operator*() const noexcept { return *chain_; }
  DeferredChain* operator->() const noexcept { return chain_; }
  DeferredChain* get() const noexcept { return chain_; }

  // The counted reference itself, out of a handle and back into one.
  DeferredChain* Release() noexcept { return std::exchange(chain_, nullptr); }
  static ChainHandle Adopt(DeferredChain* chain) noexcept {
    ChainHandle handle;
    handle.chain_ = chain;
    return handle;
  }

 private:
  DeferredChain* chain_ = nullptr;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CHAIN_HANDLE_H_
