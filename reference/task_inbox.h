// SPDX-License-Identifier: Apache-2.0
//
// TaskInbox: tasks from many threads for one, in the order they were put in.
#ifndef HEDDLE_REFERENCE_TASK_INBOX_H_
#define HEDDLE_REFERENCE_TASK_INBOX_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "reference/processors.h"
#include "reference/task.h"

namespace heddle {

// What it is: a queue of tasks by value, in blocks of slots of one cache line.
// One locked instruction puts a task in, and counts it; none takes it out.
//
// Its states: open, then closed for good. A slot is free; then taken, while a
// producer moves its task there; then full.
//
// What the caller must do: the functions of the reader belong to one thread at
// a time. A task's move constructor may use the inbox: nobody waits for it but
// the reader, who finds no front meanwhile. Who is the reader may also claim
// tasks, and then empty the claim while another one is the reader.
//
// What it promises: tasks come out in the order in which their slots were
// taken. So of two Put() calls the first comes out first if it returned before
// the other began (RT-03). Unbounded; allocates once for many tasks, and keeps
// the memory, so that in a steady state it allocates nothing. Count() is exact.
//
//   producer, Put()                          reader
//   P1. reads where the next slot is         R1. End(): reads where the next
//   P2. if that is a block's last: gets a        slot is; or EndOfReady()
//       fresh block                          R2. Front(): waits for nothing,
//   P3. takes the slot, by compare and           reads whether the oldest
//       exchange; the next one is behind         slot is full
//       it, or the first of the fresh block  R3. runs the task where it lies
//   P4. if it was the last: links the        R4. PopFront(): frees the slot;
//       fresh block                              follows the link behind a
//   P5. moves the task, or, if it may        last one, keeps the block
//       not stay, nothing; says: full
//
// What must not happen is that a producer touches a block that the reader has
// passed. It touches only the block of a slot that it has taken at P3, until
// P5, and the reader passes no slot that is not full (R2).
//
// A block says how many slots came before it, so that the place of the next
// slot says how many were ever taken:
//
//   producer with a fresh block              who counts
//   N1. reads the place of the next slot,    M1. reads the place of the next
//       a block's last                           slot
//   N2. writes into the fresh block how      M2. reads what its block says
//       many slots come before it            M3. the same place again? Else M1
//   N3. P3
//
// What must not happen is that N3 or M3 finds its place again although the
// block was used anew meanwhile, and so N2 or M2 meant another time. So a place
// is an address and the lowest bits of its number: it comes again only after
// kNumbers slots to the slot, and within a few instructions.
//
// What was claimed is emptied beside the next reader:
//
//   reader                                   who has a claim
//   K1. ClaimSome(): counts the claim        U1. Empty(): moves the tasks away,
//       among the users of its block             frees the slots
//   K2. moves the front behind it            U2. is no user any more; was it
//   K3. PassBlock(): follows the link, is        the last: keeps the block
//       no user any more; was it the last:
//       keeps the block
//
// What must not happen is that a block is used anew in which a claim still has
// slots. The reader is a user until K3, so the count cannot be 0 between K1 and
// U2; and whoever makes it 0 has seen what all others did before (acquire and
// release).
//
// Happens-before: Put before Front, or Empty, gives that task; PopFront and
// Empty before the Put that uses the slot anew.
//
// Destruction: while no thread is in a member function.
//
// kBlockSize, in bytes, is a power of 2. A block's first 64 bytes are no slot.
template <std::size_t kBlockSize>
class BasicTaskInbox {
 public:
  // A place in the order of all that was ever put in: from the lowest bit, the
  // number of a cache line, of 47 bits of address; kClosed; the lowest bits of
  // the slot's number.
  using Place = std::uint64_t;
  static constexpr std::size_t kSlotSize = 64;

  BasicTaskInbox();
  ~BasicTaskInbox();

  BasicTaskInbox(const BasicTaskInbox&) = delete;
  BasicTaskInbox& operator=(const BasicTaskInbox&) = delete;

  // --- Any thread ---

