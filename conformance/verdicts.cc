// SPDX-License-Identifier: Apache-2.0
#include "conformance/verdicts.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "conformance/patience.h"
#include "conformance/rule.h"
#include "conformance/subject.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

// Speaks before GoogleTest's printer does. GoogleTest calls listeners one at a
// time, whichever thread fails.
class Announcer : public testing::EmptyTestEventListener {
 public:
  void OnTestStart(const testing::TestInfo& test) override {
    SetRuleHasFailed(false);
    announcement_ = DescribeRule(test.name()) + "\n  violated by backend: " +
                    Subject().name + "\n  replay: " + ReplayCommand(test);
  }

  // May not ask GoogleTest anything: it holds its lock here.
  void OnTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed() || RuleHasFailed()) return;
    SetRuleHasFailed(true);
    std::printf("%s\n", announcement_.c_str());
    std::fflush(stdout);
  }

  void OnTestEnd(const testing::TestInfo& test) override {
    const testing::TestResult& result = *test.result();
    if (result.Failed()) {
      ++violates_;
    } else if (!result.Skipped()) {
      ++conforms_;
    } else if (WasNotOffered(result)) {
      ++not_offered_;
    } else {
      ++not_observable_;
    }
  }

  void OnTestProgramEnd(const testing::UnitTest& unit_test) override {
    const int not_run = unit_test.total_test_count() - conforms_ - violates_ -
                        not_offered_ - not_observable_;
    std::printf(
        "backend %s: %d conform, %d violate, %d not offered, "
        "%d not observable, %d not run\n",
        Subject().name.c_str(), conforms_, violates_, not_offered_,
        not_observable_, not_run);
    std::fflush(stdout);
  }

 private:
  static bool WasNotOffered(const testing::TestResult& result) {
    for (int i = 0; i < result.total_part_count(); ++i) {
      const std::string message = result.GetTestPartResult(i).message();
      if (message.find("not offered: ") != std::string::npos) return true;
    }
    return false;
  }

  std::string announcement_;
  int conforms_ = 0;
  int violates_ = 0;
  int not_offered_ = 0;
  int not_observable_ = 0;
};

bool IsSharded() {
  return std::getenv("TEST_TOTAL_SHARDS") != nullptr ||
         std::getenv("GTEST_TOTAL_SHARDS") != nullptr;
}

}  // namespace

int RunRules(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  Patience();
  RequireSubject();
  testing::UnitTest& unit_test = *testing::UnitTest::GetInstance();
  if (unit_test.total_test_count() == 0) {
    std::fprintf(stderr, "heddle conformance: no rules are linked in\n");
    return kNoRules;
  }
  testing::TestEventListeners& listeners = unit_test.listeners();
  testing::TestEventListener* const printer =
      listeners.Release(listeners.default_result_printer());
  listeners.Append(new Announcer);
  listeners.Append(printer);
  const int status = RUN_ALL_TESTS();
  if (unit_test.test_to_run_count() == 0 && !IsSharded() &&
      !testing::GTEST_FLAG(list_tests)) {
    std::fprintf(stderr, "heddle conformance: the filter '%s' names no rule\n",
                 testing::GTEST_FLAG(filter).c_str());
    return kNoRules;
  }
  return status;
}

}  // namespace heddle::conformance
