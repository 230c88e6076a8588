// SPDX-License-Identifier: Apache-2.0
//
// Signals: SIGINT and SIGTERM as something that wants a turn of a loop.
#ifndef HEDDLE_REFERENCE_SIGNALS_H_
#define HEDDLE_REFERENCE_SIGNALS_H_

#include "reference/process_identity.h"
#include "reference/thread_call_queue.h"

namespace heddle {

// What it is: a subscription to SIGINT and SIGTERM. There may be several at
// once; each hears every signal.
//
// Its states: the process's handlers are taken with the first subscription
// and given back with the last. SIGINT is taken only if its default handler is
// in place, SIGTERM always (RL-20).
//
// What the caller must do: ask HaveCome() in every turn of the loop, after
// RunBatch(). Not change the two handlers meanwhile; one that was changed is
// left as it is.
//
// What it promises: the handler only counts and calls WakeUp(), so that it may
// run at any point of any thread (RT-14); not after the destructor. It
// puts the default handler of SIGINT back with the second SIGINT, so that the
// third ends a process which nothing else can stop (BT-09).
//
// Happens-before: the signal before the Take() that tells of it.
//
// Destruction: at any time, on any thread.
class Signals {
 public:
  // How many have come since the last Take().
  struct Counts {
    int interrupts = 0;    // SIGINT
    int terminations = 0;  // SIGTERM
  };

  // Each signal wants a turn of `calls`, which must outlive this.
  explicit Signals(ThreadCallQueue& calls);
  ~Signals();

  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Whether Take() would tell of any.
  bool HaveCome() const;

  Counts Take();

 private:
  struct Subscriber;
  static Subscriber* Subscribe(ThreadCallQueue& calls);
  static void HandleSignal(int signal);

  const ProcessIdentity process_;
  Subscriber* const subscriber_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_SIGNALS_H_
