// SPDX-License-Identifier: Apache-2.0
//
// Nothing is lost and nothing comes twice.
#ifndef HEDDLE_CONFORMANCE_CHECKERS_EXACTLY_ONCE_H_
#define HEDDLE_CONFORMANCE_CHECKERS_EXACTLY_ONCE_H_

#include <vector>

#include "conformance/checkers/findings.h"

namespace heddle::conformance {

// `times`: how often each of the things numbered 0, 1, 2 ... has come.
Findings CheckEachOnce(const std::vector<int>& times);

// As above, for counters that can be loaded, such as a std::deque of atomics.
template <class Counters>
Findings CheckEachOnce(const Counters& counters) {
  std::vector<int> times;
  for (const auto& counter : counters) times.push_back(counter.load());
  return CheckEachOnce(times);
}

// `seen`: the numbers of the things that have come, in any order, of those
// numbered 0 to `count` - 1.
Findings CheckExactlyOnce(const std::vector<int>& seen, int count);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_CHECKERS_EXACTLY_ONCE_H_
