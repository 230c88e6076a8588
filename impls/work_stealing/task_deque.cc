// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/task_deque.h"

#include <cassert>

namespace heddle::work_stealing {
namespace {

constexpr std::int64_t kFirstCapacity = 64;

}  // namespace

TaskDeque::TaskDeque() {
  rings_.push_back(std::make_unique<Ring>(kFirstCapacity));
  ring_.store(rings_.back().get(), std::memory_order_release);
  room_until_ = kFirstCapacity;
}

TaskDeque::~TaskDeque() { assert(LooksEmpty()); }

void TaskDeque::MakeRoom() {
  const std::int64_t top = top_.load(std::memory_order_acquire);
  const std::int64_t size = bottom_.load(std::memory_order_relaxed) - top;
  if (size >= ring_.load(std::memory_order_relaxed)->capacity) Grow();
  room_until_ = top + ring_.load(std::memory_order_relaxed)->capacity;
}

void TaskDeque::Grow() {
  const Ring& old = *ring_.load(std::memory_order_relaxed);
  auto next = std::make_unique<Ring>(2 * old.capacity);
  const std::int64_t bottom = bottom_.load(std::memory_order_relaxed);
  for (std::int64_t i = top_.load(std::memory_order_acquire); i < bottom; ++i) {
    next->At(i).CopyFrom(old.At(i));
  }
  rings_.push_back(std::move(next));
  ring_.store(rings_.back().get(), std::memory_order_release);
}

TaskNode* TaskDeque::PopLast(std::int64_t top, std::int64_t bottom) noexcept {
  TaskNode* node = nullptr;
  if (top == bottom) {
    node = ring_.load(std::memory_order_relaxed)
               ->At(bottom)
               .node.load(std::memory_order_relaxed);
    if (!top_.compare_exchange_strong(top, top + 1,
                                      std::memory_order_seq_cst)) {
      node = nullptr;  // a thief was faster
    }
  }
  bottom_.store(bottom + 1, std::memory_order_release);
  return node;
}

TaskNode* TaskDeque::Steal() noexcept {
  for (;;) {
    // T1, T2 and T4 are sequentially consistent for P1 and P2, as above.
    std::int64_t top = top_.load(std::memory_order_seq_cst);    // T1
    if (top >= bottom_.load(std::memory_order_seq_cst)) {       // T2
      return nullptr;
    }
    TaskNode* const node = ring_.load(std::memory_order_acquire)
                               ->At(top)
                               .node.load(std::memory_order_relaxed);  // T3
    if (top_.compare_exchange_strong(top, top + 1,              // T4
                                     std::memory_order_seq_cst)) {
      return node;
    }
  }
}

// An index is used once, and its cell again only after top_ has passed it. So
// while top_ stands, the cell at top_ tells of the task that is there.
std::optional<std::chrono::nanoseconds> TaskDeque::OldestSubmitted()
    const noexcept {
  for (;;) {
    const std::int64_t top = top_.load(std::memory_order_seq_cst);
    if (top >= bottom_.load(std::memory_order_seq_cst)) return std::nullopt;
    const std::chrono::nanoseconds submitted =
        ring_.load(std::memory_order_acquire)
            ->At(top)
            .submitted.load(std::memory_order_acquire);
    if (top_.load(std::memory_order_acquire) == top) return submitted;
  }
}

}  // namespace heddle::work_stealing
