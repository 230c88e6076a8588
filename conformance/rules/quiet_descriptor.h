// SPDX-License-Identifier: Apache-2.0
//
// QuietDescriptor: one that a reactor watches in vain.
#ifndef HEDDLE_CONFORMANCE_RULES_QUIET_DESCRIPTOR_H_
#define HEDDLE_CONFORMANCE_RULES_QUIET_DESCRIPTOR_H_

#include <sys/eventfd.h>
#include <unistd.h>

#include "reference/reactor.h"

namespace heddle::conformance {

// Never readable. A reactor that watches a descriptor may sleep, and be woken,
// in another way than one that waits for threads and timers alone; what is
// promised of sleeping is promised of both.
class QuietDescriptor {
 public:
  QuietDescriptor() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~QuietDescriptor() { close(fd_); }

  QuietDescriptor(const QuietDescriptor&) = delete;
  QuietDescriptor& operator=(const QuietDescriptor&) = delete;

  // On the reactor's thread, or before it runs. It must outlive the reactor.
  void WatchBy(Reactor& reactor) {
    reactor.AddReader(fd_, [] {});
  }

 private:
  const int fd_;
};

// For SCOPED_TRACE.
inline const char* WatchesText(bool watches) {
  return watches ? "watching a descriptor" : "watching no descriptor";
}

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_RULES_QUIET_DESCRIPTOR_H_
