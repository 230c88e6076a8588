// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/node_slabs.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

namespace heddle::work_stealing {
namespace {

static_assert(NodeSlabs::kLargest / NodeSlabs::kBatchBytes <
              NodeSlabs::kBatchBytes);

std::byte* Map(std::size_t size) {
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return static_cast<std::byte*>(memory);
}

std::size_t NextSize(std::size_t mapped) {
  const std::size_t eighth = mapped / 8;
  return std::clamp(eighth - eighth % NodeSlabs::kSmallest,
                    NodeSlabs::kSmallest, NodeSlabs::kLargest);
}

}  // namespace

void* NodeSlabs::Carve() {
  std::uintptr_t rest = rest_.load(std::memory_order_acquire);  // B1, M1
  for (;;) {
    const std::uintptr_t batches = rest % kBatchBytes;
    if (batches > 0) {
      if (rest_.compare_exchange_weak(rest, rest + kBatchBytes - 1,  // B2
                                      std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
        return reinterpret_cast<void*>(rest - batches);
      }
      continue;
    }
    const std::size_t size = NextSize(mapped());
    std::byte* const slab = Map(size);  // M2
    const std::uintptr_t following =
        reinterpret_cast<std::uintptr_t>(slab) + kBatchBytes +
        (size / kBatchBytes - 1);
    if (rest_.compare_exchange_strong(rest, following,  // M3
                                      std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
      mapped_.fetch_add(size, std::memory_order_acq_rel);
      return slab;
    }
    munmap(slab, size);
  }
}

}  // namespace heddle::work_stealing
