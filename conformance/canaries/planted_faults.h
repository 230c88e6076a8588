// SPDX-License-Identifier: Apache-2.0
//
// Faults in tasks, each for a process of its own.
#ifndef HEDDLE_CONFORMANCE_CANARIES_PLANTED_FAULTS_H_
#define HEDDLE_CONFORMANCE_CANARIES_PLANTED_FAULTS_H_

#include <string>

namespace heddle::conformance {

// What a process that plants a fault exits with if nobody minds.
inline constexpr int kNobodyMinds = 40;
// If the pool would not run two tasks at the same time.
inline constexpr int kNeverTwoAtATime = 41;

// Plants the fault of that name in tasks of the subject's and returns the exit
// status, if anything returns. Exits with status 2 if there is no such fault.
//
//   nothing              a task without a fault, for comparison
//   race_of_tasks        two tasks at the same time write one int
//   race_with_submitter  a task reads what its submitter writes afterwards
//   use_after_free       a task reads an int that is freed
//   overflow             a task adds 1 to INT_MAX
//   leak                 tasks allocate and forget
//   hang                 a task never ends, and a watchdog watches
//   wait_in_vain         the rule waits for what no task does
//   stopped_clock        a task that takes kTaskTime; 0 if the clock of the
//                        kit, read before and after, saw that time pass
int PlantFault(const std::string& name);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_CANARIES_PLANTED_FAULTS_H_
