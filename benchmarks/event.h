// SPDX-License-Identifier: Apache-2.0
//
// Event: one thread tells another that something has happened.
#ifndef HEDDLE_BENCHMARKS_EVENT_H_
#define HEDDLE_BENCHMARKS_EVENT_H_

#include <atomic>
#include <chrono>
#include <cstdint>

namespace heddle::workloads {

// How long a workload waits for something before it calls it missing:
// HEDDLE_PATIENCE_SECONDS, a positive number, or 60 seconds.
std::chrono::nanoseconds Patience();

// What it is: a flag that one thread sets and one other sleeps for, on a bare
// futex: no spinning before the sleep, which would take a processor from what
// is measured, and one system call to wake.
//
// Its states: clear, set.
//
// What the caller must do: have at most one thread in Wait. Not set an event
// that is set.
//
// What it promises: Wait returns when the event is set, and clears it.
//
// Happens-before: what a thread did before Set is visible after Wait.
//
// Destruction: by the waiter after Wait only if the setter is known to have
// returned from Set; Set touches the event until it returns.
class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  void Set();

  // False if the event has not been set within Patience().
  [[nodiscard]] bool Wait();

 private:
  // A line of its own: its neighbours are what is measured.
  alignas(64) std::atomic<std::uint32_t> set_{0};
};

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_EVENT_H_
