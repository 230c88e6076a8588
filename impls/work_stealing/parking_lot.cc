// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/parking_lot.h"

#include <utility>

namespace heddle::work_stealing {

void Sleeper::AwaitCall() {
  std::unique_lock lock(mutex_);
  called_changed_.wait(lock, [this] { return called_; });
  called_ = false;
}

void Sleeper::Call() {
  {
    std::lock_guard lock(mutex_);
    called_ = true;
  }
  called_changed_.notify_one();
}

void ParkingLot::Announce(Sleeper& sleeper) {
  std::lock_guard lock(mutex_);
  sleeper.announced_ = true;
  sleeper.previous_ = nullptr;
  sleeper.next_ = newest_;
  if (newest_ != nullptr) newest_->previous_ = &sleeper;
  newest_ = &sleeper;
  // S1, partner of WakeOne's load (header).
  announced_.fetch_add(1, std::memory_order_seq_cst);
}

void ParkingLot::Withdraw(Sleeper& sleeper) {
  {
    std::lock_guard lock(mutex_);
    if (sleeper.announced_) {
      Remove(sleeper);
      return;
    }
  }
  // Called meanwhile: the call is on its way and must not stay behind for the
  // next Sleep.
  sleeper.AwaitCall();
}

void ParkingLot::Sleep(Sleeper& sleeper) { sleeper.AwaitCall(); }

bool ParkingLot::CallOne() {
  Sleeper* called;
  {
    std::lock_guard lock(mutex_);
    called = newest_;
    if (called == nullptr) return false;
    Remove(*called);
  }
  called->Call();
  return true;
}

void ParkingLot::WakeAll() {
  // As in WakeOne.
  if (announced_.load(std::memory_order_seq_cst) == 0) return;
  Sleeper* called;
  {
    std::lock_guard lock(mutex_);
    called = newest_;
    while (newest_ != nullptr) Remove(*newest_);
  }
  // A sleeper's links are its own again once it has been called.
  while (called != nullptr) std::exchange(called, called->next_)->Call();
}

void ParkingLot::Remove(Sleeper& sleeper) {
  (sleeper.previous_ != nullptr ? sleeper.previous_->next_ : newest_) =
      sleeper.next_;
  if (sleeper.next_ != nullptr) sleeper.next_->previous_ = sleeper.previous_;
  sleeper.announced_ = false;
  // Relaxed: a waker that still reads the larger number takes the lock in
  // vain; mutex_ orders the writes.
  announced_.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace heddle::work_stealing
