// SPDX-License-Identifier: Apache-2.0
//
// RuleResult: what came of a rule, as a child process tells its parent.
#ifndef HEDDLE_CONFORMANCE_KIT_RULE_RESULT_H_
#define HEDDLE_CONFORMANCE_KIT_RULE_RESULT_H_

#include <map>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::conformance {

enum class Verdict { kConforms, kViolates, kNotOffered, kNotObservable };

// "conforms", "violates", "not_offered", "not_observable".
const char* NameOf(Verdict verdict);

// What a failure or a skip said.
struct RulePart {
  bool failed = false;  // else skipped
  std::string file = "";
  int line = 0;
  std::string message = "";
};

struct RuleResult {
  std::vector<RulePart> parts = {};
  std::map<std::string, std::string> properties = {};  // that the rule recorded
  bool complete = false;    // the rule came to its end
  std::string output = "";  // of the process; empty in the rule's own

  Verdict verdict() const;
  // Why the verdict is what it is; empty if the rule conforms.
  std::string reason() const;
};

// What GoogleTest has recorded of a test so far.
RuleResult ResultOf(const testing::TestResult& result);

// Writes each result of this process's rules to `descriptor`: parts at once,
// so that a crash loses none, properties and completeness when the test ends.
// For GoogleTest's list of listeners, which deletes it.
testing::TestEventListener* NewResultWriter(int descriptor);

// Reads what a writer has written; `text` may end anywhere.
RuleResult ParseResult(const std::string& text);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_RULE_RESULT_H_
