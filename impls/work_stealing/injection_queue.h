// SPDX-License-Identifier: Apache-2.0
//
// InjectionQueue: the tasks that belong to no worker.
#ifndef HEDDLE_IMPLS_WORK_STEALING_INJECTION_QUEUE_H_
#define HEDDLE_IMPLS_WORK_STEALING_INJECTION_QUEUE_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "impls/work_stealing/brief_lock.h"
#include "impls/work_stealing/task_node.h"
#include "reference/task.h"
#include "reference/task_inbox.h"

namespace heddle::work_stealing {

// What it is: a first-in-first-out queue of tasks from threads that are not
// workers, and, before these, what retired workers left behind. Who submits
// takes no lock, and puts its task in by one locked instruction, which also
// counts it for the census (task_inbox.h). Workers take turns by a lock, under
// which they only claim tasks.
//
// Its states: empty or not.
//
// What the caller must do: nothing; any thread may call anything. PushIf's
// `admit` must neither block nor run user code.
//
// What it promises: order of pushing. After admission has been closed, Pop
// returns all that was ever admitted, and nothing comes later. This is what
// makes a stop without workers exact:
//
//   PushIf                               who has closed admission
//   P1 take a slot                       C1 close it (B1 of census.h)
//   P2 admit() looks whether it is       C2 read how far slots are taken
//      open: no, so leave the slot       C3 wait until each slot before that is
//      empty                                full; take its task, if any
//   P3 fill the slot
//
// The interleaving that must be impossible: P2 admits, and C2 misses the slot.
// P1 (a sequentially consistent compare and exchange), P2, C1 and C2 are
// sequentially consistent: if P2 precedes C1, then P1 precedes C2.
//
// A submitter that is interrupted between P1 and P3 keeps what comes behind it
// waiting. Nobody blocks meanwhile: the census counts that task, so that
// workers look again; and the submitter calls for a worker after P3.
//
// Happens-before: what came before a push is visible after the Take or Pop
// that returned the task.
//
// Destruction: when no thread may still use it.
class InjectionQueue {
 public:
  InjectionQueue() = default;
  ~InjectionQueue();

  InjectionQueue(const InjectionQueue&) = delete;
  InjectionQueue& operator=(const InjectionQueue&) = delete;

  // Appends `task` if admit() returns true, and says whether it did; else
  // leaves it alone. So it does if it throws std::bad_alloc.
  template <class Admit>
  bool PushIf(Task&& task, Admit admit) {
    return inbox_.PutIf(std::move(task), admit);
  }

  // What was taken from here, or never was here, comes before the rest.
  void HandBack(TaskNode* node);

  // How many PushIf has ever counted, admitted or not. In one order with admit.
  std::uint64_t Pushed() const { return inbox_.Count(); }

  // Fills `nodes` with the oldest tasks, oldest first, and returns how many:
  // one `share` of them, rounded up, but no more than fit, are there, and than
  // there is memory for. Each is in a node of the calling thread's cache, into
  // which it is moved with no lock held.
  std::size_t Take(std::size_t share, std::span<TaskNode*> nodes);

  // The oldest task; an empty one if there is none. Waits for who is just
  // pushing it.
  Task Pop();

  // When the oldest task was submitted, if there is one.
  std::optional<std::chrono::nanoseconds> OldestSubmitted() const;

  // See task_inbox.h.
  std::atomic<std::uint64_t>& Companion() { return inbox_.Companion(); }

  // Without the lock, and so without a guarantee: whether to sleep is decided
  // by the census.
  bool LooksEmpty() const noexcept {
    return inbox_.End() == begin_.load(std::memory_order_acquire) &&
           handed_back_.load(std::memory_order_acquire) == 0;
  }

 private:
  // These want lock_ held.
  TaskNode* TakeHandedBack();
  // Up to `most` from inbox_; empty places count.
  LongTaskInbox::Claim Claim(std::size_t most);

  mutable LongTaskInbox inbox_;  // its reader is who has lock_
  alignas(64) mutable BriefLock lock_;
  // Written under lock_.
  std::atomic<LongTaskInbox::Place> begin_{inbox_.Begin()};
  std::atomic<std::size_t> handed_back_{0};
  std::uint64_t popped_ = 0;  // of what was pushed
  TaskNode* head_ = nullptr;  // of what was handed back
  TaskNode** end_ = &head_;   // where the next one goes
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_INJECTION_QUEUE_H_
