// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/injection_queue.h"

#include <algorithm>
#include <cassert>

namespace heddle::work_stealing {

InjectionQueue::~InjectionQueue() { assert(LooksEmpty()); }

std::size_t InjectionQueue::Take(std::size_t share,
                                 std::span<TaskNode*> nodes) {
  std::lock_guard guard(lock_);
  const std::size_t count =
      std::min((size() + share - 1) / share, nodes.size());
  const std::uint64_t first = removed_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < count; ++i) {
    Stripe& stripe = stripes_[(first + i) % kStripes];
    nodes[i] = stripe.head;
    stripe.head = stripe.head->next;
  }
  for (Stripe& stripe : stripes_) {
    if (stripe.head == nullptr) stripe.end = &stripe.head;
  }
  removed_.store(first + count, std::memory_order_release);
  return count;
}

TaskNode* InjectionQueue::Pop() {
  TaskNode* oldest[1];
  return Take(1, oldest) == 1 ? oldest[0] : nullptr;
}

std::optional<std::chrono::nanoseconds> InjectionQueue::OldestSubmitted()
    const {
  std::lock_guard guard(lock_);
  if (size() == 0) return std::nullopt;
  const std::uint64_t index = removed_.load(std::memory_order_relaxed);
  return stripes_[index % kStripes].head->task.submitted();
}

TaskNode* InjectionQueue::TakeAll() {
  std::lock_guard guard(lock_);
  TaskNode* first = nullptr;
  TaskNode** end = &first;
  while (size() > 0) {
    *end = RemoveOldest();
    end = &(*end)->next;
  }
  *end = nullptr;
  return first;
}

}  // namespace heddle::work_stealing
