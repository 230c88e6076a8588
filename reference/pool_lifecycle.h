// SPDX-License-Identifier: Apache-2.0
//
// The life of a pool, which is the same for every pool: new, running,
// stopping, stopped, and never back.
#ifndef HEDDLE_REFERENCE_POOL_LIFECYCLE_H_
#define HEDDLE_REFERENCE_POOL_LIFECYCLE_H_

#include "reference/submission.h"

namespace heddle {

// Besides, UndoStart() takes kRunning back to kNew.
//
//             Start()      RequestStop()       FinishStop()   Admit()
// kNew        -> kRunning  -> kStopped         cannot happen  accepted, held
// kRunning    no change    -> kStopping        cannot happen  accepted
// kStopping   PoolStopped  no change           -> kStopped    refused
// kStopped    PoolStopped  no change           cannot happen  refused
enum class PoolState : unsigned char {
  kNew,       // takes work and keeps it; has no workers
  kRunning,   // takes work and runs it
  kStopping,  // takes no work; runs what it has accepted
  kStopped,   // takes no work, has none, and its workers have ended
};

// A state machine without a lock: whoever owns it guards it.
class PoolLifecycle {
 public:
  // Moves kNew to kRunning and says so with true; false if it runs already
  // (TP-04). Throws PoolStopped, and changes nothing, after a stop (TP-43).
  bool Start();

  // Takes a Start() back that found no thread to work with (TP-51).
  void UndoStart();

  // True if this call made the difference; idempotent (TP-42). A pool that
  // never started has nothing to drain and is stopped at once (TP-44).
  bool RequestStop();

  // The drain has ended and so have the workers.
  void FinishStop();

  // Whether new work is taken (TP-05, TP-40, TP-41).
  Submission Admit() const {
    return state_ <= PoolState::kRunning
               ? Submission::Accepted()
               : Submission::Refused(Refusal::kPoolStopped);
  }

  PoolState state() const { return state_; }

 private:
  PoolState state_ = PoolState::kNew;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_POOL_LIFECYCLE_H_
