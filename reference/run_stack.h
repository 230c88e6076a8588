// SPDX-License-Identifier: Apache-2.0
//
// RunStack: the chains whose callbacks a loop is running, instead of recursion.
#ifndef HEDDLE_REFERENCE_RUN_STACK_H_
#define HEDDLE_REFERENCE_RUN_STACK_H_

#include "reference/chain_handle.h"
#include "reference/deferred_chain.h"

namespace heddle {

// A local variable of the loop. The chains on it are marked as running, so
// that nobody else runs them, and are kept alive; they are linked through
// themselves, so that any number of them costs neither stack nor allocation.
class RunStack {
 public:
  RunStack() = default;
  RunStack(const RunStack&) = delete;
  RunStack& operator=(const RunStack&) = delete;
  ~RunStack() {
    while (top_ != nullptr) Pop();
  }

  // The chain to go on with, or null.
  DeferredChain* top() const { return top_; }

  void Push(ChainHandle chain) {
    chain->BeginPass();
    chain->below_ = top_;
    top_ = chain.Release();
  }

  void Pop() {
    const ChainHandle chain = ChainHandle::Adopt(top_);
    top_ = chain->below_;
    chain->EndPass();
  }

 private:
  DeferredChain* top_ = nullptr;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_RUN_STACK_H_
