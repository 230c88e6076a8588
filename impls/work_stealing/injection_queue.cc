// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/injection_queue.h"

#include <cassert>

namespace heddle::work_stealing {

InjectionQueue::~InjectionQueue() { assert(LooksEmpty()); }

TaskNode* InjectionQueue::Pop() {
  TaskNode* oldest = nullptr;
  Take(1, 1, [&oldest](TaskNode* node) { oldest = node; });
  return oldest;
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
