// SPDX-License-Identifier: Apache-2.0
//
// ChainStep: one thing that a chain's result has to pass.
#ifndef HEDDLE_REFERENCE_CHAIN_STEP_H_
#define HEDDLE_REFERENCE_CHAIN_STEP_H_

#include <memory>
#include <new>
#include <utility>

#include "reference/chain_handle.h"
#include "reference/chain_result.h"
#include "reference/step_slot.h"

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

  // A `Step` in `slot`, or by itself where that is taken. Either way it goes by
  // `delete`.
  template <class Step, class... Args>
  static std::unique_ptr<ChainStep> Make(StepSlot& slot, Args&&... args) {
    void* const storage = slot.Take<Step>();
    if (storage == nullptr) {
      return std::unique_ptr<ChainStep>(
          new Step(std::forward<Args>(args)...));
    }
    struct FreeUnlessMade {
      StepSlot* slot;
      ~FreeUnlessMade() {
        if (slot != nullptr) slot->Free();
      }
    } guard{&slot};
    std::unique_ptr<ChainStep> step(
        ::new (storage) Step(std::forward<Args>(args)...));
    step->slot_ = std::exchange(guard.slot, nullptr);
    return step;
  }

  // A destroying delete: what `delete` does with a step, once, is this.
  static void operator delete(ChainStep* step, std::destroying_delete_t) {
    StepSlot* const slot = step->slot_;
    step->~ChainStep();
    if (slot != nullptr) {
      slot->Free();
    } else {
      ::operator delete(step);
    }
  }

  // The same, for a step that often is in a slot and often has nothing to
  // destroy.
  static void End(std::unique_ptr<ChainStep> step) {
    if (!step->has_destructor_ && step->slot_ != nullptr) {
      step.release()->slot_->Free();
    }
  }

  // For kCall and kCoroutine: replaces `result`, a value or a failure, by what
  // the callback made of it; or empties it and returns the chain whose result
  // shall take its place, which a kCoroutine is then run with again. Throws
  // nothing but the forced unwind of a cancelled thread.
  virtual ChainHandle Run(ChainResult& /*result*/) { return ChainHandle(); }

 protected:
  // `has_destructor`: whether the destruction of the whole step does anything.
  explicit ChainStep(Kind kind, bool has_destructor = true)
      : kind_(kind), has_destructor_(has_destructor) {}

 private:
  friend class DeferredChain;

  const Kind kind_;
  const bool has_destructor_;
  ChainStep* next_ = nullptr;
  StepSlot* slot_ = nullptr;  // where it is; null if it is by itself
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
