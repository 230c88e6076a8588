// SPDX-License-Identifier: Apache-2.0
//
// Census: the numbers that decide who may submit, who is needed, who may go.
#ifndef HEDDLE_IMPLS_WORK_STEALING_CENSUS_H_
#define HEDDLE_IMPLS_WORK_STEALING_CENSUS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "reference/backlog_bound.h"
#include "reference/pool_lifecycle.h"
#include "reference/pool_size.h"

namespace heddle::work_stealing {

// What the census counts, at one instant.
struct Counts {
  PoolState state = PoolState::kNew;
  int threads = 0;            // workers
  int busy = 0;               // of these, with a task
  std::uint64_t backlog = 0;  // tasks accepted and not yet with a worker

  int idle() const { return threads - busy; }

  friend bool operator==(const Counts&, const Counts&) = default;
};

// Whether one more worker must be made: there are fewer than min, or more
// tasks wait than workers are idle, and max allows it (TP-03, TP-06, TP-07,
// TP-35). An idle worker stands for one waiting task, not for any number.
bool WantsWorker(const Counts& counts, PoolSize limits);

// Whether an idle worker must go: there are more than max (TP-31 to TP-34), or
// nothing waits and either the pool stops (TP-39) or `retiring` workers have
// been asked to go (TP-38).
bool MayLeave(const Counts& counts, PoolSize limits, int retiring);

// What it is: the pool's state and all its counts in one atomic word, so that
// each step is one read-modify-write and each decision is made on a picture
// that was true at one instant. In particular a stop and an admission cannot
// pass each other: either the admission sees the stop and refuses, or the stop
// sees the task in the backlog and waits for it.
//
// Its states:
//
//                  threads   busy   backlog   when
//   Admit             -        -      + 1     the submitter, before the task
//                                             is in any queue
//   Take              -       + 1     - 1     the worker, once it holds the
//                                             task
//   End               -       - 1      -      the worker, once the task has
//                                             ended
//   EndAndTake        -        -      - 1     End and Take as one step
//   GiveBack          -        -      - 1     before a task is refused
//   AddWorker        + 1       -       -      crew.cc, once the thread exists
//   RemoveWorker     - 1       -       -      crew.cc, the idle worker itself
//   SetState          -        -       -      crew.cc
//
// What the caller must do: call the last three, SetLimits and SetRetiring under
// the crew's lock. Keep to the table's last column: a task counts before it can
// be found and until it has ended, so "stopping, no backlog, no worker busy"
// means that nothing is left and nothing will come.
//
// What it promises: while the pool runs, whenever no submission is under way,
// backlog <= idle or threads >= max: Admit is the only step that breaks this,
// and its caller then has the crew grow (TP-07). Exception: a thread could
// not be created (TP-51).
//
// Happens-before: every step is a read-modify-write of one word, so what came
// before a step is visible after any later step or Read.
//
// Destruction: any time nobody uses it.
class Census {
 public:
  // More workers than this cannot be counted.
  static constexpr int kMaxThreads = (1 << 14) - 1;

  explicit Census(PoolSize limits, std::size_t max_backlog = 0)
      : bound_(max_backlog), limits_(limits) {}

  Counts Read() const { return Unpack(word_.load(std::memory_order_seq_cst)); }
  PoolSize limits() const { return limits_.load(std::memory_order_seq_cst); }
  void SetLimits(PoolSize limits) {
    limits_.store(limits, std::memory_order_seq_cst);
  }

  // How many workers may go although there are not too many.
  int retiring() const { return retiring_.load(std::memory_order_seq_cst); }
  void SetRetiring(int retiring) {
    retiring_.store(retiring, std::memory_order_seq_cst);
  }

  // MayLeave of what is now.
  bool MayLeaveNow() const { return MayLeave(Read(), limits(), retiring()); }

  enum class Answer {
    kAdmitted,
    kStopped,      // the pool takes no more work
    kNeedsWorker,  // it runs, max allows workers, and there is none (TP-51)
    kFull,         // as many tasks wait as may (BT-16)
  };
  struct Admission {
    Answer answer;
    Counts counts;  // afterwards
  };
  // Changes nothing unless it admits.
  [[nodiscard]] Admission Admit();

  // Each returns the counts afterwards.
  Counts Take() { return Add(kOneBusy - kOneWaiting); }
  Counts End() { return Add(-kOneBusy); }
  Counts EndAndTake() { return Add(-kOneWaiting); }
  Counts GiveBack() { return Add(-kOneWaiting); }
  Counts AddWorker() { return Add(kOneThread); }
  Counts RemoveWorker() { return Add(-kOneThread); }
  void SetState(PoolState state);

 private:
  // From the lowest bit: 2 of state, 14 of threads, 14 busy, 34 of backlog;
  // a backlog that does not fit needs a tebibyte of nodes.
  using Word = std::uint64_t;
  static constexpr int kThreadsShift = 2;
  static constexpr int kBusyShift = 16;
  static constexpr int kBacklogShift = 30;
  static constexpr Word kOneThread = Word{1} << kThreadsShift;
  static constexpr Word kOneBusy = Word{1} << kBusyShift;
  static constexpr Word kOneWaiting = Word{1} << kBacklogShift;
  static constexpr Word kStateMask = 3;

  bool IsFull(const Counts& counts) const;

  static Counts Unpack(Word word) {
    return {.state = static_cast<PoolState>(word & kStateMask),
            .threads = static_cast<int>((word >> kThreadsShift) & kMaxThreads),
            .busy = static_cast<int>((word >> kBusyShift) & kMaxThreads),
            .backlog = word >> kBacklogShift};
  }

  Counts Add(Word delta) {
    return Unpack(word_.fetch_add(delta, std::memory_order_seq_cst) + delta);
  }

  // All sequentially consistent: falling asleep looks at them (S2 of
  // parking_lot.h), and who admits must not miss a limit that is raised while
  // the one who raises it misses the admission (AfterAdmission of the pool).
  std::atomic<Word> word_{0};
  const BacklogBound bound_;
  std::atomic<PoolSize> limits_;
  std::atomic<int> retiring_{0};

  static_assert(std::atomic<PoolSize>::is_always_lock_free);
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_CENSUS_H_
