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
