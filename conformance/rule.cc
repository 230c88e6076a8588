// SPDX-License-Identifier: Apache-2.0
#include "conformance/rule.h"

#include <cctype>
#include <cstdlib>

#include "conformance/patience.h"
#include "conformance/watchdog.h"

namespace heddle::conformance {
namespace {

// "work submitted before start" of "WorkSubmittedBeforeStart".
std::string InWords(const std::string& sentence) {
  std::string words;
  for (const char c : sentence) {
    if (std::isupper(static_cast<unsigned char>(c)) && !words.empty()) {
      words += ' ';
    }
    words += words.empty() ? c
                           : static_cast<char>(
                                 std::tolower(static_cast<unsigned char>(c)));
  }
  return words;
}

}  // namespace

void Rule::TestBody() {
  const testing::TestInfo& test =
      *testing::UnitTest::GetInstance()->current_test_info();
  RecordProperty("backend", Subject().name);
  Watchdog watchdog(DescribeRule(test.name()) + "\n  replay: " +
                    ReplayCommand(test));
  SetRuleThread(true);
  try {
    Check();
  } catch (const RuleOver&) {
    // The failure is on record.
  } catch (...) {
    SetRuleThread(false);
    throw;
  }
  SetRuleThread(false);
}

RuleRegistration::RuleRegistration(const std::string& id,
                                   const std::string& sentence,
                                   const char* file, int line,
                                   Rule* (*make)()) {
  const std::string chapter = id.substr(0, id.find('_'));
  testing::RegisterTest(chapter.c_str(), (id + "_" + sentence).c_str(), nullptr,
                        nullptr, file, line, make);
}

void RequireAccepted(const Submission& submission) {
  if (submission.accepted()) return;
  ADD_FAILURE() << "work was refused that must be accepted: "
                << Describe(submission.refusal());
  EndRule();
}

std::string DescribeRule(const std::string& test_name) {
  const std::size_t number = test_name.find('_');
  const std::size_t sentence =
      number == std::string::npos ? number : test_name.find('_', number + 1);
  if (sentence == std::string::npos) return test_name;
  return test_name.substr(0, number) + "-" +
         test_name.substr(number + 1, sentence - number - 1) + ": " +
         InWords(test_name.substr(sentence + 1));
}

std::string ReplayCommand(const testing::TestInfo& test) {
  const std::string filter =
      std::string(test.test_suite_name()) + "." + test.name();
  if (const char* const target = std::getenv("TEST_TARGET")) {
    return std::string("bazel test ") + target + " --test_filter=" + filter;
  }
  return testing::internal::GetArgvs().front() + " --gtest_filter=" + filter;
}

}  // namespace heddle::conformance
