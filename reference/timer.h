// SPDX-License-Identifier: Apache-2.0
//
// Timer: one call to come, and the counted references to it.
#ifndef HEDDLE_REFERENCE_TIMER_H_
#define HEDDLE_REFERENCE_TIMER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "reference/clock.h"
#include "reference/recycled_blocks.h"
#include "reference/task.h"

namespace heddle {

class TimerQueue;

//              RunDue()             Cancel()          Reset(), Shift()
// kPending     -> kCalled           -> kCancelled     no change
// kCalled      not in the queue     AlreadyCalled     AlreadyCalled
// kCancelled   not in the queue     AlreadyCancelled  AlreadyCancelled
enum class TimerState : unsigned char { kPending, kCalled, kCancelled };

// Made by its queue, which has one reference while it is pending; the others
// are in handles. All but the count belongs to the loop's thread.
struct Timer {
  Timer(TimerQueue* queue, Clock::Time due, Task&& task)
      : queue(queue), due(due), task(std::move(task)) {}

  static void* operator new(std::size_t) {
    return RecycledBlocks<Timer>::Allocate();
  }
  static void operator delete(void* memory) noexcept {
    RecycledBlocks<Timer>::Free(memory);
  }

  std::atomic<std::uint32_t> references{1};
  std::uint32_t slot = 0;  // in the heap, while pending
  TimerState state = TimerState::kPending;
  TimerQueue* queue;  // null once the queue is gone
  Clock::Time due;
  Task task;  // empty unless pending, or being called
};

// A counted reference. Copied and dropped on any thread: of a timer that is
// not pending nothing is left but numbers, so the last drop, which the queue
// never leaves to handles before, runs no code of users. A drop happens before
// the end of the timer.
class TimerHandle {
 public:
  TimerHandle() noexcept = default;

  // A further reference to `timer`, which has one.
  explicit TimerHandle(Timer& timer) noexcept : timer_(&timer) {
    AddReference();
  }

  // The reference that a new timer has, or that was released.
  static TimerHandle Adopt(Timer* timer) noexcept {
    TimerHandle handle;
    handle.timer_ = timer;
    return handle;
  }

  TimerHandle(const TimerHandle& other) noexcept : timer_(other.timer_) {
    if (timer_ != nullptr) AddReference();
  }
  TimerHandle(TimerHandle&& other) noexcept : timer_(other.Release()) {}
  TimerHandle& operator=(TimerHandle other) noexcept {
    std::swap(timer_, other.timer_);
    return *this;
  }
  ~TimerHandle() {
    if (timer_ != nullptr) Drop();
  }

  // Drops a reference of somebody else, who has told this one's owner to.
  void DropAnother() const noexcept {
    // Two are that one and this one: nobody else can change their number.
    if (timer_->references.load(std::memory_order_acquire) == 2) {
      timer_->references.store(1, std::memory_order_release);
    } else {
      timer_->references.fetch_sub(1, std::memory_order_acq_rel);
    }
  }

  Timer* Release() noexcept { return std::exchange(timer_, nullptr); }

  explicit operator bool() const noexcept { return timer_ != nullptr; }
  Timer& operator*() const noexcept { return *timer_; }
  Timer* operator->() const noexcept { return timer_; }
  Timer* get() const noexcept { return timer_; }

  friend bool operator==(const TimerHandle&, const TimerHandle&) = default;

 private:
  // Relaxed: a new reference is copied from one that keeps the timer meanwhile.
  void AddReference() noexcept {
    timer_->references.fetch_add(1, std::memory_order_relaxed);
  }

  // Who has the only reference needs no read-modify-write: nobody else can
  // make another of it.
  void Drop() noexcept {
    if (timer_->references.load(std::memory_order_acquire) == 1 ||
        timer_->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete timer_;
    }
  }

  Timer* timer_ = nullptr;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_TIMER_H_
