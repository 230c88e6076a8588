// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/hand_out.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>

namespace heddle::conformance {

Findings CheckHandOut(const std::vector<int>& order, int together) {
  Findings findings;
  std::vector<int> sorted = order;
  const std::size_t any_order =
      std::min(order.size(), static_cast<std::size_t>(std::max(together, 0)));
  std::sort(sorted.begin(),
            sorted.begin() + static_cast<std::ptrdiff_t>(any_order));
  for (std::size_t place = 0; place < sorted.size(); ++place) {
    if (sorted[place] == static_cast<int>(place)) continue;
    const std::string number = std::to_string(place);
    findings.push_back(
        (any_order > 1 && place < any_order
             ? "among the first " + std::to_string(any_order) + " to begin"
             : "at place " + number) +
        ": expected task " + number + ", seen task " +
        std::to_string(sorted[place]));
  }
  return findings;
}

Findings CheckOvertaking(const std::vector<int>& order, int most) {
  Findings findings;
  std::set<int> begun;
  for (const int task : order) {
    const int earlier = static_cast<int>(
        std::distance(begun.begin(), begun.lower_bound(task)));
    if (task - earlier > most) {
      findings.push_back("task " + std::to_string(task) +
                         ": expected to overtake at most " +
                         std::to_string(most) + " earlier tasks, seen " +
                         std::to_string(task - earlier));
    }
    begun.insert(task);
  }
  return findings;
}

}  // namespace heddle::conformance
