// SPDX-License-Identifier: Apache-2.0
//
// DF-65: the clauses of Deferred, all at once.

#include "conformance/kit/chance.h"
#include "conformance/kit/rule.h"
#include "gtest/gtest.h"
#include "reference/deferred_program.h"

namespace heddle::conformance {
namespace {

RULE(DF_65, RandomProgramsDoWhatTheModelOfTheContractDoes) {
  constexpr int kPrograms = 1800;  // of some 100,000 steps together
  const Chance chance(kPrograms);
  for (int number = 0; number < kPrograms; ++number) {
    // A failure is replayed with the program's own number for a seed.
    const ProgramRun run = PlayProgram(chance.seed() + number);
    ASSERT_EQ(run.difference, "");
  }
}

}  // namespace
}  // namespace heddle::conformance
