// SPDX-License-Identifier: Apache-2.0
//
// DF-65: the clauses of Deferred, all at once.
#include <cstdint>

#include "conformance/rule.h"
#include "gtest/gtest.h"
#include "reference/deferred_program.h"

namespace heddle::conformance {
namespace {

RULE(DF_65, RandomProgramsDoWhatTheModelOfTheContractDoes) {
  constexpr long kSteps = 100'000;
  std::uint64_t seed = 1;
  for (long done = 0; done < kSteps; ++seed) {
    const ProgramRun run = PlayProgram(seed);
    ASSERT_EQ(run.difference, "");
    done += run.steps;
  }
}

}  // namespace
}  // namespace heddle::conformance
