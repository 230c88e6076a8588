// SPDX-License-Identifier: Apache-2.0
//
// TaskNode: a task in a queue.
#ifndef HEDDLE_IMPLS_WORK_STEALING_TASK_NODE_H_
#define HEDDLE_IMPLS_WORK_STEALING_TASK_NODE_H_

#include <utility>

#include "reference/task.h"

namespace heddle::work_stealing {

// One cache line. Whoever holds the pointer owns the node; a queue owns what
// it holds. Queues pass pointers, so the task never moves between workers.
struct TaskNode {
  TaskNode() = default;
  explicit TaskNode(Task&& accepted) noexcept : task(std::move(accepted)) {}

  Task task;
  TaskNode* next = nullptr;  // the queue's
};

static_assert(sizeof(TaskNode) == 64);

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_TASK_NODE_H_
