// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/tally.h"

#include <sys/prctl.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

namespace heddle::workloads {
namespace {

std::atomic<std::uint64_t> next_id{1};

// Sleeps for about 10 microseconds. The kernel's usual slack of 50 would show
// in the figures.
void Nap() {
  constexpr unsigned long kExactly = 1;
  constexpr unsigned long kUsually = 0;
  prctl(PR_SET_TIMERSLACK, kExactly);
  std::this_thread::sleep_for(std::chrono::microseconds(10));
  prctl(PR_SET_TIMERSLACK, kUsually);
}

}  // namespace

constinit thread_local std::uint64_t Tally::latest_tally_ = 0;
constinit thread_local Tally::Slot* Tally::latest_slot_ = nullptr;

Tally::Tally(std::uint64_t batch)
    : id_(next_id.fetch_add(1, std::memory_order_relaxed)), batch_(batch) {}

void Tally::Expect(std::uint64_t runs) {
  expected_ += runs;
  // Submitting the work makes this visible to it.
  unannounced_.store(expected_, std::memory_order_relaxed);
}

bool Tally::Wait() {
  if (!WaitUntilNear()) return false;
  // What is missing is in the slots already, or takes a few microseconds.
  std::uint64_t seen = runs();
  auto deadline = std::chrono::steady_clock::now() + Patience();
  while (seen < expected_) {
    Nap();
    const std::uint64_t now_seen = runs();
    const auto now = std::chrono::steady_clock::now();
    if (now_seen > seen) deadline = now + Patience();
    if (now > deadline) return false;
    seen = now_seen;
  }
  return true;
}

bool Tally::WaitUntilNear() {
  if (Announce()) return true;
  std::uint64_t seen = added_.load(std::memory_order_acquire);
  while (!near_the_end_.Wait()) {
    const std::uint64_t now_seen = added_.load(std::memory_order_acquire);
    if (now_seen == seen) return false;
    seen = now_seen;
  }
  return true;
}

// Whether the round is near its end, and this is the first call to see it.
//
// Every thread keeps fewer than a batch of runs to itself. So when everything
// has run, `added_` and what the threads may keep come to what is expected.
// Both are changed, and read here afterwards, in the one order of seq_cst:
// whichever of AddBatch and TakeSlot comes last sees the other's change, and
// somebody always announces.
bool Tally::Announce() {
  std::uint64_t expected = unannounced_.load(std::memory_order_relaxed);
  if (expected == kAnnounced) return false;
  const std::uint64_t kept = (batch_ - 1) * slots_taken_.load();
  return added_.load() + kept >= expected &&
         unannounced_.compare_exchange_strong(expected, kAnnounced,
                                              std::memory_order_relaxed);
}

void Tally::AddBatch() {
  added_.fetch_add(batch_);
  if (Announce()) near_the_end_.Set();
}

void Tally::TakeSlot() {
  const std::uint64_t slot = slots_taken_.fetch_add(1);
  if (slot >= kSlots) {
    std::fprintf(stderr, "WRONG RESULT: tasks ran on %d threads and more\n",
                 static_cast<int>(kSlots));
    std::abort();
  }
  latest_tally_ = id_;
  latest_slot_ = &slots_[slot];
  if (Announce()) near_the_end_.Set();
}

std::uint64_t Tally::runs() const {
  const std::uint64_t taken = slots_taken_.load();
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < taken; ++i) {
    total += slots_[i].runs.load(std::memory_order_acquire);
  }
  return total;
}

std::uint64_t Tally::sum() const {
  const std::uint64_t taken = slots_taken_.load();
  std::uint64_t total = 0;
  for (std::uint64_t i = 0; i < taken; ++i) {
    total += slots_[i].sum.load(std::memory_order_relaxed);
  }
  return total;
}

}  // namespace heddle::workloads