  // Moves from `task`; or returns false, once closed, and leaves it alone. So
  // it does if it throws std::bad_alloc.
  [[nodiscard]] bool Put(Task&& task) {
    return PutIf(std::move(task), [] { return true; });
  }
  // Asks `may_stay()` when the task has been counted. If it may not, leaves it
  // alone and returns false: an empty task comes out in its place.
  template <class MayStay>
  [[nodiscard]] bool PutIf(Task&& task, MayStay may_stay);

  // How many were ever put in, those included that are being put in.
  std::uint64_t Count() const {
    for (;;) {
      const Place place = End();                                // M1
      const std::uint64_t count = NumberOf(place);              // M2
      if (End() == place) return count;                         // M3
    }
  }

  // A word of its user's on the cache line that each Put writes: a producer who
  // reads it then need not wait for a line more. The inbox does not touch it.
  std::atomic<std::uint64_t>& Companion() { return companion_; }

  // --- The reader ---

  // Behind all that has been put in by now, and is being put in.
  Place End() const {
    // Sequentially consistent, as is P3: see thread_call_queue.h, L2 and P1.
    return next_.load() & ~kClosed;
  }

  // Whether nothing has been put in, nor is being put in.
  bool IsEmpty() const { return End() == front_; }

  // Behind the tasks that are there, as long as they are few, which their slots
  // tell: leaves the producers' cache line alone. Else End().
  Place EndOfReady() const {
    constexpr int kFew = 4;
    Place place = front_;
    for (int i = 0; i < kFew && !IsLast(place); ++i, place += kNext) {
      if (!SlotAt(place).full.load(std::memory_order_acquire)) return place;
    }
    return End();
  }

  // Where the oldest is, or will be.
  Place Begin() const { return front_; }

  // Whether the oldest task is there.
  bool IsReady() const {
    return SlotAt(front_).full.load(std::memory_order_acquire);
  }

  // The oldest task if it is there; else null. Leaves the producers' cache line
  // alone.
  Task* Front() { return IsReady() ? &SlotAt(front_).task : nullptr; }
  // The same, but null if it is not before `end`.
  Task* Front(Place end) { return front_ == end ? nullptr : Front(); }

  // Destroys what Front() has returned, or is left of it.
  void PopFront() {
    Slot& slot = SlotAt(front_);
    if (slot.task) slot.task = Task();
    slot.full.store(false, std::memory_order_relaxed);
    if (IsLast(front_)) {
      PassBlock();
    } else {
      front_ += kNext;
    }
  }

  // From now on nothing is put in.
  void Close() { next_.fetch_or(kClosed); }

  // Some places one after the other.
  class Claim;

  // Up to `most` of the oldest places, as far as they are filled; no longer the
  // reader's. The claim goes to Empty(), once.
  [[nodiscard]] Claim ClaimSome(std::size_t most);

  // --- Who has a claim, on any thread ---

  // Calls take(Task&) for each task in order, which must move from it.
  template <class Take>
  void Empty(const Claim& claim, Take take);

 private:
  static constexpr std::size_t kLines = kBlockSize / kSlotSize;
  static constexpr std::size_t kSlots = kLines - 1;
  static constexpr int kNumberShift = 42;
  static constexpr Place kClosed = Place{1} << (kNumberShift - 1);
  static constexpr Place kLineMask = kClosed - 1;
  static constexpr Place kNumbers = Place{1} << (64 - kNumberShift);
  // From a place to the one behind it in the same block.
  static constexpr Place kNext = (Place{1} << kNumberShift) + 1;

  struct alignas(kSlotSize) Slot {
    Task task;
    std::atomic<bool> full = false;
  };
  struct alignas(kBlockSize) Block {
    // Of the queue, or of those kept.
    alignas(kSlotSize) std::atomic<Block*> next = nullptr;
    std::atomic<std::uint64_t> before = 0;  // slots
    // The reader, until it has passed the block, and claims.
    std::atomic<int> users = 1;
    std::array<Slot, kSlots> slots;
  };
  static_assert(sizeof(Slot) == kSlotSize && sizeof(Block) == kBlockSize);

