// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/injection_queue.h"

#include <cassert>
#include <utility>

namespace heddle::work_stealing {

InjectionQueue::~InjectionQueue() { assert(head_ == nullptr); }

TaskNode* InjectionQueue::Pop() {
  // Spares idle workers the lock. What is pushed after this look is found by
  // the look before sleeping.
  if (LooksEmpty()) return nullptr;
  std::lock_guard lock(mutex_);
  TaskNode* const node = head_;
  if (node == nullptr) return nullptr;
  head_ = std::exchange(node->next, nullptr);
  if (head_ == nullptr) tail_ = nullptr;
  SetSize(size_.load(std::memory_order_relaxed) - 1);
  return node;
}

std::optional<std::chrono::nanoseconds> InjectionQueue::OldestSubmitted()
    const {
  std::lock_guard lock(mutex_);
  if (head_ == nullptr) return std::nullopt;
  return head_->task.submitted();
}

TaskNode* InjectionQueue::TakeAll() {
  std::lock_guard lock(mutex_);
  tail_ = nullptr;
  SetSize(0);
  return std::exchange(head_, nullptr);
}

}  // namespace heddle::work_stealing
