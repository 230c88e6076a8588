// SPDX-License-Identifier: Apache-2.0
//
// Stands before glibc's malloc and its kin, operator new's and every
// library's, so that malloc_counter.h can count: a program's own definitions
// come first for the dynamic linker too. While nothing is counted, a call
// costs a look at one flag more than usual.
#include <malloc.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "benchmarks/malloc_counter.h"

// A sanitizer stands there itself; then nothing is counted.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)

extern "C" {

void* __libc_malloc(std::size_t size);
void __libc_free(void* block);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

}  // extern "C"

namespace heddle::workloads {
namespace {

[[maybe_unused]] const bool kAnnounced = (AnnounceMallocHooks(), true);

bool IsCounting() { return counting_mallocs.load(std::memory_order_relaxed); }

std::int64_t SizeOf(void* block) {
  return static_cast<std::int64_t>(malloc_usable_size(block)) + 8;
}

void* Taken(void* block) {
  if (IsCounting() && block != nullptr) [[unlikely]] {
    NoteMalloc(SizeOf(block));
  }
  return block;
}

void GivenBack(void* block) {
  if (IsCounting() && block != nullptr) [[unlikely]] {
    NoteFree(SizeOf(block));
  }
}

}  // namespace
}  // namespace heddle::workloads

using heddle::workloads::GivenBack;
using heddle::workloads::Taken;

extern "C" {

void* malloc(std::size_t size) noexcept { return Taken(__libc_malloc(size)); }

void* calloc(std::size_t count, std::size_t size) noexcept {
  return Taken(__libc_calloc(count, size));
}

void* realloc(void* block, std::size_t size) noexcept {
  GivenBack(block);
  return Taken(__libc_realloc(block, size));
}

void free(void* block) noexcept {
  GivenBack(block);
  __libc_free(block);
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return Taken(__libc_memalign(alignment, size));
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return memalign(alignment, size);
}

int posix_memalign(void** block, std::size_t alignment,
                   std::size_t size) noexcept {
  void* const taken = memalign(alignment, size);
  if (taken == nullptr) return ENOMEM;
  *block = taken;
  return 0;
}

}  // extern "C"

#endif
