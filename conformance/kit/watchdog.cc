// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/watchdog.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "conformance/kit/patience.h"
#include "conformance/kit/subject.h"
#include "conformance/kit/wedge_report.h"

namespace heddle::conformance {
namespace {

// Whatever the process did to that signal.
void BeKilledAfter(int seconds) {
  signal(SIGALRM, SIG_DFL);
  sigset_t alarm_only;
  sigemptyset(&alarm_only);
  sigaddset(&alarm_only, SIGALRM);
  pthread_sigmask(SIG_UNBLOCK, &alarm_only, nullptr);
  alarm(static_cast<unsigned>(seconds));
}

// Past stdio, whose locks somebody may hold.
void Write(const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t size =
        write(STDERR_FILENO, text.data() + done, text.size() - done);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;
    done += static_cast<std::size_t>(size);
  }
}

}  // namespace

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

// What is least likely to block comes first.
void Watchdog::Bark() const {
  BeKilledAfter(kReportSeconds);
  const double seconds =
      std::chrono::duration<double>(kPatiences * Patience()).count();
  char time[64];
  std::snprintf(time, sizeof time, "%g s\n", seconds);
  Write(watched_ + "\n  " + kHangs + " " + time);
  Write("  newest pool: " +
        AskWithin(std::chrono::seconds(2), DescribeNewestPool,
                  "does not say how it is: it, or the rule's list of pools, is "
                  "locked") +
        "\n");
  Write(DescribeThreads(std::chrono::seconds(2)));
  // Another thread may be hanging while it prints.
  std::fflush(stdout);
  std::abort();
}

}  // namespace heddle::conformance
