// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/node_cache.h"

#include <algorithm>
#include <cstddef>
#include <new>
#include <thread>
#include <utility>

#include "impls/work_stealing/brief_lock.h"
#include "impls/work_stealing/node_slabs.h"

namespace heddle::work_stealing {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

void* NodeCache::Allocate() {
  return ::operator new(sizeof(TaskNode), std::align_val_t(sizeof(TaskNode)));
}

void NodeCache::Free(void* memory) noexcept {
  ::operator delete(memory, std::align_val_t(sizeof(TaskNode)));
}

#else

namespace {

struct alignas(sizeof(TaskNode)) Memory {
  std::byte bytes[sizeof(TaskNode)];
};

constinit NodeSlabs slabs;
static_assert(NodeSlabs::kBatchBytes == NodeCache::kBatch * sizeof(Memory));

}  // namespace

class NodeCache::Depot {
 public:
  constexpr Depot() = default;

  // False if the lock could not be had.
  bool Put(FreeNode* batch) noexcept {
    if (!Lock()) return false;
    batch->next_batch = batches_;
    batches_ = batch;
    lock_.unlock();
    return true;
  }

  // A full batch, or null.
  FreeNode* TakeBatch() noexcept {
    if (!Lock()) return nullptr;
    FreeNode* const batch = batches_;
    if (batch != nullptr) batches_ = batch->next_batch;
    lock_.unlock();
    return batch;
  }

  // Nodes that do not make a batch. Those of one thread's end make up for what
  // another lacks.
  [[gnu::noinline]] void PutLoose(FreeNode* node) noexcept {
    if (!Lock()) return;
    node->next = loose_;
    loose_ = node;
    if (++loose_count_ == NodeCache::kBatch) {
      std::ranges::fill(loose_->near, nullptr);
      loose_->next_batch = batches_;
      batches_ = std::exchange(loose_, nullptr);
      loose_count_ = 0;
    }
    lock_.unlock();
  }

 private:
  bool Lock() noexcept {
    for (int tries = 0; tries < 256; ++tries) {
      if (lock_.try_lock()) return true;
      std::this_thread::yield();
    }
    return false;
  }

  BriefLock lock_;
  FreeNode* batches_ = nullptr;
  FreeNode* loose_ = nullptr;
  unsigned loose_count_ = 0;
};

constinit NodeCache::Depot NodeCache::depot_;
constinit thread_local NodeCache::Cache NodeCache::cache_;

// Gives everything back at the end of the thread. What is recycled after that
// goes to the depot one by one.
struct NodeCache::AtThreadEnd {
  // Once for each thread that has a cache.
  static void Expect() {
    thread_local AtThreadEnd at_thread_end;
    static_cast<void>(at_thread_end);
  }

  ~AtThreadEnd() {
    cache_.closed = true;
    if (cache_.spare != nullptr) {
      depot_.Put(std::exchange(cache_.spare, nullptr));
    }
    Spill();
  }
};

NodeCache::FreeNode* NodeCache::TakeOrMakeBatch() {
  static_assert(sizeof(FreeNode) <= sizeof(Memory));
  if (FreeNode* const batch = depot_.TakeBatch()) return batch;
  auto* const memory = static_cast<Memory*>(slabs.Carve());
  FreeNode* batch = nullptr;
  // Without hints: this memory is nobody's, and in the order of its addresses.
  for (unsigned i = kBatch; i-- > 0;) {
    batch = ::new (&memory[i]) FreeNode{batch, {}, {}, {}};
  }
  return batch;
}

void NodeCache::Refill() {
  AtThreadEnd::Expect();
  cache_.current = std::exchange(cache_.spare, nullptr);
  if (cache_.current == nullptr) cache_.current = TakeOrMakeBatch();
  cache_.count = kBatch;
  for (FreeNode* const near : cache_.current->near) PrefetchToWrite(near);
}

unsigned NodeCache::ReserveSpare() noexcept {
  if (cache_.closed) return 0;
  AtThreadEnd::Expect();
  try {
    cache_.spare = TakeOrMakeBatch();
  } catch (const std::bad_alloc&) {
    return std::min(cache_.count, kBatch);
  }
  return kBatch;
}

void* NodeCache::AllocateElsewhere() {
  if (!cache_.closed) {
    Refill();
    return Allocate();
  }
  // At the end of a thread, when nobody would find what it kept.
  FreeNode* const batch = TakeOrMakeBatch();
  for (FreeNode* rest = batch->next; rest != nullptr;) {
    depot_.PutLoose(std::exchange(rest, rest->next));
  }
  return batch;
}

void NodeCache::Spill() noexcept {
  if (cache_.closed) {
    while (cache_.current != nullptr) {
      depot_.PutLoose(
          std::exchange(cache_.current, cache_.current->next));
    }
    cache_.count = kClosed;
    return;
  }
  AtThreadEnd::Expect();
  if (cache_.spare != nullptr && !depot_.Put(cache_.spare)) {
    return;  // goes on growing; after the next kBatch perhaps
  }
  cache_.spare = std::exchange(cache_.current, nullptr);
  cache_.count = 0;
  for (unsigned i = 1; i < kAhead; ++i) {
    cache_.spare->near[i - 1] = cache_.latest[kAhead - 1 - i];
  }
  // The next batch is not before these.
  std::ranges::fill(cache_.latest, nullptr);
}

#endif

}  // namespace heddle::work_stealing
