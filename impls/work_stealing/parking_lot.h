// SPDX-License-Identifier: Apache-2.0
//
// ParkingLot: where workers sleep while there is nothing to do.
#ifndef HEDDLE_IMPLS_WORK_STEALING_PARKING_LOT_H_
#define HEDDLE_IMPLS_WORK_STEALING_PARKING_LOT_H_

#include <atomic>
#include <condition_variable>
#include <mutex>

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

  void AwaitCall();
  void Call();

  std::mutex mutex_;
  std::condition_variable called_changed_;
  bool called_ = false;          // guarded by mutex_
  bool announced_ = false;       // guarded by the lot's mutex
  Sleeper* previous_ = nullptr;  // guarded by the lot's mutex
  Sleeper* next_ = nullptr;      // guarded by the lot's mutex
};

// What it is: the handshake between whoever makes a condition true (a task is
// there; the pool stops) and the workers that wait for it. The lot does not
// know the condition; the two protocols make sure that nobody sleeps through
// it.
//
//   Who falls asleep                   Who has news
//   S1 Announce                        W1 make the condition true
//   S2 look at every condition again   W2 WakeOne: is anyone announced?
//      yes: Withdraw, go on            W3 if so, take one out and wake it
//      no:  S3 Sleep
//
// The interleaving that must be impossible: S2 sees no news and W2 sees no
// sleeper, so that a task waits beside a worker that sleeps. S1's write, S2's
// reads, W1's write and W2's read are all sequentially consistent: in their
// one order either S1 precedes W2, or W1 precedes S2. Therefore every
// condition that S2 looks at must be written and read with
// memory_order_seq_cst.
//
// Its states, for one Sleeper:
//
//               Announce     WakeOne, WakeAll      Withdraw    Sleep
//   awake       -> waiting   does not see it       cannot happen
//   waiting     cannot       -> called             -> awake    waits
//   called      cannot       does not see it       -> awake    -> awake
//
// What the caller must do: after Announce call exactly one of Withdraw and
// Sleep, on the same thread. One wake-up stands for one piece of news: who
// is called and then takes something else to do, or leaves, must pass the
// call on while there is news left.
//
// What it promises: WakeOne calls the sleeper announced last, whose memory is
// warmest; a call is never lost and never reaches anyone twice, also if it
// meets a Withdraw. Nobody who calls WakeOne with no one announced takes the
// lock.
//
// Happens-before: what came before WakeOne is visible after the Sleep or
// Withdraw of the sleeper it called.
//
// Destruction: when nobody is announced and no thread may still call it. A
// Sleeper outlives the lot's every use: a waker touches it last.
class ParkingLot {
 public:
  ParkingLot() = default;
  ParkingLot(const ParkingLot&) = delete;
  ParkingLot& operator=(const ParkingLot&) = delete;

  void Announce(Sleeper& sleeper);  // S1
  void Withdraw(Sleeper& sleeper);  // S2, yes
  void Sleep(Sleeper& sleeper);     // S3

  // W2 and W3. False if nobody was announced.
  bool WakeOne() {
    // W2. Were it weaker it could be read before W1 is visible to S2.
    if (announced_.load(std::memory_order_seq_cst) == 0) return false;
    return CallOne();
  }

  // As WakeOne, for everybody announced at one instant. Who wakes and
  // announces itself again is not called twice.
  void WakeAll();

 private:
  bool CallOne();
  void Remove(Sleeper& sleeper);

  std::mutex mutex_;
  Sleeper* newest_ = nullptr;      // guarded by mutex_
  std::atomic<int> announced_{0};  // written under mutex_
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_PARKING_LOT_H_
