// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/parking_lot.h"

#include <mutex>
#include <optional>
#include <utility>

#include "reference/futex.h"

namespace heddle::work_stealing {

void Sleeper::AwaitCall() {
  std::uint32_t call = kAwake;
  if (call_.compare_exchange_strong(call, kAsleep, std::memory_order_acquire)) {
    do {
      SleepWhile(call_, kAsleep, std::nullopt);
    } while (call_.load(std::memory_order_acquire) == kAsleep);
  }
  // Relaxed: the next Call comes after the next Announce, under the lot's lock.
  call_.store(kAwake, std::memory_order_relaxed);
}

void Sleeper::Call() {
  called_ = std::chrono::steady_clock::now();
  if (call_.exchange(kCalled, std::memory_order_release) == kAsleep) {
    heddle::WakeOne(call_);
  }
}

void ParkingLot::Announce(Sleeper& sleeper, bool searching) {
  std::lock_guard guard(lock_);
  sleeper.announced_ = true;
  sleeper.previous_ = nullptr;
  sleeper.next_ = newest_;
  if (newest_ != nullptr) newest_->previous_ = &sleeper;
  newest_ = &sleeper;
  // S1 and L3, partners of W2's load (header).
  word_.fetch_add(searching ? kOneSleeper - kOneSearcher : kOneSleeper,
                  std::memory_order_seq_cst);
}

bool ParkingLot::Withdraw(Sleeper& sleeper) {
  {
    std::lock_guard guard(lock_);
    if (sleeper.announced_) {
      Remove(sleeper);
      // Relaxed, as in BeginSearch: a waker that still sees a sleeper takes the
      // lock in vain; lock_ orders the writes.
      word_.fetch_add(kOneSearcher - kOneSleeper, std::memory_order_relaxed);
      return false;
    }
  }
  // Called meanwhile: the call is on its way and must not stay behind for the
  // next Sleep.
  sleeper.AwaitCall();
  return true;
}

std::chrono::steady_clock::time_point ParkingLot::Sleep(Sleeper& sleeper) {
  sleeper.AwaitCall();
  return sleeper.called_;
}

bool ParkingLot::BeginSearch() {
  Word word = word_.load(std::memory_order_relaxed);
  while (word < kOneSearcher) {
    // Relaxed: who sees it too late calls a sleeper in vain.
    if (word_.compare_exchange_weak(word, word + kOneSearcher,
                                    std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

// Relaxed, as in BeginSearch.
void ParkingLot::JoinSearch() {
  word_.fetch_add(kOneSearcher, std::memory_order_relaxed);
}

void ParkingLot::EndSearch() {
  // L3, partner of W2's load (header).
  word_.fetch_sub(kOneSearcher, std::memory_order_seq_cst);
}

bool ParkingLot::CallOne(bool always) {
  Sleeper* called;
  {
    std::lock_guard guard(lock_);
    // Another waker may have been faster. Sequentially consistent as W2 is.
    if (!always && !NeedsCall()) return false;
    called = newest_;
    if (called == nullptr) return false;
    Remove(*called);
    // Relaxed, as in Withdraw.
    word_.fetch_add(kOneSearcher - kOneSleeper, std::memory_order_relaxed);
  }
  called->Call();
  return true;
}

void ParkingLot::WakeAll() {
  // As in WakeOne.
  if (Sleepers(word_.load(std::memory_order_seq_cst)) == 0) return;
  Sleeper* called;
  {
    std::lock_guard guard(lock_);
    called = newest_;
    Word count = 0;
    for (; newest_ != nullptr; ++count) Remove(*newest_);
    word_.fetch_add(count * (kOneSearcher - kOneSleeper),
                    std::memory_order_relaxed);
  }
  // A sleeper's links are its own again once it has been called.
  while (called != nullptr) std::exchange(called, called->next_)->Call();
}

void ParkingLot::Remove(Sleeper& sleeper) {
  (sleeper.previous_ != nullptr ? sleeper.previous_->next_ : newest_) =
      sleeper.next_;
  if (sleeper.next_ != nullptr) sleeper.next_->previous_ = sleeper.previous_;
  sleeper.announced_ = false;
}

}  // namespace heddle::work_stealing
