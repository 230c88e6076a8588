// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/wake_up_count.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdarg>

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
    const std::uint64_t between = WakeUps();
    const std::uint32_t word = 0;
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    return written && between > before && WakeUps() > between;
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

extern "C" long syscall(long number, ...) noexcept {
  using Syscall = long (*)(long, ...);
  static const Syscall next =
      reinterpret_cast<Syscall>(dlsym(RTLD_NEXT, "syscall"));
  // As many as any system call has. Those that this one has not are whatever
  // lies there, as they are to the C library.
  std::array<long, 6> arguments;
  va_list list;
  va_start(list, number);
  for (long& argument : arguments) argument = va_arg(list, long);
  va_end(list);
  if (number == SYS_futex && (arguments[1] & FUTEX_CMD_MASK) == FUTEX_WAKE) {
    heddle::conformance::wake_ups.fetch_add(1);
  }
  return next(number, arguments[0], arguments[1], arguments[2], arguments[3],
              arguments[4], arguments[5]);
}

#endif  // HEDDLE_SANITIZER_IS_LINKED_STATICALLY
