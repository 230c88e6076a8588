// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/exactly_once.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace heddle::conformance {

Findings CheckEachOnce(const std::vector<int>& times) {
  Findings findings;
  for (std::size_t number = 0; number < times.size(); ++number) {
    const int seen = times[number];
    if (seen == 1) continue;
    findings.push_back(
        (seen < 1 ? "lost: number " : "duplicated: number ") +
        std::to_string(number) + ", expected once, seen " +
        std::to_string(seen) + " times");
  }
  return findings;
}

Findings CheckExactlyOnce(const std::vector<int>& seen, int count) {
  Findings strangers;
  std::vector<int> times(static_cast<std::size_t>(std::max(count, 0)), 0);
  for (const int number : seen) {
    if (number >= 0 && number < count) {
      ++times[static_cast<std::size_t>(number)];
    } else {
      strangers.push_back("unknown: number " + std::to_string(number) +
                          ", expected none but 0 to " +
                          std::to_string(count - 1));
    }
  }
  Findings findings = CheckEachOnce(times);
  findings.insert(findings.end(), strangers.begin(), strangers.end());
  return findings;
}

}  // namespace heddle::conformance
