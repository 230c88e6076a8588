// SPDX-License-Identifier: Apache-2.0
#include "conformance/watchdog.h"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "conformance/patience.h"
#include "conformance/subject.h"

namespace heddle::conformance {

Watchdog::Watchdog(std::string watched)
    : watched_(std::move(watched)), thread_([this] { Watch(); }) {}

Watchdog::~Watchdog() {
  std::lock_guard lock(mutex_);
  has_left_ = true;
  left_.notify_all();
}

void Watchdog::Watch() {
  std::unique_lock lock(mutex_);
  const auto deadline =
      std::chrono::steady_clock::now() + kPatiences * Patience();
  if (!left_.wait_until(lock, deadline, [this] { return has_left_; })) Bark();
}

void Watchdog::Bark() const {
  const double seconds =
      std::chrono::duration<double>(kPatiences * Patience()).count();
  std::fflush(stdout);
  std::fprintf(stderr, "%s\n  %s %g s\n", watched_.c_str(), kHangs, seconds);
  std::fflush(stderr);
  // Asking the pool may block on the very lock that causes the hang; then the
  // alarm ends the process.
  signal(SIGALRM, SIG_DFL);
  alarm(5);
  std::fprintf(stderr, "  newest pool: %s\n", DescribeNewestPool().c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace heddle::conformance
