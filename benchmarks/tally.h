// SPDX-License-Identifier: Apache-2.0
//
// Tally: counts tasks that have run, and says when all of them have.
#ifndef HEDDLE_BENCHMARKS_TALLY_H_
#define HEDDLE_BENCHMARKS_TALLY_H_

#include <array>
#include <atomic>
#include <cstdint>

#include "benchmarks/event.h"

namespace heddle::workloads {

// What it is: a count and a sum over several threads, for tasks that take a
// few nanoseconds. One shared counter would cost each of them a cache line
// that another core has just written, which is more than some pools cost; so
// each thread counts in a line of its own and adds to the shared counter once
// in `batch` runs.
//
// Its states: rounds, one after the other: Expect, any number of runs, Wait.
//
// What the caller must do: call Expect and Wait on one thread, and Expect
// before the work it announces is submitted.
//
// What it promises: Wait returns when all runs expected so far have been
// added, on whatever threads: a pool may lend and change them. It sleeps until
// at most batch - 1 runs for each of the threads are missing; then, unless
// batch is 1, it looks every 10 microseconds.
//
// Happens-before: what a thread did before Add is visible after the Wait that
// counted it.
//
// Destruction: when no task that knows it is left; stop the pool first.
class Tally {
 public:
  // `batch` is a power of two.
  explicit Tally(std::uint64_t batch = 64);

  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  // One more round, of `runs` runs.
  void Expect(std::uint64_t runs);

  // One run, which adds `value` to the sum. Any thread, never two at a time
  // on the same thread.
  void Add(std::uint64_t value) {
    Slot& slot = MySlot();
    // Only this thread writes its slot.
    slot.sum.store(slot.sum.load(std::memory_order_relaxed) + value,
                   std::memory_order_relaxed);
    const std::uint64_t runs = slot.runs.load(std::memory_order_relaxed) + 1;
    slot.runs.store(runs, std::memory_order_release);
    if ((runs & (batch_ - 1)) == 0) AddBatch();
  }

  // False if the expected runs are not there within Patience() after the last
  // that came.
  [[nodiscard]] bool Wait();

  std::uint64_t runs() const;
  std::uint64_t sum() const;

 private:
  // Two lines: processors fetch neighbouring lines in pairs.
  struct alignas(128) Slot {
    std::atomic<std::uint64_t> runs{0};
    std::atomic<std::uint64_t> sum{0};
  };

  Slot& MySlot() {
    if (latest_tally_ != id_) [[unlikely]]
      TakeSlot();
    return *latest_slot_;
  }

  void TakeSlot();
  void AddBatch();
  bool Announce();
  bool WaitUntilNear();

  // The slot that the current thread took last, and in which tally: a thread
  // works for one tally at a time. Ids are never used twice, addresses are.
  // constinit spares every access a call that would initialize them.
  static constinit thread_local std::uint64_t latest_tally_;
  static constinit thread_local Slot* latest_slot_;

  static constexpr std::uint64_t kSlots = 256;

  const std::uint64_t id_;
  const std::uint64_t batch_;
  std::array<Slot, kSlots> slots_;
  std::atomic<std::uint64_t> slots_taken_{0};

  static constexpr std::uint64_t kAnnounced = ~std::uint64_t{0};

  std::uint64_t expected_ = 0;  // in all rounds; of the thread that waits

  // expected_, until somebody, and nobody else, changes it to kAnnounced.
  std::atomic<std::uint64_t> unannounced_{kAnnounced};
  Event near_the_end_;
  alignas(128) std::atomic<std::uint64_t> added_{0};  // in whole batches
};

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_TALLY_H_
