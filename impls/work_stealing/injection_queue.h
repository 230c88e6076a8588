// SPDX-License-Identifier: Apache-2.0
//
// InjectionQueue: the tasks that belong to no worker.
#ifndef HEDDLE_IMPLS_WORK_STEALING_INJECTION_QUEUE_H_
#define HEDDLE_IMPLS_WORK_STEALING_INJECTION_QUEUE_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

#include "impls/work_stealing/brief_lock.h"
#include "impls/work_stealing/task_node.h"

namespace heddle::work_stealing {

// What it is: a first-in-first-out list of tasks from threads that are not
// workers, and of what retired workers left behind. It needs no memory: each
// node leads to the one kStripes after it. To take a batch is then to walk
// kStripes lists at once; in a single list each node would have to arrive from
// the core that wrote it before the next could be asked for.
//
// Its states: empty or not.
//
// What the caller must do: nothing; any thread may call anything. Only
// PushIf's `admit` runs under the lock: it must neither block nor run user
// code.
//
// What it promises: order of pushing. Admission and push are one step to
// whoever calls TakeAll: after admission has been closed, TakeAll returns all
// that was ever admitted, and nothing comes later. This is what makes a stop
// without workers exact.
//
// Happens-before: what came before a push is visible after the Take or TakeAll
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
    std::lock_guard guard(lock_);
    if (!admit()) return false;
    Append(node);
    return true;
  }

  void Push(TaskNode* node) {
    PushIf(node, [] { return true; });
  }

  // Fills `nodes` with the oldest tasks, oldest first, and returns how many:
  // one `share` of them, rounded up, but no more than fit.
  std::size_t Take(std::size_t share, std::span<TaskNode*> nodes);

  // The oldest task, or null.
  TaskNode* Pop();

  // When the oldest task was submitted, if there is one.
  std::optional<std::chrono::nanoseconds> OldestSubmitted() const;

  // All tasks, oldest first, linked by `next`; null if there is none.
  TaskNode* TakeAll();

  // Without the lock, and so without a guarantee: whether to sleep is decided
  // by the census.
  bool LooksEmpty() const noexcept { return size() == 0; }

 private:
  static constexpr std::size_t kStripes = 8;

  std::size_t size() const {
    const std::uint64_t removed = removed_.load(std::memory_order_acquire);
    return appended_.load(std::memory_order_acquire) - removed;
  }

  void Append(TaskNode* node) {
    // Relaxed: lock_ orders the writes.
    const std::uint64_t index = appended_.load(std::memory_order_relaxed);
    Stripe& stripe = stripes_[index % kStripes];
    node->next = nullptr;
    *stripe.end = node;
    stripe.end = &node->next;
    appended_.store(index + 1, std::memory_order_release);
  }

  // There must be one.
  TaskNode* RemoveOldest() {
    const std::uint64_t index = removed_.load(std::memory_order_relaxed);
    Stripe& stripe = stripes_[index % kStripes];
    TaskNode* const node = stripe.head;
    stripe.head = node->next;
    if (stripe.head == nullptr) stripe.end = &stripe.head;
    removed_.store(index + 1, std::memory_order_release);
    return node;
  }

  struct Stripe {
    TaskNode* head = nullptr;
    TaskNode** end = &head;  // where the next one goes
  };

  mutable BriefLock lock_;
  // How many ever were; written under lock_.
  std::atomic<std::uint64_t> appended_{0};
  std::atomic<std::uint64_t> removed_{0};
  Stripe stripes_[kStripes];  // guarded by lock_
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_INJECTION_QUEUE_H_
