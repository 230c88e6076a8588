// SPDX-License-Identifier: Apache-2.0
//
// Tally: what one worker has counted.
#ifndef HEDDLE_IMPLS_WORK_STEALING_TALLY_H_
#define HEDDLE_IMPLS_WORK_STEALING_TALLY_H_

#include <atomic>
#include <cstdint>

namespace heddle::work_stealing {

// A count that one thread at a time writes, without a read-modify-write, and
// that any thread reads.
class Count {
 public:
  // The writer's.
  std::uint64_t own() const { return count_.load(std::memory_order_relaxed); }
  void Set(std::uint64_t count) {
    count_.store(count, std::memory_order_release);
  }
  // Before what is counted can be found; W1 of parking_lot.h, for which it is
  // sequentially consistent.
  void Announce(std::uint64_t count) {
    count_.store(count, std::memory_order_seq_cst);
  }

  // Any thread. Sequentially consistent for the readers of announced counts:
  // S2 and L4 of parking_lot.h.
  std::uint64_t Read() const { return count_.load(std::memory_order_seq_cst); }

 private:
  std::atomic<std::uint64_t> count_{0};
};

// What one worker has counted, for census.h; each worker's on a line of its
// own, which others read rarely.
//
//                 submitted   steps              failed
//   its task      + 1
//   submits one
//   Begin                     + 1, now odd
//   End                       + 1, now even      + 1, if it failed
//   End and Begin             + 2, odd again     + 1, if it failed
//
// So a task that begins where another has ended is one step, and the worker is
// busy in between.
struct alignas(64) Tally {
  Count submitted;
  Count steps;
  Count failed;

  static std::uint64_t BegunAfter(std::uint64_t steps) {
    return (steps + 1) / 2;
  }
  static std::uint64_t EndedAfter(std::uint64_t steps) { return steps / 2; }

  std::uint64_t begun() const { return BegunAfter(steps.Read()); }
  std::uint64_t ended() const { return EndedAfter(steps.Read()); }
  bool busy() const { return steps.Read() % 2 != 0; }
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_TALLY_H_
