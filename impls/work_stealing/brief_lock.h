// SPDX-License-Identifier: Apache-2.0
//
// BriefLock: a lock for sections of a few instructions.
#ifndef HEDDLE_IMPLS_WORK_STEALING_BRIEF_LOCK_H_
#define HEDDLE_IMPLS_WORK_STEALING_BRIEF_LOCK_H_

#include <time.h>

#include <atomic>
#include <thread>

#include "reference/processors.h"

namespace heddle::work_stealing {

// What it is: a lock that costs one locked instruction, half of what a mutex
// does, and never a system call where nobody holds it. Use std::lock_guard.
//
// Its states: free, held.
//
// What the caller must do: hold it for some tens of nanoseconds at most, and
// neither block nor run user code meanwhile.
//
// What it promises: whoever waits leaves the core to the holder after a short
// while, and sleeps if that does not help: a holder that was interrupted goes
// on also where there is one core, and where the waiter has a higher priority.
//
// Happens-before: unlock before the next lock or successful try_lock.
//
// Destruction: any time it is free.
class BriefLock {
 public:
  void lock() {
    // Nearly always free: the line is asked for once, and for writing.
    if (held_.exchange(true, std::memory_order_acquire)) [[unlikely]] {
      Await();
    }
  }

  // May be false although it is free just now.
  bool try_lock() {
    // The read first: waiters do not take the line from the holder.
    return !held_.load(std::memory_order_relaxed) &&
           !held_.exchange(true, std::memory_order_acquire);
  }

  void unlock() { held_.store(false, std::memory_order_release); }

  // Lets run whom this thread waits for, after so many looks in vain.
  static void GiveWay(int looks) {
    if (looks < kYields) {
      std::this_thread::yield();
    } else {
      const timespec nap{.tv_sec = 0, .tv_nsec = 50'000};
      nanosleep(&nap, nullptr);
    }
  }

 private:
  static constexpr int kPauses = 64;
  static constexpr int kYields = 1024;

  [[gnu::cold, gnu::noinline]] void Await() {
    for (int tries = 0; !try_lock(); ++tries) {
      if (tries < kPauses) {
        SpinPause();
      } else {
        GiveWay(tries - kPauses);
      }
    }
  }

  std::atomic<bool> held_{false};
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_BRIEF_LOCK_H_
