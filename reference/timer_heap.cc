// SPDX-License-Identifier: Apache-2.0
#include "reference/timer_heap.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <new>
#include <span>
#include <stdexcept>
#include <utility>

#include "reference/sort_by_due.h"

namespace heddle {
namespace {

// All of it, wherever it begins in a cache line.
inline void Prefetch(const Timer* timer) {
  const auto* const begin = reinterpret_cast<const char*>(timer);
  __builtin_prefetch(begin);
  __builtin_prefetch(begin + sizeof(Timer) / 2);
  __builtin_prefetch(begin + sizeof(Timer) - 1);
}

}  // namespace

inline void TimerHeap::Put(std::size_t place, Node node) {
  nodes_[place] = node;
  places_[node.slot] = static_cast<std::uint32_t>(place);
}

bool TimerHeap::ComesBefore(const Node& a, const Node& b) const {
  return a.due != b.due ? a.due < b.due
                        : slots_[a.slot].order < slots_[b.slot].order;
}

void TimerHeap::Add(Timer& timer, std::uint64_t order) {
  // Room first: if there is none, nothing has changed that matters.
  if (free_slot_ == kNoSlot) {
    const std::size_t slot = slots_.size();
    if (slot >= kInRow - kRoot) {
      throw std::length_error("TimerHeap::Add: too many pending timers");
    }
    if (nodes_.capacity() <= kRoot + slot) nodes_.reserve(2 * (kRoot + slot));
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
  if (places_[timer.slot] == kInRow) {
    nodes_.emplace_back();
    MoveUp(nodes_.size() - 1, {timer.due, timer.slot});
    ++have_left_;
    TidyRow();
    return;
  }
  Settle(places_[timer.slot], {timer.due, timer.slot});
}

void TimerHeap::Remove(const Timer& timer) {
  const std::size_t place = places_[timer.slot];
  if (place == kInRow) {
    FreeSlot(timer.slot);
    ++have_left_;
    TidyRow();
    return;
  }
  const Node last = nodes_.back();
  nodes_.pop_back();
  if (place < nodes_.size()) Settle(place, last);
  FreeSlot(timer.slot);
}

void TimerHeap::FormRow(Clock::Time until) noexcept {
  const auto is_due = [&](const Node& node) { return node.due <= until; };
  if (!row_.empty() || size() < kMany ||
      !std::all_of(nodes_.begin() + kRoot,
                   nodes_.begin() + kRoot + 1 + kChildren, is_due)) {
    return;
  }
  try {
    // A look at no more of them than are due.
    if (std::all_of(nodes_.begin() + kRoot, nodes_.end(), is_due)) {
      TakeAllIntoRow();
    } else {
      TakeIntoRow(until);
    }
  } catch (const std::bad_alloc&) {
    row_.clear();  // they are in the heap still
  }
  SortByDue(std::span(row_), [this](const Node& a, const Node& b) {
    return ComesBefore(a, b);
  });
}

// The heap's memory becomes the row's.
void TimerHeap::TakeAllIntoRow() {
  row_.reserve(kRoot + slots_.size());
  row_.resize(kRoot);
  row_.swap(nodes_);
  std::copy(row_.end() - kRoot, row_.end(), row_.begin());
  row_.resize(row_.size() - kRoot);
  for (const Node& node : row_) places_[node.slot] = kInRow;
}

// No node comes before its parent, so they are the root's whole top.
void TimerHeap::TakeIntoRow(Clock::Time until) {
  row_.push_back(nodes_[kRoot]);
  for (std::size_t i = 0; i < row_.size(); ++i) {
    const std::size_t child = FirstChild(places_[row_[i].slot]);
    const std::size_t end = std::min(child + kChildren, nodes_.size());
    for (std::size_t place = child; place < end; ++place) {
      if (nodes_[place].due <= until) row_.push_back(nodes_[place]);
    }
  }
  if (row_.size() < kMany) {
    row_.clear();
    return;
  }
  // Their places ascend. From the last on, what is below each is a heap.
  for (auto node = row_.rbegin(); node != row_.rend(); ++node) {
    const std::size_t place = std::exchange(places_[node->slot], kInRow);
    const Node last = nodes_.back();
    nodes_.pop_back();
    if (place < nodes_.size()) MoveDown(place, last);
  }
}

// Timers of which many are due at once have not been touched for long: each is
// fetched while the heap is put in order, and so is the slot of the next one.
Timer& TimerHeap::TakeFirst() {
  if (IsRowFirst()) return TakeFromRow();
  const std::uint32_t slot = nodes_[kRoot].slot;
  Timer* const timer = slots_[slot].timer;
  Prefetch(timer);
  const Node last = nodes_.back();
  nodes_.pop_back();
  if (nodes_.size() > kRoot) {
    MoveDown(kRoot, last);
    __builtin_prefetch(&slots_[nodes_[kRoot].slot]);
  }
  FreeSlot(slot);
  return *timer;
}

Timer& TimerHeap::TakeFromRow() {
  constexpr std::size_t kAhead = 16;  // timers, and twice as many slots
  const std::size_t size = row_.size();
  if (size > 2 * kAhead) {
    __builtin_prefetch(&slots_[row_[size - 1 - 2 * kAhead].slot]);
    Prefetch(slots_[row_[size - 1 - kAhead].slot].timer);
  }
  const std::uint32_t slot = row_.back().slot;
  row_.pop_back();
  FreeSlot(slot);
  TidyRow();
  return *slots_[slot].timer;
}

void TimerHeap::TidyRow() {
  while (!row_.empty() && places_[row_.back().slot] != kInRow) {
    row_.pop_back();
    --have_left_;
  }
}

void TimerHeap::FreeSlot(std::uint32_t slot) {
  places_[slot] = free_slot_;
  free_slot_ = slot;
}

std::vector<Timer*> TimerHeap::Sorted() const {
  std::vector<Node> nodes(nodes_.begin() + kRoot, nodes_.end());
  std::copy_if(
      row_.begin(), row_.end(), std::back_inserter(nodes),
      [this](const Node& node) { return places_[node.slot] == kInRow; });
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
