// SPDX-License-Identifier: Apache-2.0
//
// How many workers a pool may have.
#ifndef HEDDLE_REFERENCE_POOL_SIZE_H_
#define HEDDLE_REFERENCE_POOL_SIZE_H_

#include <optional>

namespace heddle {

// Between `min` and `max` workers, both counted from 0. 0/0 is legal: work
// waits until the size is raised (TP-02, TP-37).
struct PoolSize {
  int min = 5;
  int max = 20;

  friend bool operator==(const PoolSize&, const PoolSize&) = default;
};

// What to change of a PoolSize; what is left out keeps its value (TP-28).
struct PoolSizeChange {
  std::optional<int> min = std::nullopt;
  std::optional<int> max = std::nullopt;
};

// `size`, if it is legal; otherwise std::invalid_argument naming `function`
// and the value: min below 0, or above max (TP-02).
PoolSize RequirePoolSize(const char* function, PoolSize size);

// `current` with `change` applied, if the pair is legal; otherwise
// std::invalid_argument as above, and nothing has changed (TP-28).
PoolSize ApplyPoolSizeChange(const char* function, PoolSize current,
                             PoolSizeChange change);

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_POOL_SIZE_H_
