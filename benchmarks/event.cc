// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/event.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace heddle::workloads {
namespace {

std::chrono::nanoseconds ReadPatience() {
  const char* const text = std::getenv("HEDDLE_PATIENCE_SECONDS");
  if (text == nullptr) return std::chrono::seconds(60);
  char* end = nullptr;
  const double seconds = std::strtod(text, &end);
  if (end == text || *end != '\0' || !(seconds > 0) || seconds > 1e6) {
    std::fprintf(stderr,
                 "HEDDLE_PATIENCE_SECONDS is '%s'; it must be a positive "
                 "number of seconds\n",
                 text);
    std::_Exit(2);
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

}  // namespace

std::chrono::nanoseconds Patience() {
  static const std::chrono::nanoseconds patience = ReadPatience();
  return patience;
}

void Event::Set() {
  set_.store(1, std::memory_order_release);
  syscall(SYS_futex, &set_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

bool Event::Wait() {
  const auto patience = Patience();
  const timespec timeout = {
      static_cast<time_t>(patience.count() / 1'000'000'000),
      static_cast<long>(patience.count() % 1'000'000'000)};
  while (set_.exchange(0, std::memory_order_acquire) == 0) {
    // Each sleep has the whole timeout: a spurious wake-up may lengthen the
    // patience, and nothing hangs on its exact value.
    if (syscall(SYS_futex, &set_, FUTEX_WAIT_PRIVATE, 0, &timeout, nullptr,
                0) == -1 &&
        errno == ETIMEDOUT) {
      return set_.exchange(0, std::memory_order_acquire) != 0;
    }
  }
  return true;
}

}  // namespace heddle::workloads
