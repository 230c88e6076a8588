// SPDX-License-Identifier: Apache-2.0
//
// StallDetector: says in the log that a pool is stuck.
#ifndef HEDDLE_REFERENCE_STALL_DETECTOR_H_
#define HEDDLE_REFERENCE_STALL_DETECTOR_H_

#include <cstdint>

#include "reference/clock.h"
#include "reference/delayed_call.h"
#include "reference/scheduler.h"
#include "reference/thread_pool.h"

namespace heddle {

// What it is: a timer that looks at a pool's figures, of any backend, from any
// Scheduler: a Reactor, or a TestClock in a test. Tasks that wait for tasks
// which wait for a worker make no sound; this makes one (BT-15).
//
// Its states: the pool is stalled while tasks wait, every worker is busy, and
// since the last look no task has ended and none was begun. A pool without
// workers is not: nobody is blocked. Once a stall has been seen to last for
// the threshold it is reported, once; the next report is of the next stall.
//
// What the caller must do: make and destroy it on the scheduler's thread, and
// let the pool live as long as the scheduler runs. A pool whose tasks are long
// by nature wants a long threshold: the figures cannot tell a wedge from work.
// From reference/stall_detector_test.cc:
//
//   const StallDetector stalls(reactor, *reactor.GetThreadPool(), Seconds(5));
//
// What it promises: one record at Severity::kWarning with the figures and the
// tasks that run, `threshold` after a stall began or up to a quarter of it
// later; later still only if the scheduler itself is late. It costs a look at
// the figures every quarter of the threshold. Where those are estimates (no
// exact_stats), so is what it says.
//
// Happens-before: none.
//
// Destruction: at any time but in a log sink that it calls. Nothing is logged
// afterwards.
class StallDetector {
 public:
  // Looks from now on. Throws std::invalid_argument unless `threshold` is
  // positive and finite.
  StallDetector(Scheduler& scheduler, const ThreadPool& pool,
                Seconds threshold);
  ~StallDetector();

  StallDetector(const StallDetector&) = delete;
  StallDetector& operator=(const StallDetector&) = delete;

 private:
  void LookLater();
  void Look();
  void Report(const PoolStats& stats) const;

  Scheduler& scheduler_;
  const ThreadPool& pool_;
  const Seconds threshold_;
  DelayedCall next_look_;

  // The stall that is under way, if looks_ > 0.
  int looks_ = 0;  // that found it
  std::uint64_t completed_ = 0;
  int busy_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_STALL_DETECTOR_H_
