// SPDX-License-Identifier: Apache-2.0
//
// NodeCache: where task nodes come from, and where they go.
#ifndef HEDDLE_IMPLS_WORK_STEALING_NODE_CACHE_H_
#define HEDDLE_IMPLS_WORK_STEALING_NODE_CACHE_H_

#include <memory>
#include <new>
#include <utility>

#include "impls/work_stealing/task_node.h"
#include "reference/processors.h"
#include "reference/task.h"

namespace heddle::work_stealing {

// What it is: the memory of all pools' nodes. A node that one thread makes and
// another recycles, as nearly all are, would cost the general allocator a lock
// or two; here each thread has up to two batches of its own and exchanges
// whole ones with a depot that all threads share.
//
// Its states, for each thread: `current`, a batch that is being used or filled,
// and `spare`, a full batch or none.
//
//                 current                         spare
//   Make          - 1; if empty, the spare one,   -> none, if taken
//                 or one from the depot, or new
//   Recycle       + 1; if full, it becomes the    if there is one already,
//                 spare one, and is empty         that goes to the depot
//   thread ends   each node to the depot          to the depot
//
// What the caller must do: recycle every node that it made, on any thread, with
// a task that has been called, refused or moved from.
//
// What it promises: no allocation while as many nodes come back as are made.
// What the largest backlog of tasks from workers needed, 64 bytes for each and
// up to an eighth more (node_slabs.h), stays in the depot, for all pools of the
// process, and is never given back to the system: a backlog that has come once
// comes again, and fresh pages cost several times what used ones do
// (scale_touch of //benchmarks:scale). Nobody waits for the depot's lock for
// long: who does not get it, as in a child of fork() where nobody may be left
// to release it, does without.
//
// A node that another thread has recycled lies in the cache of that thread's
// processor. Each therefore bears a hint at the one that comes some time after
// it, so that it is on its way when it is wanted.
//
// Happens-before: Recycle(n) before the Make that returns the same memory.
//
// Destruction: none; nodes may be made and recycled for as long as any thread
// runs. Under AddressSanitizer and ThreadSanitizer each node is allocated and
// freed for itself, so that they see its life.
class NodeCache {
 public:
  // How many nodes go to the depot at once.
  static constexpr unsigned kBatch = 32;

  // May throw std::bad_alloc, and has then not touched `task`.
  [[nodiscard]] static TaskNode* Make(Task&& task) {
    return ::new (Allocate()) TaskNode(std::move(task));
  }

  // How many of this thread's next calls of Make will not throw: kBatch, or, if
  // there is no memory, what it has.
  static unsigned Reserve() noexcept {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return kBatch;
#else
    if (cache_.spare != nullptr) [[likely]] return kBatch;
    return ReserveSpare();
#endif
  }

  static void Recycle(TaskNode* node) noexcept {
    std::destroy_at(node);
    Free(node);
  }

 private:
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static void* Allocate();
  static void Free(void* memory) noexcept;
#else
  // Who makes nodes mostly finds them in the cache of the processor that has
  // recycled them. It asks for each while it uses the kAhead before it.
  static constexpr unsigned kAhead = 4;

  // What a node's memory holds while it is free. A batch is a list of these; in
  // the depot, its first leads to the next batch.
  struct FreeNode {
    FreeNode* next;
    // Hints, null or no longer right at times: the one kAhead further on; and,
    // in the first of a batch, those before it.
    FreeNode* ahead;
    FreeNode* near[kAhead - 1];
    FreeNode* next_batch;
  };
  class Depot;
  struct AtThreadEnd;

  // One thread's. Trivially destructible and without a guard, so that nodes can
  // be made and recycled by whatever runs after it at a thread's end.
  struct Cache {
    FreeNode* current = nullptr;
    unsigned count = 0;  // of current; see kClosed
    FreeNode* spare = nullptr;
    FreeNode* latest[kAhead] = {};  // recycled
    bool closed = false;  // the thread's end has begun
  };
  // The count of a closed cache: the next node to come is one too many.
  static constexpr unsigned kClosed = kBatch - 1;

  static void* Allocate() {
    Cache& mine = cache_;
    FreeNode* const node = mine.current;
    if (node == nullptr) [[unlikely]] return AllocateElsewhere();
    mine.current = node->next;
    PrefetchToWrite(node->ahead);
    --mine.count;
    return node;
  }

  static void Free(void* memory) noexcept {
    Cache& mine = cache_;
    auto* const node = ::new (memory) FreeNode;
    node->next = mine.current;
    node->ahead = std::exchange(mine.latest[mine.count % kAhead], node);
    mine.current = node;
    if (++mine.count % kBatch == 0) [[unlikely]] Spill();
  }

  // With an empty current batch.
  [[gnu::cold]] static void* AllocateElsewhere();
  static void Refill();
  [[gnu::cold]] static unsigned ReserveSpare() noexcept;
  static FreeNode* TakeOrMakeBatch();
  // With a full current batch, or a closed cache.
  [[gnu::cold]] static void Spill() noexcept;

  static constinit thread_local Cache cache_;
  static Depot depot_;
#endif
};

// For std::unique_ptr.
struct NodeRecycler {
  void operator()(TaskNode* node) const noexcept { NodeCache::Recycle(node); }
};
using OwnedNode = std::unique_ptr<TaskNode, NodeRecycler>;

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_NODE_CACHE_H_
