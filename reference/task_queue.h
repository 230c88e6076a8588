// SPDX-License-Identifier: Apache-2.0
//
// TaskQueue: tasks in the order in which they came.
#ifndef HEDDLE_REFERENCE_TASK_QUEUE_H_
#define HEDDLE_REFERENCE_TASK_QUEUE_H_

#include <array>
#include <cstddef>
#include <list>
#include <utility>

#include "reference/task.h"

namespace heddle {

// What a pool's backlog needs of a std::deque<Task>. Tasks lie in chunks, and
// those that have become empty are kept, up to 4 MB of them: a backlog that
// rises and falls allocates nothing, where a deque would all the time. One
// thread at a time. What was moved from may only be destroyed or assigned to.
class TaskQueue {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // Takes the task, or throws std::bad_alloc and leaves it as it is.
  void push_back(Task&& task) {
    const std::size_t end = (first_ + size_) % kChunk;
    if (end == 0) AddChunk();
    chunks_.back()[end] = std::move(task);
    ++size_;
  }

  // These want it not to be empty.

  const Task& front() const { return chunks_.front()[first_]; }
  const Task& back() const {
    return chunks_.back()[(first_ + size_ - 1) % kChunk];
  }

  Task pop_front() {
    Task task = std::move(chunks_.front()[first_]);
    --size_;
    if (++first_ == kChunk) {
      first_ = 0;
      DropChunk(chunks_.begin());
    }
    return task;
  }

  Task pop_back() {
    --size_;
    const std::size_t end = (first_ + size_) % kChunk;
    Task task = std::move(chunks_.back()[end]);
    if (end == 0) DropChunk(--chunks_.end());
    return task;
  }

 private:
  static constexpr std::size_t kChunk = 64;       // tasks
  static constexpr std::size_t kMaxSpare = 1024;  // chunks
  using Chunks = std::list<std::array<Task, kChunk>>;

  void AddChunk();
  void DropChunk(Chunks::iterator chunk);

  // The tasks lie one after the other from place first_ of the first chunk;
  // no chunk is there without need.
  Chunks chunks_;
  Chunks spare_;  // empty; the first was used last
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_TASK_QUEUE_H_
