// SPDX-License-Identifier: Apache-2.0
//
// A rule of the contract: one English sentence, an id, and how to check it.
// From conformance/rules/thread_pool_submission.cc:
//
//   RULE(TP_16, APoolWorksWithoutAReactor) {
//     History<int> results("the result, without a reactor");
//     const auto pool = MakePool(1, 1);
//     pool->Start();
//     RequireAccepted(pool->CallInThreadWithCallback(
//         [&](Outcome<int> outcome) { results.Add(outcome.value()); },
//         [] { return 3; }));
//     EXPECT_EQ(results.Await(1).front(), 3);
//   }
//
// A rule is the GoogleTest test TP.TP_16_APoolWorksWithoutAReactor, so it can
// be picked with --gtest_filter or Bazel's --test_filter. A clause may have
// several rules. It runs in a process of its own (isolation.h), unless told
// otherwise (options.h). What a failure prints begins with the clause, the
// sentence and the command that checks this rule again (verdicts.h). A rule
// that does not end is aborted (watchdog.h).
#ifndef HEDDLE_CONFORMANCE_KIT_RULE_H_
#define HEDDLE_CONFORMANCE_KIT_RULE_H_

#include <optional>
#include <string>

#include "conformance/kit/options.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"

namespace heddle::conformance {

class Rule : public testing::Test {
 protected:
  // The rule's body; on the main thread. RuleOver ends it.
  virtual void Check() = 0;

 private:
  void TestBody() final;
  void CheckHere();
};

// Puts a rule on the program's list. `id` is "TP_05", `sentence` PascalCase,
// `chapter` that of the library which holds it.
class RuleRegistration {
 public:
  RuleRegistration(const std::string& chapter, const std::string& id,
                   const std::string& sentence, const char* file, int line,
                   Rule* (*make)());
};

// Makes the rules of a chapter, or all if it is empty, known to GoogleTest and
// says how many there are. Before RUN_ALL_TESTS, once.
int RegisterRules(const std::string& chapter);

// The chapter of a rule on the list, chosen or not; none if there is no such
// rule. `name` is "TP_05_WorkSubmittedBeforeStartIsKept".
std::optional<std::string> ChapterOf(const std::string& name);

// Fails and ends the rule if work was refused that must be taken. On the rule's
// own thread only; elsewhere it only fails.
void RequireAccepted(const Submission& submission);

// "TP-05" of "TP_05_WorkSubmittedBeforeStartIsKept".
std::string ClauseOf(const std::string& test_name);

// "TP-05: work submitted before start is kept" of
// "TP_05_WorkSubmittedBeforeStartIsKept".
std::string DescribeRule(const std::string& test_name);

// How to check just this rule again, in a shell.
std::string ReplayCommand(const testing::TestInfo& test);

// What to put behind that, so that a probabilistic rule draws the same.
std::string ReplaySeed(const std::string& seed);

}  // namespace heddle::conformance

#ifndef HEDDLE_CHAPTER  // set by the chapter's BUILD target
#define HEDDLE_CHAPTER ""
#endif

#define RULE(id, Sentence)                                                   \
  class id##_##Sentence final : public ::heddle::conformance::Rule {         \
    void Check() override;                                                   \
                                                                             \
   public:                                                                   \
    static ::heddle::conformance::Rule* Make() { return new id##_##Sentence; } \
  };                                                                         \
  static const ::heddle::conformance::RuleRegistration                       \
      id##_##Sentence##_registration(HEDDLE_CHAPTER, #id, #Sentence,         \
                                     __FILE__, __LINE__,                     \
                                     &id##_##Sentence::Make);                \
  void id##_##Sentence::Check()

// Ends the rule, as not offered, unless the backend declares the ability, a
// member of heddle::Abilities. Never a pass.
#define REQUIRE_ABILITY(ability)                                           \
  if (::heddle::conformance::Subject().abilities.ability.offered() ||      \
      ::heddle::conformance::GivenOptions().assume_abilities) {            \
  } else /* NOLINT */                                                      \
    GTEST_SKIP()                                                           \
        << "not offered: "                                                 \
        << ::heddle::conformance::Subject().abilities.ability.reason()

// Ends the rule: what it demands cannot be seen here. Never a pass.
#define NOT_OBSERVABLE(reason) GTEST_SKIP() << "not observable: " << reason

#endif  // HEDDLE_CONFORMANCE_KIT_RULE_H_
