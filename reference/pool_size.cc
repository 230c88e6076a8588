// SPDX-License-Identifier: Apache-2.0
#include "reference/pool_size.h"

#include <stdexcept>
#include <string>

namespace heddle {

PoolSize RequirePoolSize(const char* function, PoolSize size) {
  const std::string where = std::string(function) + ": ";
  if (size.min < 0) {
    throw std::invalid_argument(where + "min is " + std::to_string(size.min) +
                                ", must not be negative");
  }
  if (size.min > size.max) {
    throw std::invalid_argument(where + "min " + std::to_string(size.min) +
                                " is above max " + std::to_string(size.max));
  }
  return size;
}

PoolSize ApplyPoolSizeChange(const char* function, PoolSize current,
                             PoolSizeChange change) {
  return RequirePoolSize(function, {.min = change.min.value_or(current.min),
                                    .max = change.max.value_or(current.max)});
}

}  // namespace heddle
