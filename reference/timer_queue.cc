// SPDX-License-Identifier: Apache-2.0
#include "reference/timer_queue.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace heddle {
namespace {

bool ComesBefore(const Timer& a, const Timer& b) {
  return a.due != b.due ? a.due < b.due : a.order < b.order;
}

std::size_t Parent(std::size_t place) { return (place - 1) / 2; }

// Marks the end of a timer's pending time. The caller destroys what it
// returns, when everything else is in order.
Task End(Timer& timer, TimerState state) {
  timer.state = state;
  return std::move(timer.task);
}

}  // namespace

Clock::Time TimeAfter(Clock::Time start, Seconds delay) {
  // Within a second of a limit, which is beyond what a double can tell apart.
  const Seconds from_epoch = start.time_since_epoch();
  const Seconds latest = Clock::Time::max().time_since_epoch();
  const Seconds earliest = Clock::Time::min().time_since_epoch();
  if (from_epoch + delay >= latest - Seconds(1)) return Clock::Time::max();
  if (from_epoch + delay <= earliest + Seconds(1)) return Clock::Time::min();
  // Rounded up to a tick, but for the last digits of the double: 1.1 s are
  // 1 100 000 000 ns and not one more.
  using Ticks = std::chrono::duration<double, Clock::Duration::period>;
  const double ticks = Ticks(delay).count();
  const double forgiven =
      std::abs(ticks) * 4 * std::numeric_limits<double>::epsilon();
  return start + std::chrono::ceil<Clock::Duration>(Ticks(ticks - forgiven));
}

Seconds RequireDelay(const char* function, Seconds delay) {
  if (std::isnan(delay.count()) || delay < delay.zero()) {
    throw std::invalid_argument(std::string(function) + ": the delay is " +
                                std::to_string(delay.count()) +
                                " s, must be a number and not negative");
  }
  return delay;
}

TimerQueue::~TimerQueue() {
  std::vector<Task> released;  // goes when no timer is pending any more
  released.reserve(heap_.size());
  for (const std::shared_ptr<Timer>& timer : heap_) {
    released.push_back(End(*timer, TimerState::kCancelled));
    timer->queue = nullptr;
  }
  heap_.clear();
}

std::shared_ptr<Timer> TimerQueue::Add(Seconds delay, Task task) {
  auto timer =
      std::make_shared<Timer>(Timer{.due = TimeAfter(clock_.Now(), delay),
                                    .order = next_order_++,
                                    .place = heap_.size(),
                                    .state = TimerState::kPending,
                                    .queue = this,
                                    .task = std::move(task)});
  heap_.push_back(timer);
  MoveUp(timer->place);
  return timer;
}

void TimerQueue::Cancel(Timer& timer) {
  assert(timer.state == TimerState::kPending && timer.queue == this);
  const std::shared_ptr<Timer> removed = Remove(timer.place);
  const Task released = End(timer, TimerState::kCancelled);
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
  timer.order = next_order_++;
  MoveUp(timer.place);
  MoveDown(timer.place);
}

void TimerQueue::RunDue() {
  if (heap_.empty()) return;
  const Clock::Time now = clock_.Now();
  const std::uint64_t first_new = next_order_;
  while (!heap_.empty()) {
    const Timer& next = *heap_.front();
    if (next.due > now || next.order >= first_new) break;
    const std::shared_ptr<Timer> timer = Remove(0);
    Task task = End(*timer, TimerState::kCalled);
    task.Run();
  }
}

bool TimerQueue::InvokeDue() {
  if (heap_.empty() || heap_.front()->due > clock_.Now()) return false;
  const std::shared_ptr<Timer> timer = Remove(0);
  End(*timer, TimerState::kCalled).Invoke();
  return true;
}

std::optional<Clock::Time> TimerQueue::NextDue() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front()->due;
}

std::vector<DelayedCall> TimerQueue::Pending() const {
  std::vector<std::shared_ptr<Timer>> pending = heap_;
  std::sort(pending.begin(), pending.end(),
            [](const auto& a, const auto& b) { return ComesBefore(*a, *b); });
  return {std::make_move_iterator(pending.begin()),
          std::make_move_iterator(pending.end())};
}

std::shared_ptr<Timer> TimerQueue::Remove(std::size_t place) {
  std::shared_ptr<Timer> removed = std::move(heap_[place]);
  std::shared_ptr<Timer> last = std::move(heap_.back());  // or null: the same
  heap_.pop_back();
  if (place < heap_.size()) {
    Put(place, std::move(last));
    MoveUp(place);
    MoveDown(place);
  }
  return removed;
}

void TimerQueue::Put(std::size_t place, std::shared_ptr<Timer> timer) {
  timer->place = place;
  heap_[place] = std::move(timer);
}

void TimerQueue::MoveUp(std::size_t place) {
  std::shared_ptr<Timer> timer = std::move(heap_[place]);
  while (place > 0 && ComesBefore(*timer, *heap_[Parent(place)])) {
    Put(place, std::move(heap_[Parent(place)]));
    place = Parent(place);
  }
  Put(place, std::move(timer));
}

void TimerQueue::MoveDown(std::size_t place) {
  std::shared_ptr<Timer> timer = std::move(heap_[place]);
  for (;;) {
    std::size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() &&
        ComesBefore(*heap_[child + 1], *heap_[child])) {
      ++child;
    }
    if (!ComesBefore(*heap_[child], *timer)) break;
    Put(place, std::move(heap_[child]));
    place = child;
  }
  Put(place, std::move(timer));
}

}  // namespace heddle
