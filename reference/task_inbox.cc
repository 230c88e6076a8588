// SPDX-License-Identifier: Apache-2.0
#include "reference/task_inbox.h"

#include <algorithm>
#include <utility>

namespace heddle {

template <std::size_t kBlockSize>
BasicTaskInbox<kBlockSize>::BasicTaskInbox() {
  Block* const first = new Block;
  front_ = FirstOf(*first);
  next_.store(front_, std::memory_order_relaxed);
}

template <std::size_t kBlockSize>
BasicTaskInbox<kBlockSize>::~BasicTaskInbox() {
  while (Front(End()) != nullptr) PopFront();
  delete BlockOf(front_);
  for (Block* kept : {hoard_.load(), passed_.load()}) {
    while (kept != nullptr) delete std::exchange(kept, kept->next.load());
  }
}

template <std::size_t kBlockSize>
auto BasicTaskInbox<kBlockSize>::TakeLastSlot() -> Place {
  Block* fresh = nullptr;
  Place place = next_.load(std::memory_order_acquire);
  for (;;) {
    if ((place & kClosed) != 0) {
      if (fresh != nullptr) KeepBlock(fresh);
      return kNone;
    }
    Place after = place + kNext;
    if (IsLast(place)) {
      if (fresh == nullptr) {
        fresh = GetBlock();
        place = next_.load(std::memory_order_acquire);          // N1
        continue;
      }
      fresh->before.store(NumberOf(place) + 1,                  // N2
                          std::memory_order_relaxed);
      after = FirstOf(*fresh);
    }
    // N3; see TakeSlot.
    if (next_.compare_exchange_weak(place, after)) break;
  }
  if (IsLast(place)) {
    BlockOf(place)->next.store(fresh, std::memory_order_relaxed);
  } else if (fresh != nullptr) {
    KeepBlock(fresh);
  }
  return place;
}

template <std::size_t kBlockSize>
auto BasicTaskInbox<kBlockSize>::ClaimSome(std::size_t most) -> Claim {
  Claim claim;
  for (typename Claim::Row* row : {&claim.first_, &claim.second_}) {
    const Slot* const slots = &SlotAt(front_);
    const std::size_t left = std::min(most, kLines - front_ % kLines);
    while (row->count < left &&
           slots[row->count].full.load(std::memory_order_acquire)) {
      ++row->count;
    }
    if (row->count == 0) break;
    row->begin = front_;
    most -= row->count;
    Block* const block = BlockOf(front_);
    block->users.fetch_add(1, std::memory_order_relaxed);
    front_ += (row->count - 1) * kNext;
    if (!IsLast(front_)) {
      front_ += kNext;
      break;
    }
    PassBlock();
  }
  return claim;
}

template <std::size_t kBlockSize>
void BasicTaskInbox<kBlockSize>::PassBlock() {
  Block* const passed = BlockOf(front_);
  // Relaxed, as is its store: the slot was full, which came after.
  front_ = FirstOf(*passed->next.load(std::memory_order_relaxed));
  Leave(passed);
}

template <std::size_t kBlockSize>
void BasicTaskInbox<kBlockSize>::Leave(Block* block) {
  // Acquires and releases: who keeps the block has seen all slots freed.
  if (block->users.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  block->users.store(1, std::memory_order_relaxed);
  KeepBlock(block);
}

template <std::size_t kBlockSize>
auto BasicTaskInbox<kBlockSize>::GetBlock() -> Block* {
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
template <std::size_t kBlockSize>
void BasicTaskInbox<kBlockSize>::KeepBlock(Block* block) {
  Block* rest = passed_.load(std::memory_order_relaxed);
  do {
    block->next.store(rest, std::memory_order_relaxed);
  } while (!passed_.compare_exchange_weak(rest, block,
                                          std::memory_order_release,
                                          std::memory_order_relaxed));
}

template class BasicTaskInbox<8 * 1024>;
template class BasicTaskInbox<32 * 1024>;

}  // namespace heddle
