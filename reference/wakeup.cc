// SPDX-License-Identifier: Apache-2.0
#include "reference/wakeup.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace heddle {

Wakeup::Wakeup() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) {
    throw std::system_error(errno, std::system_category(), "Wakeup: eventfd");
  }
}

Wakeup::~Wakeup() { close(fd_); }

void Wakeup::Signal() noexcept {
  const int saved_errno = errno;
  const std::uint64_t one = 1;
  // It fails only when the count is at its limit, and then it is readable.
  static_cast<void>(!write(fd_, &one, sizeof one));
  errno = saved_errno;
}

std::uint64_t Wakeup::Clear() noexcept {
  std::uint64_t count = 0;
  return read(fd_, &count, sizeof count) == sizeof count ? count : 0;
}

}  // namespace heddle
