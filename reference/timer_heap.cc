// SPDX-License-Identifier: Apache-2.0
#include "reference/timer_heap.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace heddle {

inline bool TimerHeap::ComesBefore(const Node& a, const Node& b) const {
  return a.due != b.due ? a.due < b.due
                        : slots_[a.slot].order < slots_[b.slot].order;
}

inline void TimerHeap::Put(std::size_t place, Node node) {
  nodes_[place] = node;
  places_[node.slot] = static_cast<std::uint32_t>(place);
}

void TimerHeap::Add(Timer& timer, std::uint64_t order) {
  // Room first: if there is none, nothing has changed that matters.
  if (free_slot_ == kNoSlot) {
    const std::size_t slot = slots_.size();
    if (slot >= kNoSlot - kRoot) {
      throw std::length_error("TimerHeap::Add: too many pending timers");
    }
    places_.resize(slot + 1);
    slots_.emplace_back();
    places_[slot] = kNoSlot;
    free_slot_ = static_cast<std::uint32_t>(slot);
  }
  nodes_.emplace_back();
  timer.slot = free_slot_;
  free_slot_ = places_[timer.slot];
  slots_[timer.slot] = {&timer, order};
  MoveUp(nodes_.size() - 1, {timer.due, timer.slot});
}

void TimerHeap::Move(const Timer& timer, std::uint64_t order) {
  slots_[timer.slot].order = order;
  Settle(places_[timer.slot], {timer.due, timer.slot});
}

void TimerHeap::Remove(const Timer& timer) {
  const std::size_t place = places_[timer.slot];
  const Node last = nodes_.back();
  nodes_.pop_back();
  if (place < nodes_.size()) Settle(place, last);
  FreeSlot(timer.slot);
}

// Timers of which many are due at once have not been touched for long: each is
// fetched while the heap is put in order, and so is the slot of the next one.
Timer& TimerHeap::TakeFirst() {
  const std::uint32_t slot = nodes_[kRoot].slot;
  Timer* const timer = slots_[slot].timer;
  __builtin_prefetch(timer);
  __builtin_prefetch(reinterpret_cast<const char*>(timer + 1) - 1);
  const Node last = nodes_.back();
  nodes_.pop_back();
  if (!empty()) {
    MoveDown(kRoot, last);
    __builtin_prefetch(&slots_[nodes_[kRoot].slot]);
  }
  FreeSlot(slot);
  return *timer;
}

void TimerHeap::FreeSlot(std::uint32_t slot) {
  places_[slot] = free_slot_;
  free_slot_ = slot;
}

std::vector<Timer*> TimerHeap::Sorted() const {
  std::vector<Node> nodes(nodes_.begin() + kRoot, nodes_.end());
  std::sort(nodes.begin(), nodes.end(), [this](const Node& a, const Node& b) {
    return ComesBefore(a, b);
  });
  std::vector<Timer*> timers;
  timers.reserve(nodes.size());
  for (const Node& node : nodes) timers.push_back(slots_[node.slot].timer);
  return timers;
}

void TimerHeap::MoveUp(std::size_t place, Node node) {
  while (place > kRoot && ComesBefore(node, nodes_[Parent(place)])) {
    Put(place, nodes_[Parent(place)]);
    place = Parent(place);
  }
  Put(place, node);
}

void TimerHeap::MoveDown(std::size_t place, Node node) {
  for (;;) {
    const std::size_t child = FirstChild(place);
    if (child >= nodes_.size()) break;
    const std::size_t first =
        FirstOf(child, std::min(child + kChildren, nodes_.size()));
    if (!ComesBefore(nodes_[first], node)) break;
    Put(place, nodes_[first]);
    place = first;
  }
  Put(place, node);
}

// The first in order of those from `place` up to `end`.
inline std::size_t TimerHeap::FirstOf(std::size_t place,
                                      std::size_t end) const {
  std::size_t first = place;
  while (++place < end) {
    if (ComesBefore(nodes_[place], nodes_[first])) first = place;
  }
  return first;
}

void TimerHeap::Settle(std::size_t place, Node node) {
  if (place > kRoot && ComesBefore(node, nodes_[Parent(place)])) {
    MoveUp(place, node);
  } else {
    MoveDown(place, node);
  }
}

}  // namespace heddle
