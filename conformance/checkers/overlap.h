// SPDX-License-Identifier: Apache-2.0
//
// How many run at the same time.
#ifndef HEDDLE_CONFORMANCE_CHECKERS_OVERLAP_H_
#define HEDDLE_CONFORMANCE_CHECKERS_OVERLAP_H_

#include <vector>

#include "conformance/checkers/findings.h"

namespace heddle::conformance {

// A task begins or ends. Of a history that tasks write themselves, when they
// have begun and before they end, in the order of writing: so it shows no
// overlap that there was not.
enum class Mark { kBegin, kEnd };

// The most that had begun and not ended, at any place in the history.
int MostAtOnce(const std::vector<Mark>& history);

// At no place more than `most`; and no more ends than beginnings. Whether all
// have ended is not asked.
Findings CheckOverlap(const std::vector<Mark>& history, int most);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_CHECKERS_OVERLAP_H_
