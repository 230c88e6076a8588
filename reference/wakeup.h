// SPDX-License-Identifier: Apache-2.0
//
// Wakeup: a descriptor that becomes readable when some thread wants it to.
#ifndef HEDDLE_REFERENCE_WAKEUP_H_
#define HEDDLE_REFERENCE_WAKEUP_H_

#include <cstdint>

namespace heddle {

// What it is: an eventfd. It never blocks anybody (RT-10).
//
// Its states: quiet; signalled, which is readable.
//
// What the caller must do: one thread waits for fd(), and calls Clear() unless
// it waits for edges.
//
// What it promises: a Signal() after a Clear() makes fd() readable; each one
// is an edge.
//
// Happens-before: Signal before the Clear that takes it back.
//
// Destruction: while no thread is in Signal().
class Wakeup {
 public:
  // Throws std::system_error if there is no descriptor to be had.
  Wakeup();
  ~Wakeup();

  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  // Any thread, and in signal handlers; leaves errno alone.
  void Signal() noexcept;

  // Makes it quiet. Returns how many Signal() calls that took back.
  std::uint64_t Clear() noexcept;

  int fd() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_WAKEUP_H_
