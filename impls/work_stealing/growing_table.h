// SPDX-License-Identifier: Apache-2.0
//
// GrowingTable: where each worker finds all others.
#ifndef HEDDLE_IMPLS_WORK_STEALING_GROWING_TABLE_H_
#define HEDDLE_IMPLS_WORK_STEALING_GROWING_TABLE_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace heddle::work_stealing {

// What it is: a list of pointers that grows and never shrinks, read without a
// lock.
//
// Its states: its length.
//
// What the caller must do: call Append on one thread at a time. What an entry
// points to stays where it is until the table is no longer read.
//
// What it promises: All() is complete as of the call.
//
// Happens-before: what came before Append(e) is visible to whoever sees e.
//
// Destruction: when nobody reads it. Rows that it has outgrown stay until
// then, since they may still be read.
template <class T>
class GrowingTable {
 public:
  GrowingTable() = default;
  GrowingTable(const GrowingTable&) = delete;
  GrowingTable& operator=(const GrowingTable&) = delete;

  // The size first: the row read after it has at least as many cells.
  std::span<T* const> All() const {
    const std::size_t size = size_.load(std::memory_order_acquire);
    return {row_.load(std::memory_order_acquire), size};
  }

  // May throw std::bad_alloc, and has then changed nothing.
  void Append(T* entry) {
    // Relaxed: the caller alone writes it.
    const std::size_t size = size_.load(std::memory_order_relaxed);
    if (size == capacity_) Grow();
    rows_.back()[size] = entry;
    size_.store(size + 1, std::memory_order_release);
  }

 private:
  void Grow() {
    const std::size_t capacity = std::max<std::size_t>(8, 2 * capacity_);
    auto row = std::make_unique<T*[]>(capacity);
    if (capacity_ > 0) std::copy_n(rows_.back().get(), capacity_, row.get());
    rows_.push_back(std::move(row));
    capacity_ = capacity;
    row_.store(rows_.back().get(), std::memory_order_release);
  }

  std::atomic<std::size_t> size_{0};
  std::atomic<T* const*> row_{nullptr};
  std::vector<std::unique_ptr<T*[]>> rows_;  // Append's
  std::size_t capacity_ = 0;                      // Append's
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_GROWING_TABLE_H_
