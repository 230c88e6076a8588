// SPDX-License-Identifier: Apache-2.0
//
// ChainStep: one thing that a chain's result has to pass.
#ifndef HEDDLE_REFERENCE_CHAIN_STEP_H_
#define HEDDLE_REFERENCE_CHAIN_STEP_H_

#include <utility>

#include "reference/chain_handle.h"
#include "reference/chain_result.h"

namespace heddle {

// A link in the list of a chain's steps, owned by it, run at most once; but a
// coroutine's step runs once for each of its parts.
class ChainStep {
 public:
  enum class Kind : unsigned char {
    kCall,       // a callback; deferred_steps.h
    kCoroutine,  // a callback that runs again with what it waited for
    kForward,    // the result fires another chain
    kResume,     // the result goes to a chain that waits for it
  };

  ChainStep(const ChainStep&) = delete;
  ChainStep& operator=(const ChainStep&) = delete;
  virtual ~ChainStep() = default;

  // For kCall and kCoroutine: replaces `result`, a value or a failure, by what
  // the callback made of it; or empties it and returns the chain whose result
  // shall take its place, which a kCoroutine is then run with again. Throws
  // nothing but the forced unwind of a cancelled thread.
  virtual ChainHandle Run(ChainResult& /*result*/) { return ChainHandle(); }

 protected:
  explicit ChainStep(Kind kind) : kind_(kind) {}

 private:
  friend class DeferredChain;

  const Kind kind_;
  ChainStep* next_ = nullptr;
};

class ForwardStep final : public ChainStep {
 public:
  explicit ForwardStep(ChainHandle target)
      : ChainStep(Kind::kForward), target(std::move(target)) {}
  ChainHandle target;
};

// Part of the chain that waits, so that waiting allocates nothing.
class ResumeStep final : public ChainStep {
 public:
  explicit ResumeStep(DeferredChain& waiter)
      : ChainStep(Kind::kResume), waiter(waiter) {}
  DeferredChain& waiter;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CHAIN_STEP_H_
