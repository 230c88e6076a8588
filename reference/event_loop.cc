// SPDX-License-Identifier: Apache-2.0
#include "reference/event_loop.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>
#include <utility>

#include "reference/processors.h"

namespace heddle {
namespace {

std::optional<Clock::Time> Earlier(std::optional<Clock::Time> a,
                                   std::optional<Clock::Time> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

EventLoop::EventLoop(const Clock& clock)
    : clock_(clock),
      may_wait_awake_(UsableProcessors() > 1),
      timers_(clock, thread_),
      calls_(wakeup_) {
  watcher_.WakeBy(wakeup_.fd());
}

void EventLoop::RunUntilCurrent() {
  calls_.RunBatch();
  timers_.RunDue();
}

void EventLoop::Poll(std::optional<Clock::Time> latest,
                     std::chrono::nanoseconds awake) {
  using Bed = ThreadCallQueue::Bed;
  const Clock::Time now = clock_.Now();
  const std::optional<Clock::Time> until = Earlier(timers_.NextDue(), latest);
  GatherCalls(now);
  const bool may_wait = !until || *until > now;
  const bool has_waited = may_wait && awake.count() > 0 && may_wait_awake_ &&
                          WaitAwake(awake);
  const Bed bed = watcher_.empty() ? Bed::kQueue : Bed::kWakeup;
  const bool sleeps = may_wait && !has_waited && calls_.BeginSleep(bed);
  if (bed == Bed::kWakeup) {
    watcher_.Wait(sleeps ? PollMilliseconds(now, until) : 0);
  } else if (sleeps) {
    calls_.Sleep(SleepDeadline(now, until));
  }
  if (sleeps) calls_.EndSleep();
  watcher_.Dispatch();
}

// Each look takes the inbox's line from who calls.
void EventLoop::GatherCalls(Clock::Time now) {
  constexpr std::chrono::microseconds kShortTurn(1);
  constexpr int kPauses = 32;
  const auto since = now - std::exchange(last_poll_, now);
  if (since > kShortTurn || !may_wait_awake_ || !calls_.IsTurnWanted()) return;
  for (int i = 0; i < kPauses; ++i) SpinPause();
}

bool EventLoop::WaitAwake(std::chrono::nanoseconds limit) {
  // Not the user's clock, which may stand still.
  using std::chrono::steady_clock;
  constexpr int kLooksAtATime = 32;
  constexpr std::chrono::microseconds kBetweenDescriptors(10);
  const steady_clock::time_point begin = steady_clock::now();
  steady_clock::time_point next_descriptors = begin + kBetweenDescriptors;
  for (;;) {
    for (int look = 0; look < kLooksAtATime; ++look) {
      if (calls_.IsTurnWanted()) return true;
      SpinPause();
    }
    const steady_clock::time_point now = steady_clock::now();
    if (now - begin >= limit) return false;
    if (now >= next_descriptors) {
      if (!watcher_.empty()) watcher_.Wait(0);
      if (watcher_.HasFound()) return true;
      next_descriptors = now + kBetweenDescriptors;
    }
    // Whoever it waits for may be in need of this processor.
    std::this_thread::yield();
  }
}

int PollMilliseconds(Clock::Time now, std::optional<Clock::Time> until) {
  using std::chrono::milliseconds;
  if (!until) return -1;
  if (*until <= now) return 0;
  constexpr milliseconds kLongest(std::numeric_limits<int>::max());
  if (*until >= now + kLongest) return static_cast<int>(kLongest.count());
  return static_cast<int>(
      std::chrono::ceil<milliseconds>(*until - now).count());
}

std::optional<std::chrono::steady_clock::time_point> SleepDeadline(
    Clock::Time now, std::optional<Clock::Time> until) {
  if (!until) return std::nullopt;
  constexpr std::chrono::hours kLongest(24);
  const Clock::Duration wait =
      *until >= now + kLongest ? kLongest : *until - now;
  return std::chrono::steady_clock::now() + wait;
}

}  // namespace heddle
