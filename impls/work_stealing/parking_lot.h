// SPDX-License-Identifier: Apache-2.0
//
// ParkingLot: where workers sleep while there is nothing to do.
#ifndef HEDDLE_IMPLS_WORK_STEALING_PARKING_LOT_H_
#define HEDDLE_IMPLS_WORK_STEALING_PARKING_LOT_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "impls/work_stealing/brief_lock.h"
#include "reference/futex.h"

namespace heddle::work_stealing {

// One worker's bed; the worker's own while it is awake, and the lot's while
// it is announced.
class Sleeper {
 public:
  Sleeper() = default;
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

 private:
  friend class ParkingLot;

  enum : std::uint32_t { kAwake, kAsleep, kCalled };

  void AwaitCall();
  void Call();

  FutexWord call_{kAwake};
  std::chrono::steady_clock::time_point called_;  // written by who calls
  bool announced_ = false;       // guarded by the lot's lock
  Sleeper* previous_ = nullptr;  // guarded by the lot's lock
  Sleeper* next_ = nullptr;      // guarded by the lot's lock
};

// What it is: the handshake between whoever makes a condition true (a task is
// there; the pool stops) and the workers that wait for it. The lot does not
// know the condition; the two protocols make sure that nobody sleeps through
// it.
//
// Waking costs the waker more than a hundred submissions. So news of a task
// goes to a searcher, who is awake and looks for one, if there is any, and
// only else to a sleeper. Who is called is a searcher from that moment, long
// before it runs: a call under way is not repeated.
//
//   Who falls asleep                   Who has news
//   S1 Announce                        W1 make the condition true
//   S2 look at every condition again   W2 WakeOne: is anyone announced?
//      yes: Withdraw, which is L1         WakeForTask: and nobody searching?
//      no:  S3 Sleep                   W3 if so, take one out and wake it
//
//   Who searches
//   L1 BeginSearch, or JoinSearch, or Withdraw, or was called
//   L2 look for a task: found, or not
//   L3 found: EndSearch; not found: Announce, which is S1 as well
//   L4 found: if more wait, WakeForTask; not found: S2
//
// The interleavings that must be impossible: S2 sees no news and W2 sees no
// sleeper; W2 leaves a task to a searcher who does not see it in L4 either. In
// both a task waits beside a worker that sleeps. (Withdraw is a search because
// S2 may have seen what was left to the search that S1 has ended: two tasks,
// of which the caller will take one.) S1's and L3's write, the reads
// of S2 and L4, W1's write and W2's read are all sequentially consistent: in
// their one order either S1 or L3 precedes W2, or W1 precedes S2 or L4.
// Therefore every condition that S2 and L4 look at must be written and read
// with memory_order_seq_cst.
//
// Its states, for one Sleeper:
//
//               Announce     a call                Withdraw    Sleep
//   awake       -> waiting   does not see it       cannot happen
//   waiting     cannot       -> called             -> awake    waits
//   called      cannot       does not see it       -> awake    -> awake
//
// What the caller must do: after Announce call exactly one of Withdraw and
// Sleep, on the same thread. Who returns from these has begun a search and must
// end it, by L3 and L4, also if it came to do something else or leaves.
//
// What it promises: a call goes to the sleeper announced last, whose memory is
// warmest; it is never lost and never reaches anyone twice, also if it meets a
// Withdraw. Nobody who need not wake anyone takes the lock. The lock is not
// held while a sleeper is woken.
//
// Happens-before: what came before a call is visible after the Sleep or
// Withdraw of the sleeper that was called.
//
// Destruction: when nobody is announced and no thread may still call it. A
// Sleeper outlives the lot's every use: a waker touches it last.
class ParkingLot {
 public:
  // How many are announced, and how many search.
  using Word = std::uint64_t;

  // `word`, which is 0, must outlive the lot, and is only the lot's. It is read
  // after each W1, so it may lie on the cache line that W1 writes.
  explicit ParkingLot(std::atomic<Word>& word) : word_(word) {}
  ParkingLot(const ParkingLot&) = delete;
  ParkingLot& operator=(const ParkingLot&) = delete;

  // S1. `searching`: the caller has begun a search, which ends here (L3).
  void Announce(Sleeper& sleeper, bool searching = false);
  // S2, yes. The caller searches now. True if it was called.
  bool Withdraw(Sleeper& sleeper);
  // S3. When it was called, which is earlier than when it runs. The caller
  // searches now.
  std::chrono::steady_clock::time_point Sleep(Sleeper& sleeper);

  // L1. False if somebody searches already: one is enough.
  [[nodiscard]] bool BeginSearch();
  void JoinSearch();  // L1, also if somebody searches already
  void EndSearch();  // L3

  // W2 and W3. False if nobody was announced.
  bool WakeOne() {
    // W2. Were it weaker it could be read before W1 is visible to S2.
    return Sleepers(word_.load(std::memory_order_seq_cst)) > 0 && CallOne(true);
  }

  // W2 and W3 for a task that waits. True if somebody was called.
  bool WakeForTask() { return NeedsCall() && CallOne(false); }

  // Whether WakeForTask would call somebody; W2, as above.
  bool NeedsCall() const {
    return IsCallDue(word_.load(std::memory_order_seq_cst));
  }

  // As WakeOne, for everybody announced at one instant. Who wakes and
  // announces itself again is not called twice.
  void WakeAll();

 private:
  static constexpr Word kOneSleeper = 1;
  static constexpr Word kOneSearcher = Word{1} << 32;

  static std::uint32_t Sleepers(Word word) {
    return static_cast<std::uint32_t>(word);
  }
  static bool IsCallDue(Word word) { return word > 0 && word < kOneSearcher; }

  // Also if somebody searches, if `always`.
  bool CallOne(bool always);
  void Remove(Sleeper& sleeper);

  std::atomic<Word>& word_;  // sleepers: written under lock_

  // Apart from what every submission reads.
  alignas(64) BriefLock lock_;
  Sleeper* newest_ = nullptr;  // guarded by lock_
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_PARKING_LOT_H_
