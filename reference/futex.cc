// SPDX-License-Identifier: Apache-2.0
#include "reference/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace heddle {
namespace {

// What steady_clock counts is CLOCK_MONOTONIC, which the call below takes.
timespec TimespecOf(std::chrono::steady_clock::time_point time) {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  const nanoseconds since = std::max<nanoseconds>(time.time_since_epoch(), {});
  const auto whole = std::chrono::duration_cast<seconds>(since);
  return {.tv_sec = static_cast<time_t>(whole.count()),
          .tv_nsec = static_cast<long>((since - whole).count())};
}

}  // namespace

static_assert(sizeof(FutexWord) == 4 && FutexWord::is_always_lock_free);

bool SleepWhile(
    const FutexWord& word, std::uint32_t value,
    std::optional<std::chrono::steady_clock::time_point> deadline) {
  timespec until = {};
  if (deadline) until = TimespecOf(*deadline);
  const long result = syscall(
      SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, value,
      deadline ? &until : nullptr, nullptr, FUTEX_BITSET_MATCH_ANY);
  return result == 0 || errno != ETIMEDOUT;
}

void WakeOne(const FutexWord& word) noexcept {
  const int saved_errno = errno;
  syscall(SYS_futex, &word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, nullptr,
          nullptr, 0);
  errno = saved_errno;
}

}  // namespace heddle
