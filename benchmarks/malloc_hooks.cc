// SPDX-License-Identifier: Apache-2.0
//
// Stands before glibc's malloc and its kin, operator new's and every
// library's, so that malloc_counter.h can count: a program's own definitions
// come first for the dynamic linker too. While nothing is counted, a call
// costs a look at one flag more than usual. Stands before mmap and munmap as
// well, for libraries with a heap of their own; glibc's own calls of these,
// for malloc and for stacks, do not come by here.
#include <malloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

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

void* Map(void* address, std::size_t size, int protection, int flags, int fd,
          off_t offset) {
  void* const pages = reinterpret_cast<void*>(
      syscall(SYS_mmap, address, size, protection, flags, fd, offset));
  if (IsCounting() && pages != MAP_FAILED && (flags & MAP_ANONYMOUS) != 0)
      [[unlikely]] {
    NoteMalloc(static_cast<std::int64_t>(size));
  }
  return pages;
}

}  // namespace
}  // namespace heddle::workloads

using heddle::workloads::GivenBack;
using heddle::workloads::IsCounting;
using heddle::workloads::Map;
using heddle::workloads::NoteFree;
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

void* mmap(void* address, std::size_t size, int protection, int flags, int fd,
           off_t offset) noexcept {
  return Map(address, size, protection, flags, fd, offset);
}

void* mmap64(void* address, std::size_t size, int protection, int flags, int fd,
             off64_t offset) noexcept {
  return Map(address, size, protection, flags, fd, offset);
}

int munmap(void* address, std::size_t size) noexcept {
  const long answer = syscall(SYS_munmap, address, size);
  if (IsCounting() && answer == 0) [[unlikely]] {
    NoteFree(static_cast<std::int64_t>(size));
  }
  return static_cast<int>(answer);
}

}  // extern "C"

#endif
