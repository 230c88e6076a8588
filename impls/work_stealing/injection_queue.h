// SPDX-License-Identifier: Apache-2.0
//
// InjectionQueue: the tasks that belong to no worker.
#ifndef HEDDLE_IMPLS_WORK_STEALING_INJECTION_QUEUE_H_
#define HEDDLE_IMPLS_WORK_STEALING_INJECTION_QUEUE_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>

#include "impls/work_stealing/task_node.h"

namespace heddle::work_stealing {

// What it is: a first-in-first-out list of tasks from threads that are not
// workers, and of what retired workers left behind.
//
// Its states: empty or not.
//
// What the caller must do: nothing; any thread may call anything. Only
// PushIf's `admit` runs under the lock: it must not block or run user code.
//
// What it promises: order of pushing. Admission and push are one step to
// whoever calls TakeAll: after admission has been closed, TakeAll returns all
// that was ever admitted, and nothing comes later. This is what makes a stop
// without workers exact.
//
// Happens-before: what came before a push is visible after the Pop or TakeAll
// that returned the node.
//
// Destruction: when it is empty and no thread may still use it.
class InjectionQueue {
 public:
  InjectionQueue() = default;
  ~InjectionQueue();

  InjectionQueue(const InjectionQueue&) = delete;
  InjectionQueue& operator=(const InjectionQueue&) = delete;

  // Appends `node` if admit() returns true, and says whether it did.
  template <class Admit>
  bool PushIf(TaskNode* node, Admit admit) {
    std::lock_guard lock(mutex_);
    if (!admit()) return false;
    Append(node);
    return true;
  }

  void Push(TaskNode* node) {
    PushIf(node, [] { return true; });
  }

  // The oldest task, or null.
  TaskNode* Pop();

  // When the oldest task was submitted, if there is one.
  std::optional<std::chrono::nanoseconds> OldestSubmitted() const;

  // All tasks, oldest first, linked by `next`; null if there is none.
  TaskNode* TakeAll();

  // Without the lock. Sees every push that precedes it in the order of
  // sequentially consistent operations (W1, S2 of parking_lot.h).
  bool LooksEmpty() const noexcept {
    return size_.load(std::memory_order_seq_cst) == 0;
  }

 private:
  void Append(TaskNode* node) {
    node->next = nullptr;
    *(tail_ != nullptr ? &tail_->next : &head_) = node;
    tail_ = node;
    SetSize(size_.load(std::memory_order_relaxed) + 1);
  }

  // W1 of parking_lot.h: in one order with WakeOne's read of the count and
  // with LooksEmpty. The reads for writing are relaxed: mutex_ orders them.
  void SetSize(std::size_t size) {
    size_.store(size, std::memory_order_seq_cst);
  }

  mutable std::mutex mutex_;
  TaskNode* head_ = nullptr;          // guarded by mutex_
  TaskNode* tail_ = nullptr;          // guarded by mutex_
  std::atomic<std::size_t> size_{0};  // written under mutex_
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_INJECTION_QUEUE_H_
