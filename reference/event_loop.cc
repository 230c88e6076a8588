// SPDX-License-Identifier: Apache-2.0
#include "reference/event_loop.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace heddle {
namespace {

std::optional<Clock::Time> Earlier(std::optional<Clock::Time> a,
                                   std::optional<Clock::Time> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

EventLoop::EventLoop(const Clock& clock)
    : clock_(clock), timers_(clock, thread_), calls_(wakeup_) {
  watcher_.Watch("EventLoop", wakeup_.fd(), FdEvent::kReadable,
                 [this] { wakeup_.Clear(); });
}

void EventLoop::RunUntilCurrent() {
  calls_.RunBatch();
  timers_.RunDue();
}

void EventLoop::Poll(std::optional<Clock::Time> latest) {
  const int milliseconds =
      PollMilliseconds(clock_.Now(), Earlier(timers_.NextDue(), latest));
  const bool sleeps = milliseconds != 0 && calls_.BeginSleep();
  watcher_.Wait(sleeps ? milliseconds : 0);
  if (sleeps) calls_.EndSleep();
  watcher_.Dispatch();
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

}  // namespace heddle
