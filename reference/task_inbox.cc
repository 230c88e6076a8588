// SPDX-License-Identifier: Apache-2.0
#include "reference/task_inbox.h"

#include <utility>

namespace heddle {

TaskInbox::TaskInbox() {
  Block* const first = new Block;
  next_.store(FirstOf(*first), std::memory_order_relaxed);
  front_ = first->slots.data();
}

TaskInbox::~TaskInbox() {
  while (Front(End()) != nullptr) PopFront();
  delete BlockOf(reinterpret_cast<Place>(front_));
  for (Block* kept : {hoard_.load(), passed_.load()}) {
    while (kept != nullptr) delete std::exchange(kept, kept->next.load());
  }
}

bool TaskInbox::Put(Task&& task) {
  Block* fresh = nullptr;
  Place place = next_.load(std::memory_order_relaxed);
  for (;;) {
    if ((place & kClosed) != 0) {
      if (fresh != nullptr) KeepBlock(fresh);
      return false;
    }
    if (IsLast(place) && fresh == nullptr) fresh = GetBlock();
    const Place after =
        IsLast(place) ? FirstOf(*fresh) : place + sizeof(Slot);
    // Sequentially consistent: see thread_call_queue.h, P1 and P4. It also
    // passes a fresh block on to those who take its slots.
    if (next_.compare_exchange_weak(place, after)) break;
  }
  if (IsLast(place)) {
    BlockOf(place)->next.store(fresh, std::memory_order_relaxed);
  } else if (fresh != nullptr) {
    KeepBlock(fresh);
  }
  Slot& slot = *reinterpret_cast<Slot*>(place);
  slot.task = std::move(task);
  slot.full.store(true, std::memory_order_release);
  return true;
}

void TaskInbox::PassBlock() {
  Block* const passed = BlockOf(reinterpret_cast<Place>(front_));
  // Relaxed, as is its store: the slot was full, which came after.
  front_ = passed->next.load(std::memory_order_relaxed)->slots.data();
  KeepBlock(passed);
}

TaskInbox::Block* TaskInbox::GetBlock() {
  Block* block = hoard_.exchange(nullptr, std::memory_order_acquire);
  if (block == nullptr) {
    block = passed_.exchange(nullptr, std::memory_order_acquire);
  }
  if (block == nullptr) return new Block;
  Block* const rest = block->next.load(std::memory_order_relaxed);
  if (rest != nullptr) {
    // What another producer has put there meanwhile, at the same time.
    Block* other = hoard_.exchange(rest, std::memory_order_acq_rel);
    while (other != nullptr) {
      Block* const kept = other;
      other = other->next.load(std::memory_order_relaxed);
      KeepBlock(kept);
    }
  }
  return block;
}

// It is only ever emptied as a whole, so an address that is found again is
// right.
void TaskInbox::KeepBlock(Block* block) {
  Block* rest = passed_.load(std::memory_order_relaxed);
  do {
    block->next.store(rest, std::memory_order_relaxed);
  } while (!passed_.compare_exchange_weak(rest, block,
                                          std::memory_order_release,
                                          std::memory_order_relaxed));
}

}  // namespace heddle
