// SPDX-License-Identifier: Apache-2.0
//
// What a checker has to say about a recorded history.
#ifndef HEDDLE_CONFORMANCE_CHECKERS_FINDINGS_H_
#define HEDDLE_CONFORMANCE_CHECKERS_FINDINGS_H_

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::conformance {

// What was expected and what was seen instead, one sentence for each place
// where they differ. None: the history is fine.
using Findings = std::vector<std::string>;

// For EXPECT_TRUE: whether there are no findings, or the first ten of them, and
// how many there are.
//
//   EXPECT_TRUE(Fine(CheckHandOut(order.Await(kTasks))));
testing::AssertionResult Fine(const Findings& findings);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_CHECKERS_FINDINGS_H_
