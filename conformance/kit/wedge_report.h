// SPDX-License-Identifier: Apache-2.0
//
// What is known about a process that does not go on.
#ifndef HEDDLE_CONFORMANCE_KIT_WEDGE_REPORT_H_
#define HEDDLE_CONFORMANCE_KIT_WEDGE_REPORT_H_

#include <chrono>
#include <functional>
#include <string>

namespace heddle::conformance {

// `ask()`'s answer, or `otherwise` if it has none within `patience`: it may
// block on the very lock that causes a hang. Then its thread is left behind.
std::string AskWithin(std::chrono::milliseconds patience,
                      std::function<std::string()> ask,
                      const std::string& otherwise);

// Every thread of the process: its last events (thread_events.h) with how long
// ago they were, and its stack (native_stacks.h), whose addresses a last line
// says how to turn into lines of code. The calling thread comes first. Takes
// up to `patience`, and what reading the program's symbols takes.
//
//   thread 4711 "PoolThread-p-0", sleeping
//     12.3 s ago: runs a task
//     12.3 s ago: waits for the rule to open a gate
//     stack:
//       syscall+0x1d (libc.so.6+0xf8a5d)
//       heddle::conformance::Latch::Await()+0x2a (my_test+0x4a31)
//
std::string DescribeThreads(std::chrono::milliseconds patience);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_WEDGE_REPORT_H_
