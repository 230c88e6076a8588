// SPDX-License-Identifier: Apache-2.0
//
// TaskDeque: one worker's own tasks, which all others may steal.
#ifndef HEDDLE_IMPLS_WORK_STEALING_TASK_DEQUE_H_
#define HEDDLE_IMPLS_WORK_STEALING_TASK_DEQUE_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "impls/work_stealing/task_node.h"

namespace heddle::work_stealing {

// What it is: a growing ring of node pointers after Chase and Lev ("Dynamic
// circular work-stealing deque", 2005). Its owner pushes and pops at the
// bottom, newest first, without a contended instruction while two or more
// tasks are there; thieves take the oldest at the top by compare-and-swap.
//
// Its states: `top_` and `bottom_` are indices that count up; the tasks are
// those at top_ .. bottom_ - 1.
//
//                 top_                 bottom_
//   Push          -                    + 1
//   Pop           + 1 if it was the    - 1; + 1 again if the deque was empty
//                 only task            or the task the only one
//   Steal         + 1                  -
//
// Every task leaves at one index, once: at top_ by a compare-and-swap, or at
// bottom_ by the owner, who needs no compare-and-swap where no thief can be.
// Pop first looks whether there is any: top_ only goes up, and so an old value
// of it that says "none" is right.
//
//   The owner, in Pop                    A thief, in Steal
//   P1 lower bottom_ to b                T1 read top_: t
//   P2 read top_: t                      T2 read bottom_: nothing if <= t
//   P3 t < b: the task at b is ours      T3 read the task at t
//      t == b: ours if top_ goes to      T4 it is ours if top_ goes from t
//              b + 1 by our doing           to t + 1 by our doing
//
// The interleaving that must be impossible: P3 takes index b without a
// compare-and-swap while T4 takes it too. T4 takes b only if T1 read b, that
// is, after a thief had moved top_ to b; P2 read less, so it was before that.
// With P1, P2, T1 and T2 in one total order, P1 comes before T2, and T2 sees
// that b has gone.
//
// What the caller must do: call Reserve, Push and Pop on one thread, the
// owner; the role may pass on if something orders the old owner before the
// new. Any thread may call the rest. Reserve before each Push.
//
// What it promises: each pushed node comes out exactly once. Steal gives up
// only when the deque is empty: whoever loses a race has seen another win.
//
// Happens-before: what came before Push(n) is visible after the Pop or Steal
// that returned n.
//
// Destruction: when it is empty and no thread may still steal. Rings that it
// has outgrown stay until then, since a thief may still read them; together
// they are smaller than the last one.
class TaskDeque {
 public:
  TaskDeque();
  ~TaskDeque();

  TaskDeque(const TaskDeque&) = delete;
  TaskDeque& operator=(const TaskDeque&) = delete;

  // Makes room for one Push; may throw std::bad_alloc, and has then changed
  // nothing.
  void Reserve() {
    // Without a look at top_, which the thieves write.
    if (bottom_.load(std::memory_order_relaxed) >= room_until_) [[unlikely]] {
      MakeRoom();
    }
  }

  void Push(TaskNode* node) noexcept {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed);
    ring_.load(std::memory_order_relaxed)->At(bottom).Put(node);
    bottom_.store(bottom + 1, std::memory_order_release);
  }

  // The newest task, or null.
  TaskNode* Pop() noexcept {
    const std::int64_t bottom = bottom_.load(std::memory_order_relaxed) - 1;
    // Relaxed: nothing is read because of it, and P2 looks again.
    if (top_.load(std::memory_order_relaxed) > bottom) return nullptr;
    // P1 and P2 are sequentially consistent for T1 and T2: if P2 could be read
    // before P1 is visible, owner and thief could both take `bottom`.
    bottom_.store(bottom, std::memory_order_seq_cst);             // P1
    const std::int64_t top = top_.load(std::memory_order_seq_cst);  // P2
    if (top >= bottom) [[unlikely]] return PopLast(top, bottom);
    return ring_.load(std::memory_order_relaxed)                  // P3
        ->At(bottom)
        .node.load(std::memory_order_relaxed);
  }

  // The oldest task, or null if there is none.
  TaskNode* Steal() noexcept;

  // When the oldest task was submitted, if there is one. Does not touch the
  // task, which may be taken, run and destroyed meanwhile.
  std::optional<std::chrono::nanoseconds> OldestSubmitted() const noexcept;

  // Whether there is nothing to steal, by a glance: whether to sleep is decided
  // by the census. A task that its owner is just popping does not count.
  bool LooksEmpty() const noexcept {
    const std::int64_t top = top_.load(std::memory_order_acquire);
    return top >= bottom_.load(std::memory_order_acquire);
  }

 private:
  struct Cell {
    void Put(TaskNode* new_node) {
      node.store(new_node, std::memory_order_relaxed);
      // With the acquire in OldestSubmitted: who reads it here, where an older
      // one was, sees that top_ has moved on.
      submitted.store(new_node->task.submitted(), std::memory_order_release);
    }

    // The tasks may be gone already.
    void CopyFrom(const Cell& other) {
      node.store(other.node.load(std::memory_order_relaxed),
                 std::memory_order_relaxed);
      submitted.store(other.submitted.load(std::memory_order_relaxed),
                      std::memory_order_release);
    }

    std::atomic<TaskNode*> node;
    std::atomic<std::chrono::nanoseconds> submitted;  // the node's
  };

  // Relaxed access to the nodes in it: bottom_ publishes them, and a thief that
  // read a stale one fails at T4.
  struct Ring {
    explicit Ring(std::int64_t size)
        : capacity(size), cells(new Cell[size]) {}

    Cell& At(std::int64_t index) const {
      return cells[index & mask];
    }

    const std::int64_t capacity;  // a power of two
    const std::int64_t mask = capacity - 1;
    const std::unique_ptr<Cell[]> cells;
  };

  void MakeRoom();
  void Grow();
  // P3 where no task but one is left, if that.
  TaskNode* PopLast(std::int64_t top, std::int64_t bottom) noexcept;

  // Owner and thieves on lines of their own. Relaxed loads of bottom_ and
  // ring_ are the owner's, who reads what it wrote itself.
  alignas(64) std::atomic<std::int64_t> top_{0};
  alignas(64) std::atomic<std::int64_t> bottom_{0};
  std::atomic<const Ring*> ring_;             // the last of rings_
  // The owner's: Push may fill indices below this. top_ only goes up, so an old
  // value of it and the capacity are a bound that holds.
  std::int64_t room_until_ = 0;
  std::vector<std::unique_ptr<Ring>> rings_;  // the owner's
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_TASK_DEQUE_H_
