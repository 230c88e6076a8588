// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/node_cache.h"

#include <cstddef>
#include <new>
#include <thread>
#include <utility>

#include "impls/work_stealing/brief_lock.h"

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

// What a node's memory holds while it is free. A batch is a list of these; in
// the depot, its first leads to the next batch.
struct FreeNode {
  FreeNode* next;
  FreeNode* next_batch;
};

struct alignas(sizeof(TaskNode)) Memory {
  std::byte bytes[sizeof(TaskNode)];
};

static_assert(sizeof(FreeNode) <= sizeof(Memory));

class Depot {
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
  void PutLoose(FreeNode* node) noexcept {
    if (!Lock()) return;
    node->next = loose_;
    loose_ = node;
    if (++loose_count_ == NodeCache::kBatch) {
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
  int loose_count_ = 0;
};

constinit Depot depot;

// Trivially destructible and without a guard, so that nodes can be made and
// recycled by whatever runs after it at a thread's end.
struct Cache {
  FreeNode* current = nullptr;
  int count = 0;  // of current
  FreeNode* spare = nullptr;
  bool closed = false;  // the thread's end has begun
};

constinit thread_local Cache cache;

// Gives everything back at the end of the thread. What is recycled after that
// goes to the depot one by one.
struct AtThreadEnd {
  ~AtThreadEnd() {
    cache.closed = true;
    if (cache.spare != nullptr) depot.Put(std::exchange(cache.spare, nullptr));
    while (cache.current != nullptr) {
      FreeNode* const node = cache.current;
      cache.current = node->next;
      depot.PutLoose(node);
    }
    cache.count = 0;
  }
};

// Once for each thread that has a cache.
void ExpectThreadEnd() {
  thread_local AtThreadEnd at_thread_end;
  static_cast<void>(at_thread_end);
}

FreeNode* NewBatch() {
  auto* const memory = static_cast<Memory*>(::operator new(
      NodeCache::kBatch * sizeof(Memory), std::align_val_t(alignof(Memory))));
  FreeNode* batch = nullptr;
  for (int i = NodeCache::kBatch; i-- > 0;) {
    batch = ::new (&memory[i]) FreeNode{.next = batch, .next_batch = nullptr};
  }
  return batch;
}

FreeNode* TakeOrMakeBatch() {
  FreeNode* const batch = depot.TakeBatch();
  return batch != nullptr ? batch : NewBatch();
}

[[gnu::noinline]] void Refill() {
  ExpectThreadEnd();
  cache.current = std::exchange(cache.spare, nullptr);
  if (cache.current == nullptr) cache.current = TakeOrMakeBatch();
  cache.count = NodeCache::kBatch;
}

// With a full current batch.
[[gnu::noinline]] void Spill() noexcept {
  ExpectThreadEnd();
  if (cache.spare != nullptr && !depot.Put(cache.spare)) {
    return;  // goes on growing; after the next kBatch perhaps
  }
  cache.spare = std::exchange(cache.current, nullptr);
  cache.count = 0;
}

// At the end of a thread, when nobody would find what it kept.
FreeNode* TakeOne() {
  FreeNode* const batch = TakeOrMakeBatch();
  for (FreeNode* rest = batch->next; rest != nullptr;) {
    depot.PutLoose(std::exchange(rest, rest->next));
  }
  return batch;
}

}  // namespace

void* NodeCache::Allocate() {
  Cache& mine = cache;
  if (mine.current == nullptr) [[unlikely]] {
    if (mine.closed) return TakeOne();
    Refill();
  }
  FreeNode* const node = mine.current;
  mine.current = node->next;
  --mine.count;
  return node;
}

void NodeCache::Free(void* memory) noexcept {
  Cache& mine = cache;
  auto* const node = ::new (memory) FreeNode{mine.current, nullptr};
  if (mine.closed) [[unlikely]] {
    depot.PutLoose(node);
    return;
  }
  mine.current = node;
  if (++mine.count % kBatch == 0) [[unlikely]] Spill();
}

#endif

}  // namespace heddle::work_stealing
