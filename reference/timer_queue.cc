// SPDX-License-Identifier: Apache-2.0
#include "reference/timer_queue.h"

#include <cassert>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace heddle {

Clock::Time TimeAfter(Clock::Time start, Seconds delay) {
  const auto is_near = [](Clock::Duration time) {
    return time < Clock::Duration::max() / 4 &&
           time > Clock::Duration::min() / 4;
  };
  // Nothing near, which is all but always so, leads to a limit.
  constexpr Seconds kNear = std::chrono::hours(24 * 365 * 10);
  if (!is_near(start.time_since_epoch()) ||
      !(delay < kNear && delay > -kNear)) {
    // Within a second of a limit, which is beyond what a double can tell apart.
    const Seconds from_epoch = start.time_since_epoch();
    const Seconds latest = Clock::Time::max().time_since_epoch();
    const Seconds earliest = Clock::Time::min().time_since_epoch();
    if (from_epoch + delay >= latest - Seconds(1)) return Clock::Time::max();
    if (from_epoch + delay <= earliest + Seconds(1)) return Clock::Time::min();
  }
  // Rounded up to a tick, but for the last digits of the double: 1.1 s are
  // 1 100 000 000 ns and not one more.
  using Ticks = std::chrono::duration<double, Clock::Duration::period>;
  const double ticks = Ticks(delay).count();
  const double forgiven =
      std::abs(ticks) * 4 * std::numeric_limits<double>::epsilon();
  return start + std::chrono::ceil<Clock::Duration>(Ticks(ticks - forgiven));
}

namespace {

[[noreturn, gnu::cold, gnu::noinline]] void ThrowBadDelay(const char* function,
                                                          Seconds delay) {
  throw std::invalid_argument(std::string(function) + ": the delay is " +
                              std::to_string(delay.count()) +
                              " s, must be a number and not negative");
}

}  // namespace

Seconds RequireDelay(const char* function, Seconds delay) {
  if (std::isnan(delay.count()) || delay < delay.zero()) {
    ThrowBadDelay(function, delay);
  }
  return delay;
}

TimerQueue::~TimerQueue() {
  std::vector<Task> released;  // goes when no timer is pending any more
  released.reserve(heap_.size());
  while (!heap_.empty()) {
    const TimerHandle timer = TakeFirst();
    timer->state = TimerState::kCancelled;
    timer->queue = nullptr;
    released.push_back(std::move(timer->task));
  }
}

TimerHandle TimerQueue::Add(Seconds delay, Task&& task) {
  TimerHandle timer = TimerHandle::Adopt(
      new Timer(this, TimeAfter(clock_.Now(), delay), std::move(task)));
  heap_.Add(*timer, next_order_++);
  timer->references.store(2, std::memory_order_relaxed);  // the heap's, too
  return timer;
}

void TimerQueue::Cancel(const TimerHandle& timer) {
  assert(timer->state == TimerState::kPending && timer->queue == this);
  heap_.Remove(*timer);
  timer->state = TimerState::kCancelled;
  // Goes when everything else is in order, and the handle with it, maybe.
  const Task task = std::move(timer->task);
  timer.DropAnother();  // the heap's
}

void TimerQueue::Reset(Timer& timer, Seconds delay) {
  Schedule(timer, TimeAfter(clock_.Now(), delay));
}

void TimerQueue::Shift(Timer& timer, Seconds shift) {
  Schedule(timer, TimeAfter(timer.due, shift));
}

void TimerQueue::Schedule(Timer& timer, Clock::Time due) {
  assert(timer.state == TimerState::kPending && timer.queue == this);
  timer.due = due;
  heap_.Move(timer, next_order_++);
}

void TimerQueue::RunDue() {
  if (heap_.empty()) return;
  const Clock::Time now = clock_.Now();
  const std::uint64_t first_new = next_order_;
  heap_.FormRow(now);
  while (!heap_.empty()) {
    if (heap_.first_due() > now || heap_.first_order() >= first_new) break;
    const TimerHandle timer = TakeFirst();
    timer->state = TimerState::kCalled;
    timer->task.Run();
  }
}

bool TimerQueue::InvokeDue() {
  if (heap_.empty() || heap_.first_due() > clock_.Now()) return false;
  const TimerHandle timer = TakeFirst();
  timer->state = TimerState::kCalled;
  timer->task.Invoke();
  return true;
}

std::optional<Clock::Time> TimerQueue::NextDue() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.first_due();
}

std::vector<DelayedCall> TimerQueue::Pending() const {
  std::vector<DelayedCall> pending;
  pending.reserve(heap_.size());
  for (Timer* const timer : heap_.Sorted()) {
    pending.emplace_back(TimerHandle(*timer));
  }
  return pending;
}

// The reference that the heap had.
TimerHandle TimerQueue::TakeFirst() {
  return TimerHandle::Adopt(&heap_.TakeFirst());
}

}  // namespace heddle
