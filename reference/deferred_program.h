// SPDX-License-Identifier: Apache-2.0
//
// Random programs of Deferreds, held against the model of the contract.
#ifndef HEDDLE_REFERENCE_DEFERRED_PROGRAM_H_
#define HEDDLE_REFERENCE_DEFERRED_PROGRAM_H_

#include <cstdint>
#include <string>

namespace heddle {

struct ProgramRun {
  long steps = 0;
  std::string difference;  // from the model, in words; empty if there is none
};

// Makes up the program of that seed and plays it, on the model and on real
// Deferreds, until they differ or it ends. What must be the same after each
// step: which callbacks and cancellers were called with what and in which
// order, what was refused with which error, what was reported, which closures
// exist still, which Deferreds have fired, how many failures are held. At the
// end no closure may exist. Takes the log and the hook for unhandled failures
// meanwhile.
ProgramRun PlayProgram(std::uint64_t seed);

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_PROGRAM_H_
