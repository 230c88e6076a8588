// SPDX-License-Identifier: Apache-2.0
//
// BacklogBound: when a pool has enough to do.
#ifndef HEDDLE_REFERENCE_BACKLOG_BOUND_H_
#define HEDDLE_REFERENCE_BACKLOG_BOUND_H_

#include <algorithm>
#include <cstddef>

namespace heddle {

// The bound that PoolOptions::max_backlog asks for, for backends that offer it
// (BT-16). A task that a worker is due to, one that idles or may still be
// made, does not count: whether work is taken depends on what was submitted
// and what has ended, and not on how fast the workers wake up.
class BacklogBound {
 public:
  // 0 stands for no bound.
  explicit BacklogBound(std::size_t max_backlog) : max_backlog_(max_backlog) {}

  // Whether one task more must be refused while `waiting` tasks wait and `busy`
  // of at most `max_workers` workers run one. max_workers is 0 before a start.
  bool IsReached(std::size_t waiting, int busy, int max_workers) const {
    if (max_backlog_ == 0) return false;
    const auto due = static_cast<std::size_t>(std::max(0, max_workers - busy));
    return waiting >= due && waiting - due >= max_backlog_;
  }

 private:
  std::size_t max_backlog_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_BACKLOG_BOUND_H_
