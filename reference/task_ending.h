// SPDX-License-Identifier: Apache-2.0
//
// How a task ended, as the figures of a pool tell it (BT-16).
#ifndef HEDDLE_REFERENCE_TASK_ENDING_H_
#define HEDDLE_REFERENCE_TASK_ENDING_H_

namespace heddle {

// What Task::Run() returns. A callable that deals with its own failures tells
// of them by returning this too.
enum class TaskEnding : unsigned char {
  kSucceeded,
  kFailed,  // the callable, or its result callback, threw
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_TASK_ENDING_H_
