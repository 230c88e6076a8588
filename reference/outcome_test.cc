// SPDX-License-Identifier: Apache-2.0
#include "reference/outcome.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace heddle {
namespace {

TEST(Outcome, HoldsAValueOrAFailure) {
  Outcome<int> value = 3;
  EXPECT_TRUE(value.ok());
  EXPECT_EQ(std::move(value).Take(), 3);
  Outcome<int> failure = Failure::Of(std::range_error("far"));
  EXPECT_FALSE(failure.ok());
  EXPECT_THROW(std::move(failure).Take(), std::range_error);
  EXPECT_TRUE(Outcome<void>().ok());
}

TEST(Outcome, CaptureKeepsWhateverComesOfACall) {
  EXPECT_EQ(*Capture([] { return std::make_unique<int>(4); }).value(), 4);
  EXPECT_TRUE(Capture([] {}).ok());
  EXPECT_FALSE(Capture([] { throw 42; }).ok());
  EXPECT_FALSE(Capture([] { return Failure::Of(1); }).ok());
  const Outcome<int> inner = Capture([]() -> Outcome<int> { return 5; });
  EXPECT_EQ(inner.value(), 5);
}

TEST(Failure, KeepsTheVeryExceptionAndItsType) {
  const auto thrown = std::make_exception_ptr(std::range_error("far"));
  const Failure failure(thrown);
  EXPECT_EQ(failure.exception(), thrown);
  EXPECT_TRUE(failure.Check<std::runtime_error>());
  EXPECT_TRUE((failure.Check<std::logic_error, std::range_error>()));
  EXPECT_FALSE(failure.Check<std::logic_error>());
  EXPECT_NO_THROW(failure.Trap<std::runtime_error>());
  EXPECT_THROW(failure.Trap<std::logic_error>(), std::range_error);
  EXPECT_EQ(failure.Describe(), "std::range_error: far");
}

TEST(Failure, RefusesToBeEmpty) {
  EXPECT_THROW(Failure(std::exception_ptr()), std::invalid_argument);
  EXPECT_THROW(Failure::Current(), std::invalid_argument);
}

}  // namespace
}  // namespace heddle
