// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/rule.h"

#include <cctype>
#include <cstdlib>
#include <vector>

#include "conformance/kit/patience.h"
#include "conformance/kit/reporting.h"
#include "conformance/kit/rule_result.h"
#include "conformance/kit/watchdog.h"
#include "reference/failure.h"

namespace heddle::conformance {
namespace {

struct ListedRule {
  std::string chapter;
  std::string suite;  // "TP"
  std::string name;   // "TP_05_WorkSubmittedBeforeStartIsKept"
  const char* file;
  int line;
  Rule* (*make)();
};

std::vector<ListedRule>& Rules() {
  static std::vector<ListedRule>* const rules = new std::vector<ListedRule>;
  return *rules;
}

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

// Where "_WorkSubmitted..." begins in a rule's name; npos if it is no such name.
std::size_t SentenceBegin(const std::string& name) {
  const std::size_t number = name.find('_');
  return number == std::string::npos ? number : name.find('_', number + 1);
}

}  // namespace

void Rule::TestBody() {
  if (!ReportFromElsewhere()) CheckHere();
}

void Rule::CheckHere() {
  const testing::TestInfo& test =
      *testing::UnitTest::GetInstance()->current_test_info();
  {
    Watchdog watchdog(DescribeRule(test.name()) +
                      "\n  replay: " + ReplayCommand(test));
    SetRuleThread(true);
    try {
      Check();
    } catch (const RuleOver&) {
      // The failure is on record.
    } catch (...) {
      ADD_FAILURE() << "threw " << Failure::Current().Describe();
    }
    SetRuleThread(false);
  }
  RecordVerdict(ResultOf(*test.result()));
}

RuleRegistration::RuleRegistration(const std::string& chapter,
                                   const std::string& id,
                                   const std::string& sentence,
                                   const char* file, int line,
                                   Rule* (*make)()) {
  Rules().push_back({chapter, id.substr(0, id.find('_')), id + "_" + sentence,
                     file, line, make});
}

int RegisterRules(const std::string& chapter) {
  int count = 0;
  for (const ListedRule& rule : Rules()) {
    if (!chapter.empty() && rule.chapter != chapter) continue;
    testing::RegisterTest(rule.suite.c_str(), rule.name.c_str(), nullptr,
                          nullptr, rule.file, rule.line, rule.make);
    ++count;
  }
  return count;
}

std::optional<std::string> ChapterOf(const std::string& name) {
  for (const ListedRule& rule : Rules()) {
    if (rule.name == name) return rule.chapter;
  }
  return std::nullopt;
}

void RequireAccepted(const Submission& submission) {
  if (submission.accepted()) return;
  ADD_FAILURE() << "work was refused that must be accepted: "
                << Describe(submission.refusal());
  EndRule();
}

std::string ClauseOf(const std::string& test_name) {
  std::string clause = test_name.substr(0, SentenceBegin(test_name));
  const std::size_t number = clause.find('_');
  if (number != std::string::npos) clause[number] = '-';
  return clause;
}

std::string DescribeRule(const std::string& test_name) {
  const std::size_t sentence = SentenceBegin(test_name);
  if (sentence == std::string::npos) return test_name;
  return ClauseOf(test_name) + ": " + InWords(test_name.substr(sentence + 1));
}

std::string ReplayCommand(const testing::TestInfo& test) {
  const std::string filter =
      std::string(test.test_suite_name()) + "." + test.name();
  if (const char* const target = std::getenv("TEST_TARGET")) {
    return std::string("bazel test ") + target + " --test_filter=" + filter;
  }
  return testing::internal::GetArgvs().front() + " --gtest_filter=" + filter;
}

std::string ReplaySeed(const std::string& seed) {
  return std::getenv("TEST_TARGET") != nullptr
             ? " --test_env=HEDDLE_SEED=" + seed
             : " --seed=" + seed;
}

}  // namespace heddle::conformance
