// SPDX-License-Identifier: Apache-2.0
//
// The errors heddle throws or delivers, one type per cause. A bad argument is
// always std::invalid_argument and names the function and the value.
#ifndef HEDDLE_REFERENCE_ERRORS_H_
#define HEDDLE_REFERENCE_ERRORS_H_

#include <stdexcept>

namespace heddle {

// The pool has been asked to stop; it takes no more work and cannot be
// started again (TP-41, TP-43).
class PoolStopped : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The reactor has stopped, or stops before it can answer (BT-01, BT-04).
class ReactorStopped : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Run() while the reactor runs already (RL-01), or an iteration started from
// inside an iteration (RT-16).
class ReactorAlreadyRunning : public std::logic_error {
  using std::logic_error::logic_error;
};

// Stop() on a reactor that does not run, or that stops already (RL-02).
class ReactorNotRunning : public std::logic_error {
  using std::logic_error::logic_error;
};

// Run() after Stop() (RL-03).
class ReactorNotRestartable : public std::logic_error {
  using std::logic_error::logic_error;
};

// The call would wait for the very thread that makes it: Stop() on one of the
// pool's own workers (TP-45), a blocking call on the reactor's thread (TH-24).
class WouldDeadlock : public std::logic_error {
  using std::logic_error::logic_error;
};

// A call that belongs to the reactor's thread was made on another (BT-20).
class WrongThread : public std::logic_error {
  using std::logic_error::logic_error;
};

// A pool or reactor was used in a child of fork(): its threads are not there
// (TP-52).
class UsedInForkedChild : public std::logic_error {
  using std::logic_error::logic_error;
};

// A worker thread could not be created and no other can take the work
// (TP-51).
class NoWorkerThread : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// As many tasks wait in the pool as may: PoolOptions::max_backlog (BT-16).
class BacklogFull : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A deadline passed before the answer came (TH-27).
class TimeoutError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The Deferred was cancelled (DF-31).
class CancelledError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The Deferred has been fired before (DF-09).
class AlreadyCalledError : public std::logic_error {
  using std::logic_error::logic_error;
};

// The Deferred's result has moved elsewhere (BT-36).
class AlreadyConsumed : public std::logic_error {
  using std::logic_error::logic_error;
};

// The queue holds as many values as it may (DF-63).
class QueueOverflow : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// As many wait for the queue's values as may (DF-63).
class QueueUnderflow : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The timer has been cancelled before (RL-27).
class AlreadyCancelled : public std::logic_error {
  using std::logic_error::logic_error;
};

// The timer has fired before, or is firing now (RL-27).
class AlreadyCalled : public std::logic_error {
  using std::logic_error::logic_error;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_ERRORS_H_
