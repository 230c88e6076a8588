// SPDX-License-Identifier: Apache-2.0
//
// How a rule's result, found here or in another process, reaches GoogleTest.
#ifndef HEDDLE_CONFORMANCE_KIT_REPORTING_H_
#define HEDDLE_CONFORMANCE_KIT_REPORTING_H_

#include <string>

#include "conformance/kit/known_violations.h"
#include "conformance/kit/rule_result.h"
#include "gtest/gtest.h"

namespace heddle::conformance {

// From now on the rules that GoogleTest has chosen run in processes of their
// own, in its order. Main thread, before the first of them.
void BeginIsolation(const testing::UnitTest& unit_test);
// Begins no further rule.
void EndIsolation();

// Rules that fail no test; each runs in a process of its own. Before any.
void SetKnownViolations(KnownViolations known);

// For the test that is now running: if it is not for this process to check,
// waits for the process that does, and reports what came of it as this test's
// own: failures, skips, properties. Otherwise returns false.
bool ReportFromElsewhere();

// Records, as properties of the test now running, what a reader of the XML or
// JSON wants: clause, chapter, verdict, reason, replay.
void RecordVerdict(const RuleResult& result);

// Whether that is recorded of a test: a violation on the list.
bool IsKnownViolation(const testing::TestResult& result);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_REPORTING_H_
