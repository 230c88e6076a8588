// SPDX-License-Identifier: Apache-2.0
//
// Knowing, cheaply, that fork() has put us into another process.
#ifndef HEDDLE_REFERENCE_PROCESS_IDENTITY_H_
#define HEDDLE_REFERENCE_PROCESS_IDENTITY_H_

#include <atomic>

namespace heddle {

// Remembers the process it was constructed in. Threads do not survive fork(),
// so an owner of threads asks this first (TP-52).
class ProcessIdentity {
 public:
  ProcessIdentity();

  // True in the process of construction, false in its forked children. One
  // relaxed load, on any thread: the counter changes only in a child of fork()
  // before its only thread returns from it, so there is no one to order with.
  bool IsOriginal() const {
    return generation_ == current_generation.load(std::memory_order_relaxed);
  }

 private:
  static std::atomic<unsigned> current_generation;
  const unsigned generation_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_PROCESS_IDENTITY_H_
