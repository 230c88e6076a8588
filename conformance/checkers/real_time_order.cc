// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/real_time_order.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace heddle::conformance {

Findings CheckRealTimeOrder(const std::vector<Span>& calls) {
  Findings findings;
  // Of the calls behind the one that is looked at, the first to return.
  std::size_t first = calls.size();
  for (std::size_t place = calls.size(); place-- > 0;) {
    if (first < calls.size() && calls[first].returned < calls[place].began) {
      findings.push_back("at place " + std::to_string(place) +
                         ": a call that began at tick " +
                         std::to_string(calls[place].began) +
                         ", expected after the one at place " +
                         std::to_string(first) + ", which returned at tick " +
                         std::to_string(calls[first].returned));
    }
    if (first == calls.size() ||
        calls[place].returned < calls[first].returned) {
      first = place;
    }
  }
  std::reverse(findings.begin(), findings.end());
  return findings;
}

}  // namespace heddle::conformance
