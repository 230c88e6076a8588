// SPDX-License-Identifier: Apache-2.0
//
// Signals: SIGINT and SIGTERM as something a loop can wait for.
#ifndef HEDDLE_REFERENCE_SIGNALS_H_
#define HEDDLE_REFERENCE_SIGNALS_H_

namespace heddle {

// What it is: a subscription to SIGINT and SIGTERM. There may be several at
// once; each hears every signal.
//
// Its states: the process's handlers are taken with the first subscription
// and given back with the last. SIGINT is taken only if its default handler is
// in place, SIGTERM always (RL-20).
//
// What the caller must do: wait for fd() and call Take(). Not change the two
// handlers meanwhile; one that was changed is left as it is.
//
// What it promises: the handler only counts and writes to descriptors, which
// are never closed, so that it may run at any point of any thread (RT-14). It
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

  // Throws std::system_error if there is no descriptor to be had.
  Signals();
  ~Signals();

  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // Readable when a signal has come.
  int fd() const;

  Counts Take();

 private:
  struct Subscriber;
  static Subscriber* Subscribe();
  static void HandleSignal(int signal);

  Subscriber* const subscriber_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_SIGNALS_H_
