// SPDX-License-Identifier: Apache-2.0
//
// StepSlot: room in a chain for one step.
#ifndef HEDDLE_REFERENCE_STEP_SLOT_H_
#define HEDDLE_REFERENCE_STEP_SLOT_H_

#include <cstddef>
#include <utility>

namespace heddle {

// So that a chain with one callback, or with one at a time, is one allocation.
// Free or taken; not synchronized, for steps belong to their chain's thread.
class StepSlot {
 public:
  // A step, and the captures of its callback.
  static constexpr std::size_t kSize = 80;

  StepSlot() noexcept {}  // the storage is left as it is
  StepSlot(const StepSlot&) = delete;
  StepSlot& operator=(const StepSlot&) = delete;

  // The storage, which is the caller's until Free(); null if it is taken, or
  // not fit for `Step`.
  template <class Step>
  void* Take() noexcept {
    if constexpr (sizeof(Step) > kSize ||
                  alignof(Step) > alignof(std::max_align_t)) {
      return nullptr;
    } else {
      return std::exchange(taken_, true) ? nullptr : storage_;
    }
  }

  void Free() noexcept { taken_ = false; }

 private:
  alignas(std::max_align_t) unsigned char storage_[kSize];
  bool taken_ = false;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_STEP_SLOT_H_
