// SPDX-License-Identifier: Apache-2.0
//
// The stacks of all threads of this process, without a debugger.
#ifndef HEDDLE_CONFORMANCE_KIT_NATIVE_STACKS_H_
#define HEDDLE_CONFORMANCE_KIT_NATIVE_STACKS_H_

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace heddle::conformance {

struct ThreadStack {
  pid_t thread = 0;
  std::string name = "";   // as the operating system knows it
  std::string state = "";  // "sleeping", "running", ...
  // The code that was interrupted, then the places its callers go on at. Of a
  // thread that did not answer only the first, if it is in a system call.
  std::vector<const void*> frames = {};
  // Why there are no more: "did not answer", "blocks signal 62"; empty if it
  // answered.
  std::string silence = "";
};

// Interrupts every thread of the process with a signal whose handler writes
// down the stack and nothing else, and waits for their answers, `patience` for
// all together. The first is the calling thread, without frames; the others are
// ordered by number. A thread that blocks the signal does not answer; if it is
// only such that are missing, the wait is short.
//
// The handler stays installed. Meant for a process that is about to be ended:
// a thread may find that a system call of its was interrupted. One caller at a
// time.
std::vector<ThreadStack> CaptureStacks(std::chrono::milliseconds patience);

// The signal that CaptureStacks uses.
int StackSignal();

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_NATIVE_STACKS_H_
