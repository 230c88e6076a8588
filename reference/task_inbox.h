// SPDX-License-Identifier: Apache-2.0
//
// TaskInbox: tasks from many threads for one, in the order they were put in.
#ifndef HEDDLE_REFERENCE_TASK_INBOX_H_
#define HEDDLE_REFERENCE_TASK_INBOX_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "reference/task.h"

namespace heddle {

// What it is: a queue of tasks by value, in blocks of slots of one cache line.
// One locked instruction puts a task in; none takes it out.
//
// Its states: open, then closed for good. A slot is free; then taken, while a
// producer moves its task there; then full.
//
// What the caller must do: the functions of the reader belong to one thread at
// a time. A task's move constructor may use the inbox: nobody waits for it but
// the reader, who finds no front meanwhile.
//
// What it promises: tasks come out in the order in which their slots were
// taken. So of two Put() calls the first comes out first if it returned before
// the other began (RT-03). Unbounded; allocates once for many tasks, and keeps
// the memory, so that in a steady state it allocates nothing.
//
//   producer, Put()                          reader
//   P1. reads where the next slot is         R1. End(): reads where the next
//   P2. if that is a block's last: gets a        slot is
//       fresh block                          R2. Front(): waits for nothing,
//   P3. takes the slot, by compare and           reads whether the oldest
//       exchange; the next one is behind         slot is full
//       it, or the first of the fresh block  R3. runs the task where it lies
//   P4. if it was the last: links the        R4. PopFront(): frees the slot;
//       fresh block                              follows the link behind a
//   P5. moves the task; says: full               last one, keeps the block
//
// What must not happen is that a producer touches a block that the reader has
// passed. It touches only the block of a slot that it has taken at P3, until
// P5, and the reader passes no slot that is not full (R2). A compare and
// exchange that finds an address again after the block was used anew is right:
// the address names a free slot.
//
// Happens-before: Put before Front returns that task; PopFront before the Put
// that uses the slot anew.
//
// Destruction: while no thread is in a member function.
class TaskInbox {
 public:
  // A place in the order of all that was ever put in.
  using Place = std::uintptr_t;

  TaskInbox();
  ~TaskInbox();

  TaskInbox(const TaskInbox&) = delete;
  TaskInbox& operator=(const TaskInbox&) = delete;

  // --- Any thread ---

  // Moves from `task`; or returns false, once closed, and leaves it alone. So
  // it does if it throws std::bad_alloc.
  [[nodiscard]] bool Put(Task&& task);

  // --- The reader ---

  // Behind all that has been put in by now, and is being put in.
  Place End() const {
    // Sequentially consistent, as is P3: see thread_call_queue.h, L2 and P1.
    return next_.load() & ~kClosed;
  }

  // Whether nothing has been put in, nor is being put in.
  bool IsEmpty() const { return End() == reinterpret_cast<Place>(front_); }

  // Whether the oldest task is there.
  bool IsReady() const { return front_->full.load(std::memory_order_acquire); }

  // The oldest task if it is before `end` and there; else null.
  Task* Front(Place end) {
    if (reinterpret_cast<Place>(front_) == end || !IsReady()) return nullptr;
    return &front_->task;
  }

  // Destroys what Front() has returned, or is left of it.
  void PopFront() {
    if (front_->task) front_->task = Task();
    front_->full.store(false, std::memory_order_relaxed);
    if (IsLast(reinterpret_cast<Place>(front_))) {
      PassBlock();
    } else {
      ++front_;
    }
  }

  // From now on nothing is put in.
  void Close() { next_.fetch_or(kClosed); }

 private:
  static constexpr std::size_t kBlockSize = 8192;
  static constexpr Place kClosed = 1;

  struct alignas(64) Slot {
    Task task;
    std::atomic<bool> full = false;
  };
  struct alignas(kBlockSize) Block {
    // Of the queue, or of those kept.
    alignas(64) std::atomic<Block*> next = nullptr;
    std::array<Slot, kBlockSize / sizeof(Slot) - 1> slots;
  };
  static_assert(sizeof(Slot) == 64 && sizeof(Block) == kBlockSize);

  static bool IsLast(Place slot) {
    return slot % kBlockSize == kBlockSize - sizeof(Slot);
  }
  static Block* BlockOf(Place slot) {
    return reinterpret_cast<Block*>(slot - slot % kBlockSize);
  }
  static Place FirstOf(Block& block) {
    return reinterpret_cast<Place>(block.slots.data());
  }

  // Goes on to the next block, and keeps the one that front_ ends.
  void PassBlock();

  Block* GetBlock();
  void KeepBlock(Block* block);

  // The slot to take next, and kClosed. The producers' cache line.
  alignas(64) std::atomic<Place> next_;
  // The reader's.
  alignas(64) Slot* front_;
  // Two chains of blocks to use again: producers take from the first, and
  // the whole second one when that is empty; the reader adds to the second.
  alignas(64) std::atomic<Block*> hoard_ = nullptr;
  std::atomic<Block*> passed_ = nullptr;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_TASK_INBOX_H_
