// SPDX-License-Identifier: Apache-2.0
//
// TimerHeap: which timer is next.
#ifndef HEDDLE_REFERENCE_TIMER_HEAP_H_
#define HEDDLE_REFERENCE_TIMER_HEAP_H_

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#include "reference/clock.h"
#include "reference/timer.h"

namespace heddle {

// A heap in which each node has four children and in which timers are found by
// the slot that they know. What decides the order is in the heap itself, so
// that the timers, which lie anywhere in memory, are not touched when others
// are added, moved or removed; a node's children share a cache line. Owns no
// timer. One thread.
//
// Many that are due at once can leave the heap for a row, sorted once, from
// which the first is taken without putting the others in order. They are still
// in here: what comes first is the first of the row or of the heap. Who moves
// leaves the row for the heap; of those that have left, or were removed, an
// entry stays in the row until the row has come so far.
//
// Adding, moving and removing one of n timers costs O(log n). Room for as many
// as were in it at once is kept, and in the row; nothing of a timer that was
// removed is.
class TimerHeap {
 public:
  TimerHeap() : nodes_(kRoot) {}

  TimerHeap(const TimerHeap&) = delete;
  TimerHeap& operator=(const TimerHeap&) = delete;

  std::size_t size() const {
    return nodes_.size() - kRoot + row_.size() - have_left_;
  }
  bool empty() const { return size() == 0; }

  // Adds `timer` by its due time and, where that is equal, `order`, which is
  // another one for each. Sets its slot.
  void Add(Timer& timer, std::uint64_t order);

  // These want a timer that is in it.

  // Its due time has changed, or its order shall be another.
  void Move(const Timer& timer, std::uint64_t order);
  void Remove(const Timer& timer);
  std::uint64_t order(const Timer& timer) const {
    return slots_[timer.slot].order;
  }

  // Puts those that are due by `until` in a row, if they are many, there is no
  // row and there is memory for one.
  void FormRow(Clock::Time until) noexcept;

  // These want it not to be empty.

  Clock::Time first_due() const { return First().due; }
  std::uint64_t first_order() const { return slots_[First().slot].order; }

  // Removes the first timer, which by then is on its way into the cache.
  Timer& TakeFirst();

  // All of them, in the order they would run.
  std::vector<Timer*> Sorted() const;

 private:
  struct Node {
    Clock::Time due;
    std::uint32_t slot;
  };

  // What is known of a timer that is not needed to compare it, as a rule.
  struct Slot {
    Timer* timer;
    std::uint64_t order;
  };

  // Puts the children of a node on one cache line: those of place p are at
  // 4 * p - 8 and after it.
  template <class T>
  struct CacheLineAllocator {
    using value_type = T;
    CacheLineAllocator() = default;
    template <class U>
    CacheLineAllocator(const CacheLineAllocator<U>&) {}  // NOLINT: implicit
    T* allocate(std::size_t count) {
      return static_cast<T*>(::operator new(count * sizeof(T), kCacheLine));
    }
    void deallocate(T* memory, std::size_t) {
      ::operator delete(memory, kCacheLine);
    }
    friend bool operator==(CacheLineAllocator, CacheLineAllocator) = default;
    static constexpr std::align_val_t kCacheLine{64};
  };

  static constexpr std::size_t kRoot = 3;  // before it are nodes without use
  static constexpr std::size_t kChildren = 4;
  static constexpr std::uint32_t kNoSlot = 0xffffffff;
  static constexpr std::uint32_t kInRow = 0xfffffffe;  // for a place
  // For a row. With fewer the heap is as fast.
  static constexpr std::size_t kMany = 32;
  static std::size_t Parent(std::size_t place) { return place / 4 + 2; }
  static std::size_t FirstChild(std::size_t place) { return 4 * place - 8; }

  bool ComesBefore(const Node& a, const Node& b) const;
  bool IsRowFirst() const {
    return !row_.empty() &&
           (nodes_.size() == kRoot || row_.back().due < nodes_[kRoot].due ||
            ComesBefore(row_.back(), nodes_[kRoot]));
  }
  const Node& First() const {
    return IsRowFirst() ? row_.back() : nodes_[kRoot];
  }
  void TakeAllIntoRow();
  void TakeIntoRow(Clock::Time until);
  Timer& TakeFromRow();
  // Once entries of the row may be of no more use.
  void TidyRow();
  std::size_t FirstOf(std::size_t place, std::size_t end) const;
  void Put(std::size_t place, Node node);
  // Puts `node` where the order wants it, from the free `place` on.
  void MoveUp(std::size_t place, Node node);
  void MoveDown(std::size_t place, Node node);
  void Settle(std::size_t place, Node node);
  void FreeSlot(std::uint32_t slot);

  using Nodes = std::vector<Node, CacheLineAllocator<Node>>;
  Nodes nodes_;  // with room for all timers, so that who leaves the row finds it
  // The last is the first. Those whose place is not kInRow have left it, but
  // not the last one.
  Nodes row_;
  std::size_t have_left_ = 0;
  std::vector<Slot> slots_;
  // Of the slots' nodes; of a free slot, the free slot after it.
  std::vector<std::uint32_t> places_;
  std::uint32_t free_slot_ = kNoSlot;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_TIMER_HEAP_H_