  // A block's first line is no slot.
  static bool IsLast(Place place) { return place % kLines == kSlots; }
  static std::uintptr_t AddressAt(Place place) {
    return static_cast<std::uintptr_t>((place & kLineMask) * kSlotSize);
  }
  static Slot& SlotAt(Place place) {
    return *reinterpret_cast<Slot*>(AddressAt(place));
  }
  static Block* BlockOf(Place place) {
    return reinterpret_cast<Block*>(AddressAt(place) / kBlockSize * kBlockSize);
  }
  static std::uint64_t NumberOf(Place place) {
    return BlockOf(place)->before.load(std::memory_order_acquire) +
           place % kLines - 1;
  }
  static Place FirstOf(const Block& block) {
    return block.before.load(std::memory_order_relaxed) << kNumberShift |
           reinterpret_cast<std::uintptr_t>(block.slots.data()) / kSlotSize;
  }

  // Takes a slot; no place once closed.
  static constexpr Place kNone = 0;
  Place TakeSlot() {
    // Else the load fetches the line to read, and the exchange once more.
    PrefetchToWrite(&next_);
    Place place = next_.load(std::memory_order_relaxed);
    while (!IsLast(place) && (place & kClosed) == 0) [[likely]] {
      // Sequentially consistent: see thread_call_queue.h, P1 and P4. It also
      // passes a fresh block on to those who take its slots.
      if (next_.compare_exchange_weak(place, place + kNext)) return place;
    }
    return TakeLastSlot();
  }
  // The same, where that may be a block's last.
  Place TakeLastSlot();

  // Goes on to the next block, and leaves the one that front_ ends.
  void PassBlock();
  // The last one keeps the block.
  void Leave(Block* block);

  Block* GetBlock();
  void KeepBlock(Block* block);

  // Where the next slot is, and kClosed. The producers' cache line.
  alignas(64) std::atomic<Place> next_;
  std::atomic<std::uint64_t> companion_{0};
  // The reader's.
  alignas(64) Place front_;
  // Two chains of blocks to use again: producers take from the first, and
  // the whole second one when that is empty; the reader adds to the second.
  alignas(64) std::atomic<Block*> hoard_ = nullptr;
  std::atomic<Block*> passed_ = nullptr;
};

template <std::size_t kBlockSize>
class BasicTaskInbox<kBlockSize>::Claim {
 public:
  // Places; there may be fewer tasks, see PutIf.
  std::size_t size() const { return first_.count + second_.count; }

 private:
  friend BasicTaskInbox;
  struct Row {  // of slots, in one block
    Place begin = kNone;
    std::size_t count = 0;
  };
  Row first_;
  Row second_;
};

template <std::size_t kBlockSize>
template <class MayStay>
bool BasicTaskInbox<kBlockSize>::PutIf(Task&& task, MayStay may_stay) {
  const Place place = TakeSlot();
  if (place == kNone) return false;
  const bool stays = may_stay();
  Slot& slot = SlotAt(place);
  if (stays) slot.task = std::move(task);
  slot.full.store(true, std::memory_order_release);
  return stays;
}

template <std::size_t kBlockSize>
template <class Take>
void BasicTaskInbox<kBlockSize>::Empty(const Claim& claim, Take take) {
  for (const typename Claim::Row& row : {claim.first_, claim.second_}) {
    if (row.count == 0) break;
    Slot* const slots = &SlotAt(row.begin);
    for (std::size_t i = 0; i < row.count; ++i) {
      if (slots[i].task) take(slots[i].task);
      slots[i].full.store(false, std::memory_order_relaxed);
    }
    Leave(BlockOf(row.begin));
  }
}

// For a queue that is nearly always short: it stays in the nearest cache.
using TaskInbox = BasicTaskInbox<8 * 1024>;
// For one that may be long: 64.1 bytes for each task instead of 64.5.
using LongTaskInbox = BasicTaskInbox<32 * 1024>;

extern template class BasicTaskInbox<8 * 1024>;
extern template class BasicTaskInbox<32 * 1024>;

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_TASK_INBOX_H_
