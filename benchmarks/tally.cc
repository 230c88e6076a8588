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

thread_local std::uint64_t Tally::latest_tally_ = 0;
thread_local Tally::Slot* Tally::latest_slot_ = nullptr;

Tally::Tally(int threads, std::uint32_t batch)
    : id_(next_id.fetch_add(1, std::memory_order_relaxed)),
      threads_(threads),
      batch_(batch),
      slots_(std::make_unique<Slot[]>(static_cast<std::size_t>(threads))) {}

void Tally::Expect(std::uint64_t runs) {
  expected_ += runs;
  const std::uint64_t remainders =
      static_cast<std::uint64_t>(batch_ - 1) *
      static_cast<std::uint64_t>(threads_);
  near_ = expected_ > remainders ? expected_ - remainders : 0;
  // Submitting the work makes this visible to it.
  unannounced_.store(near_, std::memory_order_relaxed);
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

// Every thread keeps fewer than a batch of runs to itself, so the last batch to
// be added finds near_ reached: somebody always announces.
bool Tally::WaitUntilNear() {
  std::uint64_t seen = added_.load(std::memory_order_acquire);
  if (Announce(seen)) return true;
  while (!near_the_end_.Wait()) {
    const std::uint64_t now_seen = added_.load(std::memory_order_acquire);
    if (now_seen == seen) return false;
    seen = now_seen;
  }
  return true;
}

void Tally::AddBatch() {
  const std::uint64_t added =
      added_.fetch_add(batch_, std::memory_order_acq_rel) + batch_;
  if (Announce(added)) near_the_end_.Set();
}

// Whether the round is near its end and nobody has announced it before.
// Relaxed suffices: what the runs did comes with added_ and the slots.
bool Tally::Announce(std::uint64_t added) {
  std::uint64_t near = unannounced_.load(std::memory_order_relaxed);
  return added >= near && near != kAnnounced &&
         unannounced_.compare_exchange_strong(near, kAnnounced,
                                              std::memory_order_relaxed);
}

void Tally::TakeSlot() {
  const int slot = slots_taken_.fetch_add(1, std::memory_order_relaxed);
  if (slot >= threads_) {
    std::fprintf(stderr,
                 "WRONG RESULT: tasks run on more than the %d threads that "
                 "the workload allows\n",
                 threads_);
    std::_Exit(EXIT_FAILURE);
  }
  latest_tally_ = id_;
  latest_slot_ = &slots_[static_cast<std::size_t>(slot)];
}

std::uint64_t Tally::runs() const {
  std::uint64_t total = 0;
  for (int i = 0; i < threads_; ++i) {
    total += slots_[static_cast<std::size_t>(i)].runs.load(
        std::memory_order_acquire);
  }
  return total;
}

std::uint64_t Tally::sum() const {
  std::uint64_t total = 0;
  for (int i = 0; i < threads_; ++i) {
    total += slots_[static_cast<std::size_t>(i)].sum.load(
        std::memory_order_relaxed);
  }
  return total;
}

}  // namespace heddle::workloads
