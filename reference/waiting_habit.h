// SPDX-License-Identifier: Apache-2.0
//
// WaitingHabit: whether a thread waits awake before it sleeps, as experience
// has it.
#ifndef HEDDLE_REFERENCE_WAITING_HABIT_H_
#define HEDDLE_REFERENCE_WAITING_HABIT_H_

#include <algorithm>
#include <chrono>

namespace heddle {

// What it is: one thread's memory of how long it had to wait of late. To wait
// awake turns a wake-up of many microseconds into none, if what is waited for
// comes soon. If it does not, the time is lost, and more than that: a scheduler
// lets a thread that has slept all the time run at once when it is woken, and
// one that was awake in vain only after others.
//
// Its states: a score. What came soon raises it twice as much as what came late
// lowers it, so that it waits also for what comes in pairs, with a pause after
// each; a row of pauses ends that, until something comes soon again.
//
// What the caller must do: use it on one thread at a time, and tell it of every
// wait that is like those it asks about, also of one that it slept through.
//
// What it promises: after two waits in a row that were too long it is for
// sleeping at once, and after one, if that is all it knows; after one that was
// not it is for waiting awake.
//
// Happens-before: none.
//
// Destruction: any time.
class WaitingHabit {
 public:
  // `longest` is how long waiting awake pays: the time of some wake-ups.
  explicit WaitingHabit(std::chrono::nanoseconds longest) : longest_(longest) {}

  // Whether to wait awake next time.
  bool WaitsAwake() const { return score_ >= kAwake; }

  // So long it took until what it waited for was there.
  void Learn(std::chrono::nanoseconds waited) {
    score_ = waited < longest_ ? std::min(score_ + 2, kMost)
                               : std::max(score_ - 1, 0);
  }

 private:
  static constexpr int kAwake = 2;
  static constexpr int kMost = 3;

  std::chrono::nanoseconds longest_;
  int score_ = kAwake;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_WAITING_HABIT_H_
