// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/wake_up_count.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEDDLE_SANITIZER_IS_LINKED_STATICALLY 1
#endif
#endif

namespace heddle::conformance {
namespace {

std::atomic<std::uint64_t> wake_ups = 0;

// Whether it is a descriptor without a file behind it, as an eventfd is.
[[maybe_unused]] bool IsAnonymous(int fd) {
  const int saved_errno = errno;
  struct stat status = {};
  const bool anonymous =
      fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == 0;
  errno = saved_errno;
  return anonymous;
}

}  // namespace

bool CanObserveWakeUps() {
  static const bool can = [] {
    const std::uint64_t before = WakeUps();
    const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const std::uint64_t one = 1;
    const bool written = write(fd, &one, sizeof one) == sizeof one;
    close(fd);
    return written && WakeUps() > before;
  }();
  return can;
}

std::uint64_t WakeUps() { return wake_ups.load(); }

}  // namespace heddle::conformance

#ifndef HEDDLE_SANITIZER_IS_LINKED_STATICALLY

// The program's own definition comes before the C library's and before a
// shared sanitizer runtime's, which it calls.
extern "C" ssize_t write(int fd, const void* buffer, size_t size) {
  using Write = ssize_t (*)(int, const void*, size_t);
  static const Write next = reinterpret_cast<Write>(dlsym(RTLD_NEXT, "write"));
  if (size == sizeof(std::uint64_t) && heddle::conformance::IsAnonymous(fd)) {
    heddle::conformance::wake_ups.fetch_add(1);
  }
  return next(fd, buffer, size);
}

#endif  // HEDDLE_SANITIZER_IS_LINKED_STATICALLY
