// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/verdicts.h"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>

#include "conformance/kit/known_violations.h"
#include "conformance/kit/options.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reporting.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/rule_result.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

// Speaks before GoogleTest's printer does. GoogleTest calls listeners one at a
// time, whichever thread fails.
class Announcer : public testing::EmptyTestEventListener {
 public:
  // If not aloud, it only notes that a rule has failed.
  explicit Announcer(bool aloud) : aloud_(aloud) {}

  void OnTestStart(const testing::TestInfo& test) override {
    SetRuleHasFailed(false);
    announcement_ = DescribeRule(test.name()) + "\n  violated by backend: " +
                    Subject().name + "\n  replay: " + ReplayCommand(test);
  }

  // May not ask GoogleTest anything: it holds its lock here.
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed() || RuleHasFailed()) return;
    SetRuleHasFailed(true);
    if (!aloud_) return;
    std::printf("%s\n", announcement_.c_str());
    std::fflush(stdout);
  }

  void OnTestEnd(const testing::TestInfo& test) override {
    const testing::TestResult& result = *test.result();
    if (result.Failed()) {
      ++violates_;
    } else if (!result.Skipped()) {
      ++conforms_;
    } else if (IsKnownViolation(result)) {
      ++known_;
    } else if (ResultOf(result).verdict() == Verdict::kNotOffered) {
      ++not_offered_;
    } else {
      ++not_observable_;
    }
  }

  void OnTestIterationStart(const testing::UnitTest& /*unit_test*/,
                            int /*iteration*/) override {
    conforms_ = violates_ = known_ = not_offered_ = not_observable_ = 0;
  }

  void OnTestIterationEnd(const testing::UnitTest& unit_test,
                          int /*iteration*/) override {
    if (!aloud_) return;
    const int not_run = unit_test.total_test_count() - conforms_ - violates_ -
                        known_ - not_offered_ - not_observable_;
    std::printf(
        "backend %s: %d conform, %d violate, %d not offered, "
        "%d not observable, %d not run\n",
        Subject().name.c_str(), conforms_, violates_ + known_, not_offered_,
        not_observable_, not_run);
    if (known_ > 0) std::printf("%d of the violations are known\n", known_);
    std::fflush(stdout);
  }

 private:
  const bool aloud_;
  std::string announcement_;
  int conforms_ = 0;
  int violates_ = 0;
  int known_ = 0;
  int not_offered_ = 0;
  int not_observable_ = 0;
};

// Runs each iteration's rules in processes of their own.
class Isolator : public testing::EmptyTestEventListener {
 public:
  void OnTestIterationStart(const testing::UnitTest& unit_test,
                            int /*iteration*/) override {
    BeginIsolation(unit_test);
  }
  void OnTestIterationEnd(const testing::UnitTest& /*unit_test*/,
                          int /*iteration*/) override {
    EndIsolation();
  }
};

bool IsSharded() {
  return std::getenv("TEST_TOTAL_SHARDS") != nullptr ||
         std::getenv("GTEST_TOTAL_SHARDS") != nullptr;
}

[[noreturn]] void Refuse(const std::string& why, ExitStatus status) {
  std::fprintf(stderr, "heddle conformance: %s\n", why.c_str());
  std::exit(status);
}

void ReadKnownViolations() {
  try {
    KnownViolations known =
        KnownViolations::Read(GivenOptions().known_violations);
    for (const auto& [rule, reason] : known.rules()) {
      if (ChapterOf(rule)) continue;
      Refuse(GivenOptions().known_violations + " names " + rule +
                 ", which is no rule",
             kBrokenSubject);
    }
    SetKnownViolations(std::move(known));
  } catch (const std::invalid_argument& error) {
    Refuse(error.what(), kBrokenSubject);
  }
}

void DescribeProgram() {
  using testing::Test;
  Test::RecordProperty("backend", Subject().name);
  Test::RecordProperty("backend_version", Subject().version);
  Test::RecordProperty("compiler", __VERSION__);
}

void AppendListeners(testing::TestEventListeners& listeners) {
  const Options& options = GivenOptions();
  testing::TestEventListener* const printer =
      listeners.Release(listeners.default_result_printer());
  listeners.Append(new Announcer(options.result_descriptor < 0));
  if (options.result_descriptor >= 0) {
    listeners.Append(NewResultWriter(options.result_descriptor));
    delete printer;
    return;
  }
  listeners.Append(printer);
  if (!options.in_process) listeners.Append(new Isolator);
}

}  // namespace

int RunRules(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  TakeOptions(argc, argv);
  Patience();
  RequireSubject();
  if (RegisterRules(GivenOptions().chapter) == 0) {
    Refuse(GivenOptions().chapter.empty()
               ? "no rules are linked in"
               : "no rules of chapter '" + GivenOptions().chapter +
                     "' are linked in",
           kNoRules);
  }
  ReadKnownViolations();
  DescribeProgram();
  testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
  AppendListeners(unit_test.listeners());
  const int status = RUN_ALL_TESTS();
  if (unit_test.test_to_run_count() == 0 && !IsSharded() &&
      !testing::GTEST_FLAG(list_tests)) {
    Refuse("the filter '" + testing::GTEST_FLAG(filter) + "' names no rule",
           kNoRules);
  }
  return status;
}

}  // namespace heddle::conformance
