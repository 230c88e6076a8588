// SPDX-License-Identifier: Apache-2.0
//
// The order in which tasks are handed out that were submitted as 0, 1, 2 ...
#ifndef HEDDLE_CONFORMANCE_CHECKERS_HAND_OUT_H_
#define HEDDLE_CONFORMANCE_CHECKERS_HAND_OUT_H_

#include <vector>

#include "conformance/checkers/findings.h"

namespace heddle::conformance {

// `order`: the tasks' numbers as they began. First in, first out: task n is the
// one at place n. The first `together` may come in any order among themselves,
// since nobody can tell which of workers that are free at the same time speaks
// first; 0 is as 1. Whether tasks are missing at the end is not asked.
Findings CheckHandOut(const std::vector<int>& order, int together = 1);

// When a task of `order` begins, at most `most` of those that were submitted
// before it have not begun.
Findings CheckOvertaking(const std::vector<int>& order, int most);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_CHECKERS_HAND_OUT_H_
