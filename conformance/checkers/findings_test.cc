// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/findings.h"

#include <string>

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

TEST(Findings, NoneIsFine) { EXPECT_TRUE(Fine({})); }

TEST(Findings, AllOfAFewAreTold) {
  const testing::AssertionResult result = Fine({"one", "two"});
  EXPECT_FALSE(result);
  EXPECT_STREQ(result.message(), "\n  one\n  two\n");
}

TEST(Findings, OfManyTheFirstTenAreToldAndHowManyThereAre) {
  EXPECT_STREQ(Fine(Findings(10, "f")).message(),
               "\n  f\n  f\n  f\n  f\n  f\n  f\n  f\n  f\n  f\n  f\n");
  const std::string text = Fine(Findings(12, "f")).message();
  EXPECT_NE(text.find("\n  and 2 more\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace heddle::conformance
