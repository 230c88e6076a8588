// SPDX-License-Identifier: Apache-2.0
//
// TaskQueue: tasks in the order in which they came.
#ifndef HEDDLE_REFERENCE_TASK_QUEUE_H_
#define HEDDLE_REFERENCE_TASK_QUEUE_H_

#include <array>
#include <cstddef>
#include <list>
#include <memory>
#include <utility>

#include "reference/task.h"

namespace heddle {

// What a pool's backlog needs of a std::deque<Task>. Tasks lie in chunks, and
// those that have become empty are kept, up to 4 MB of them: a backlog that
// rises and falls allocates nothing, where a deque would all the time. One
// thread at a time; what was moved from is empty.
class TaskQueue {
 public:
  TaskQueue() = default;
  TaskQueue(TaskQueue&& other) noexcept { swap(other); }
  TaskQueue& operator=(TaskQueue other) noexcept {
    swap(other);
    return *this;
  }
  ~TaskQueue() {
    while (!empty()) pop_front();
  }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  // Takes the task, or throws std::bad_alloc and leaves it as it is.
  void push_back(Task&& task) {
    const std::size_t end = (first_ + size_) % kChunk;
    if (end == 0) AddChunk();
    std::construct_at(&chunks_.back()[end].task, std::move(task));
    ++size_;
  }

  // These want it not to be empty.

  const Task& front() const { return chunks_.front()[first_].task; }
  const Task& back() const {
    return chunks_.back()[(first_ + size_ - 1) % kChunk].task;
  }

  Task pop_front() {
    Task task = chunks_.front()[first_].Take();
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
    Task task = chunks_.back()[end].Take();
    if (end == 0) DropChunk(--chunks_.end());
    return task;
  }

 private:
  static constexpr std::size_t kChunk = 64;       // tasks
  static constexpr std::size_t kMaxSpare = 1024;  // chunks

  // Room for a task, which is there from push to pop only: a push reads nothing
  // that a pop has left, and a pop leaves nothing. One line for each, too. Most
  // tasks are pushed on one core and popped on another, which waits for a line
  // whenever it is the other's; and all others wait with it, for the mutex.
  union alignas(64) Place {
    Place() {}
    ~Place() {}
    Task Take() {
      Task taken = std::move(task);
      std::destroy_at(&task);
      return taken;
    }
    Task task;
  };
  using Chunks = std::list<std::array<Place, kChunk>>;

  void swap(TaskQueue& other) noexcept;
  void AddChunk();
  void DropChunk(Chunks::iterator chunk);

  // The tasks lie one after the other from place first_ of the first chunk;
  // no chunk is there without need.
  Chunks chunks_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  Chunks spare_;  // empty; the first was used last
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_TASK_QUEUE_H_
