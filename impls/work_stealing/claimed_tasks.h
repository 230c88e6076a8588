// SPDX-License-Identifier: Apache-2.0
//
// ClaimedTasks: what one worker has taken from the injection queue at once.
#ifndef HEDDLE_IMPLS_WORK_STEALING_CLAIMED_TASKS_H_
#define HEDDLE_IMPLS_WORK_STEALING_CLAIMED_TASKS_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "impls/work_stealing/task_node.h"

namespace heddle::work_stealing {

// What it is: a ring of up to kCapacity tasks that one worker, its owner,
// fills and that everybody empties, oldest first. The lock of the injection
// queue is so taken once for many tasks, and yet none of them waits for the
// worker that claimed it: any other may take it from here.
//
// Its states: `begin_` and `end_` are indices that count up; the tasks are
// those at begin_ .. end_ - 1.
//
//              begin_                       end_
//   Put        -                            -
//   Publish    -                            + as many as were put
//   Take       + 1, or half of what is      -
//              there, by compare-and-swap
//
//   The owner                             Who takes
//   F1 read begin_: it is end_, so all    T1 read begin_ and end_: some tasks
//      have been taken                    T2 read the tasks
//   F2 write tasks at end_ and after      T3 they are ours if begin_ goes on by
//   F3 raise end_                            our doing from where T1 read it
//
// The interleaving that must be impossible: F2 overwrites a task between T1 and
// T3, and T3 succeeds. T1 read begin_ below end_, and F1 read begin_ at end_.
// As begin_ never goes back, it moved between, and T3 fails.
//
// What the caller must do: call Put and Publish on one thread, the owner, and
// Put only after IsEmpty() on that thread, and at most kCapacity tasks. Any
// thread may call the rest.
//
// What it promises: each task comes out exactly once, oldest first.
//
// Happens-before: what came before Publish is visible after the Take that
// returned the task.
//
// Destruction: when it is empty and no thread may still take from it.
class ClaimedTasks {
 public:
  static constexpr std::size_t kCapacity = 32;

  ClaimedTasks() = default;
  ClaimedTasks(const ClaimedTasks&) = delete;
  ClaimedTasks& operator=(const ClaimedTasks&) = delete;

  void Put(std::span<TaskNode* const> nodes) {
    std::uint64_t index = filled_;
    for (TaskNode* const node : nodes) {
      Cell& cell = At(index++);
      cell.node.store(node, std::memory_order_relaxed);  // F3 publishes it
      // With the acquire in OldestSubmitted: who reads it here, where an older
      // one was, sees that begin_ has moved on.
      cell.submitted.store(node->task.submitted(), std::memory_order_release);
    }
    filled_ = index;
  }

  void Publish() { end_.store(filled_, std::memory_order_release); }  // F3

  bool IsEmpty() const {  // F1
    const std::uint64_t begin = begin_.load(std::memory_order_acquire);
    return begin >= end_.load(std::memory_order_acquire);
  }

  // The oldest, or null if there is none.
  TaskNode* Take() {
    std::uint64_t begin = begin_.load(std::memory_order_acquire);      // T1
    while (begin < end_.load(std::memory_order_acquire)) {
      TaskNode* const node =
          At(begin).node.load(std::memory_order_relaxed);              // T2
      if (GoOn(begin, begin + 1)) return node;
    }
    return nullptr;
  }

  // Fills `nodes` with the older half of the tasks, oldest first, and returns
  // how many.
  std::size_t TakeHalf(std::span<TaskNode*, kCapacity> nodes) {
    std::uint64_t begin = begin_.load(std::memory_order_acquire);      // T1
    for (;;) {
      const std::uint64_t end = end_.load(std::memory_order_acquire);
      if (begin >= end) return 0;
      const std::size_t size = std::min<std::size_t>(end - begin, kCapacity);
      const std::size_t count = (size + 1) / 2;
      for (std::size_t i = 0; i < count; ++i) {
        nodes[i] = At(begin + i).node.load(std::memory_order_relaxed);  // T2
      }
      if (GoOn(begin, begin + count)) return count;
    }
  }

  // When the oldest was submitted. Does not touch the task, which may be taken,
  // run and destroyed meanwhile.
  std::optional<std::chrono::nanoseconds> OldestSubmitted() const {
    for (;;) {
      const std::uint64_t begin = begin_.load(std::memory_order_acquire);
      if (begin >= end_.load(std::memory_order_acquire)) return std::nullopt;
      const std::chrono::nanoseconds submitted =
          At(begin).submitted.load(std::memory_order_acquire);
      // As T3: while begin_ stands, the cell tells of the task that is there.
      if (begin_.load(std::memory_order_acquire) == begin) return submitted;
    }
  }

 private:
  struct Cell {
    std::atomic<TaskNode*> node;
    std::atomic<std::chrono::nanoseconds> submitted;  // the node's
  };

  Cell& At(std::uint64_t index) { return cells_[index % kCapacity]; }
  const Cell& At(std::uint64_t index) const {
    return cells_[index % kCapacity];
  }

  // T3, from where T1 read it; else reads it again. Release: what was read
  // before is not written until F1 has seen it.
  bool GoOn(std::uint64_t& begin, std::uint64_t to) {
    return begin_.compare_exchange_weak(begin, to, std::memory_order_acq_rel,
                                        std::memory_order_acquire);
  }

  alignas(64) std::atomic<std::uint64_t> begin_{0};
  std::atomic<std::uint64_t> end_{0};
  std::uint64_t filled_ = 0;  // the owner's
  alignas(64) Cell cells_[kCapacity];
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_CLAIMED_TASKS_H_
