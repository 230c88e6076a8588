// SPDX-License-Identifier: Apache-2.0
//
// A reactor's turns: in each, first the calls, then the timers that are due,
// then the descriptors that are ready.
#ifndef HEDDLE_CONFORMANCE_CHECKERS_TURNS_H_
#define HEDDLE_CONFORMANCE_CHECKERS_TURNS_H_

#include <string>
#include <vector>

#include "conformance/checkers/findings.h"

namespace heddle::conformance {

enum class StepKind { kCall, kTimer, kDescriptor };

// Something that a reactor does, named by its place in the list of all that
// was made, which is in the order of making.
struct Step {
  static constexpr int kFromOutside = -1;

  StepKind kind;
  // The step that made this one; kFromOutside: it was there at the beginning.
  // Timers are due, and descriptors ready, when they are made.
  int maker;
};

// `made`: all steps. `ran`: the numbers of steps as they ran. A step belongs to
// the turn of its maker if its kind comes later in a turn than the maker's,
// and to the next turn otherwise; turns follow one another, in each calls
// precede timers and these descriptors, and calls and timers run in the order
// of making; descriptors of one turn, in any order. Each step runs once.
Findings CheckTurns(const std::vector<Step>& made, const std::vector<int>& ran);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_CHECKERS_TURNS_H_
