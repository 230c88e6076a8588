// SPDX-License-Identifier: Apache-2.0
//
// A child of fork(), for rules that look at what is left of threads there.
#ifndef HEDDLE_CONFORMANCE_RULES_FORKED_CHILD_H_
#define HEDDLE_CONFORMANCE_RULES_FORKED_CHILD_H_

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "conformance/kit/patience.h"
#include "gtest/gtest.h"

namespace heddle::conformance {

// Whether a child has an allocator that works, whatever other threads were
// doing when it was forked. gcc's AddressSanitizer does not see to it that its
// own is unlocked there: the child of a process whose workers are just starting
// hangs at its first allocation, often on a busy machine.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool kChildCanAllocate = false;
#else
inline constexpr bool kChildCanAllocate = true;
#endif
// What a rule then says that forks beside threads it cannot bring to rest.
inline constexpr const char* kAllocatorMayBeLocked =
    "the sanitizer's allocator may be locked in the child";

// Runs `body` in a forked child, which exits with what it returns, and returns
// the child's wait status. A child that does not end fails the rule.
inline int RunInChild(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  if (child < 0) {
    ADD_FAILURE() << "fork failed";
    EndRule();
  }
  int status = 0;
  try {
    Eventually([&] { return waitpid(child, &status, WNOHANG) == child; },
               "a forked child to end");
  } catch (const RuleOver&) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    throw;
  }
  return status;
}

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_RULES_FORKED_CHILD_H_
