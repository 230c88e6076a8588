// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/rule_result.h"

#include <string>

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

// As a writer writes them.
const std::string kSkipped = "skipped 4 2 14\nf.cc12not offered: x";
const std::string kFailed = "failed 4 2 9\nf.cc34two\nlines";
const std::string kProperty = "property 4 1\nseed5";
const std::string kEnd = "end\n";

TEST(RuleResult, AnEndWithoutPartsConforms) {
  const RuleResult result = ParseResult(kProperty + kEnd);
  EXPECT_EQ(result.verdict(), Verdict::kConforms);
  EXPECT_EQ(result.reason(), "");
  EXPECT_EQ(result.properties.at("seed"), "5");
}

TEST(RuleResult, WithoutAnEndItViolatesWhateverWasSaid) {
  EXPECT_EQ(ParseResult("").verdict(), Verdict::kViolates);
  EXPECT_EQ(ParseResult("").reason(), "it did not come to its end");
}

TEST(RuleResult, ASkipSaysWhichVerdictItIs) {
  const RuleResult result = ParseResult(kSkipped + kEnd);
  EXPECT_EQ(result.verdict(), Verdict::kNotOffered);
  EXPECT_EQ(result.reason(), "x");
}

TEST(RuleResult, AFailureWinsOverASkip) {
  for (const std::string& text : {kSkipped + kFailed, kFailed + kSkipped}) {
    const RuleResult result = ParseResult(text + kEnd);
    EXPECT_EQ(result.verdict(), Verdict::kViolates);
    EXPECT_EQ(result.reason(), "two\nlines");
  }
}

TEST(RuleResult, PartsKeepPlaceAndMessage) {
  const RuleResult result = ParseResult(kFailed + kEnd);
  ASSERT_EQ(result.parts.size(), 1u);
  EXPECT_TRUE(result.parts[0].failed);
  EXPECT_EQ(result.parts[0].file, "f.cc");
  EXPECT_EQ(result.parts[0].line, 34);
}

TEST(RuleResult, TextThatEndsAnywhereKeepsWhatIsWhole) {
  const std::string text = kFailed + kProperty + kEnd;
  for (std::size_t size = 0; size < text.size(); ++size) {
    const RuleResult result = ParseResult(text.substr(0, size));
    EXPECT_FALSE(result.complete) << size;
    EXPECT_EQ(result.parts.size(), size < kFailed.size() ? 0u : 1u) << size;
    EXPECT_EQ(result.verdict(), Verdict::kViolates) << size;
  }
}

}  // namespace
}  // namespace heddle::conformance
