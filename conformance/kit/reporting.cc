// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/reporting.h"

#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "conformance/kit/isolation.h"
#include "conformance/kit/rule.h"

namespace heddle::conformance {
namespace {

// Property of a test whose rule is on the list: "true", or "stale".
constexpr const char* kKnown = "known";

std::unique_ptr<Isolation>& TheIsolation() {
  static std::unique_ptr<Isolation> isolation;
  return isolation;
}

KnownViolations& Known() {
  static KnownViolations* const known = new KnownViolations;
  return *known;
}

const testing::TestInfo& ThisTest() {
  return *testing::UnitTest::GetInstance()->current_test_info();
}

std::string FullName(const testing::TestInfo& test) {
  return std::string(test.test_suite_name()) + "." + test.name();
}

void PrintOutput(const RuleResult& result) {
  if (result.output.empty()) return;
  std::printf("--- output of the rule's process ---\n%s%s---\n",
              result.output.c_str(),
              result.output.ends_with('\n') ? "" : "\n");
}

void PrintOdds(const RuleResult& result) {
  const auto seed = result.properties.find("seed");
  const auto tries = result.properties.find("tries");
  if (seed == result.properties.end() || tries == result.properties.end()) {
    return;
  }
  std::printf("probabilistic: %s tries, seed %s\n", tries->second.c_str(),
              seed->second.c_str());
}

void Skip(const std::string& message) { GTEST_SKIP() << message; }

void ReportPart(const RulePart& part) {
  if (!part.failed) return Skip(part.message);
  if (part.file.empty()) {
    ADD_FAILURE() << part.message;
  } else {
    ADD_FAILURE_AT(part.file.c_str(), part.line) << part.message;
  }
}

// A listed rule: its violation is no failure, anything else is.
void ReportKnown(const std::string& why, const RuleResult& result) {
  switch (result.verdict()) {
    case Verdict::kViolates:
      testing::Test::RecordProperty(kKnown, "true");
      return Skip("known violation (" + why + "): " + result.reason());
    case Verdict::kNotObservable:
      return Skip(result.parts.back().message);
    case Verdict::kConforms:
    case Verdict::kNotOffered:
      testing::Test::RecordProperty(kKnown, "stale");
      ADD_FAILURE() << "the list of known violations names this rule, but the "
                       "verdict is "
                    << NameOf(result.verdict())
                    << ": take it off the list (the report does, with --fix)";
  }
}

}  // namespace

void BeginIsolation(const testing::UnitTest& unit_test) {
  std::vector<std::string> rules;
  for (int i = 0; i < unit_test.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *unit_test.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const testing::TestInfo& test = *suite.GetTestInfo(j);
      if (test.should_run()) rules.push_back(FullName(test));
    }
  }
  TheIsolation() = std::make_unique<Isolation>(std::move(rules));
}

void EndIsolation() { TheIsolation().reset(); }

void SetKnownViolations(KnownViolations known) { Known() = std::move(known); }

bool ReportFromElsewhere() {
  const testing::TestInfo& test = ThisTest();
  const auto known = Known().rules().find(test.name());
  const bool is_known = known != Known().rules().end();
  Isolation* const isolation = TheIsolation().get();
  if (isolation == nullptr && !is_known) return false;

  const std::string rule = FullName(test);
  const RuleResult result =
      isolation != nullptr ? isolation->Await(rule) : RunIsolated(rule);
  for (const auto& [key, value] : result.properties) {
    testing::Test::RecordProperty(key, value);
  }
  RecordVerdict(result);
  PrintOdds(result);
  if (is_known) {
    ReportKnown(known->second, result);
  } else {
    for (const RulePart& part : result.parts) ReportPart(part);
  }
  if (result.verdict() == Verdict::kViolates) PrintOutput(result);
  std::fflush(stdout);
  return true;
}

void RecordVerdict(const RuleResult& result) {
  const testing::TestInfo& test = ThisTest();
  std::string replay = ReplayCommand(test);
  const auto seed = result.properties.find("seed");
  if (seed != result.properties.end()) {
    replay += ReplaySeed(seed->second);
  }
  using testing::Test;
  Test::RecordProperty("clause", ClauseOf(test.name()));
  Test::RecordProperty("chapter", ChapterOf(test.name()).value_or(""));
  Test::RecordProperty("verdict", NameOf(result.verdict()));
  Test::RecordProperty("reason", result.reason());
  Test::RecordProperty("replay", replay);
}

bool IsKnownViolation(const testing::TestResult& result) {
  for (int i = 0; i < result.test_property_count(); ++i) {
    const testing::TestProperty& property = result.GetTestProperty(i);
    if (std::string(property.key()) == kKnown &&
        std::string(property.value()) == "true") {
      return true;
    }
  }
  return false;
}

}  // namespace heddle::conformance
