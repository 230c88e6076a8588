// SPDX-License-Identifier: Apache-2.0
//
// Calls that do not overlap take effect in the order in which they were made,
// whoever made them.
#ifndef HEDDLE_CONFORMANCE_CHECKERS_REAL_TIME_ORDER_H_
#define HEDDLE_CONFORMANCE_CHECKERS_REAL_TIME_ORDER_H_

#include <cstdint>
#include <vector>

#include "conformance/checkers/findings.h"

namespace heddle::conformance {

// When a call was made, in ticks of one counter that every producer advances
// before and after each of its calls: not times, but their order.
struct Span {
  std::uint64_t began;
  std::uint64_t returned;
};

// `calls`: in the order in which they took effect. None comes before a call
// that had returned when it began; calls that overlap may come in any order.
Findings CheckRealTimeOrder(const std::vector<Span>& calls);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_CHECKERS_REAL_TIME_ORDER_H_
