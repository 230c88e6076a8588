// SPDX-License-Identifier: Apache-2.0
//
// A heap for the program whose instructions are counted. malloc takes more or
// fewer of them with what else has been allocated before, anywhere in the
// program; here an allocation always takes the same few, and is counted by
// itself (instructions.h).
//
// Every thread has lists of free blocks, by size, and a chunk to cut new ones
// from. A block goes to the lists of the thread that frees it. Nothing is ever
// given back but what is large or aligned to more than two lines.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "benchmarks/instructions.h"

namespace heddle::workloads {
namespace {

// Before every block, and the size that all are a multiple of: whatever
// alignment is asked for here, all have it.
constexpr std::size_t kUnit = 128;
constexpr std::size_t kSizes = 64;
constexpr std::size_t kChunk = std::size_t{16} << 20;

struct Block {
  std::size_t size;  // in units; 0 if it is malloc's
  Block* next;
  void* memory;  // what malloc returned, if it is malloc's
};

struct Heap {
  std::array<Block*, kSizes> free;
  char* chunk;
  std::size_t left;
};

constinit thread_local Heap heap{};

char* NewMemory(std::size_t alignment, std::size_t bytes) {
  void* const memory = std::aligned_alloc(alignment, bytes);
  if (memory == nullptr) std::abort();
  return static_cast<char*>(memory);
}

void* Allocate(std::size_t bytes, std::size_t alignment = kUnit) {
  ++allocations;
  const std::size_t size = (bytes + kUnit - 1) / kUnit + 1;
  if (size >= kSizes || alignment > kUnit) [[unlikely]] {
    const std::size_t before = std::max(alignment, kUnit);
    const std::size_t after = (bytes + before - 1) / before * before;
    char* const memory = NewMemory(before, before + after);
    new (memory + before - kUnit) Block{0, nullptr, memory};
    return memory + before;
  }
  Block* block = heap.free[size];
  if (block != nullptr) {
    heap.free[size] = block->next;
  } else {
    if (heap.left < size * kUnit) {
      heap.chunk = NewMemory(kUnit, kChunk);
      heap.left = kChunk;
    }
    block = new (heap.chunk) Block{size, nullptr, nullptr};
    heap.chunk += size * kUnit;
    heap.left -= size * kUnit;
  }
  return reinterpret_cast<char*>(block) + kUnit;
}

void Free(void* memory) {
  if (memory == nullptr) return;
  auto* const block =
      reinterpret_cast<Block*>(static_cast<char*>(memory) - kUnit);
  if (block->size == 0) {
    std::free(block->memory);
    return;
  }
  block->next = heap.free[block->size];
  heap.free[block->size] = block;
}

}  // namespace
}  // namespace heddle::workloads

void* operator new(std::size_t bytes) {
  return heddle::workloads::Allocate(bytes);
}

void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return heddle::workloads::Allocate(bytes,
                                     static_cast<std::size_t>(alignment));
}

void operator delete(void* memory) noexcept { heddle::workloads::Free(memory); }

void operator delete(void* memory, std::size_t) noexcept {
  heddle::workloads::Free(memory);
}

void operator delete(void* memory, std::align_val_t) noexcept {
  heddle::workloads::Free(memory);
}

void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  heddle::workloads::Free(memory);
}
