// SPDX-License-Identifier: Apache-2.0
//
// WorkerTable: where thieves find the other workers.
#ifndef HEDDLE_IMPLS_WORK_STEALING_WORKER_TABLE_H_
#define HEDDLE_IMPLS_WORK_STEALING_WORKER_TABLE_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace heddle::work_stealing {

class Worker;

// What it is: a list of workers that grows and never shrinks, read without a
// lock.
//
// Its states: its length.
//
// What the caller must do: call Append on one thread at a time. A worker
// stays where it is until the table is no longer read; who retires is put to
// use again later, or stays with an empty deque.
//
// What it promises: All() is complete as of the call.
//
// Happens-before: what came before Append(w) is visible to whoever sees w.
//
// Destruction: when nobody reads it. Rows that it has outgrown stay until
// then, since they may still be read.
class WorkerTable {
 public:
  WorkerTable() = default;
  WorkerTable(const WorkerTable&) = delete;
  WorkerTable& operator=(const WorkerTable&) = delete;

  // The size first: the row read after it has at least as many cells.
  std::span<Worker* const> All() const {
    const std::size_t size = size_.load(std::memory_order_acquire);
    return {row_.load(std::memory_order_acquire), size};
  }

  // May throw std::bad_alloc, and has then changed nothing.
  void Append(Worker* worker) {
    // Relaxed: the caller alone writes it.
    const std::size_t size = size_.load(std::memory_order_relaxed);
    if (size == capacity_) Grow();
    rows_.back()[size] = worker;
    size_.store(size + 1, std::memory_order_release);
  }

 private:
  void Grow() {
    const std::size_t capacity = std::max<std::size_t>(8, 2 * capacity_);
    auto row = std::make_unique<Worker*[]>(capacity);
    if (capacity_ > 0) std::copy_n(rows_.back().get(), capacity_, row.get());
    rows_.push_back(std::move(row));
    capacity_ = capacity;
    row_.store(rows_.back().get(), std::memory_order_release);
  }

  std::atomic<std::size_t> size_{0};
  std::atomic<Worker* const*> row_{nullptr};
  std::vector<std::unique_ptr<Worker*[]>> rows_;  // Append's
  std::size_t capacity_ = 0;                      // Append's
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_WORKER_TABLE_H_
