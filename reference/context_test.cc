// SPDX-License-Identifier: Apache-2.0
#include "reference/context.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace heddle {
namespace {

const ContextKey<int> kNumber;
const ContextKey<std::string> kWord;

TEST(Context, IsEmptyUntilAValueIsOpened) {
  EXPECT_TRUE(Context::Current().empty());
  EXPECT_EQ(Context::Current().Get(kNumber), nullptr);
}

TEST(Context, InnerValuesJoinAndHideOuterOnes) {
  const ScopedContext outer(kNumber, 1);
  {
    const ScopedContext word(kWord, "x");
    const ScopedContext inner(kNumber, 2);
    EXPECT_EQ(*Context::Current().Get(kNumber), 2);
    EXPECT_EQ(*Context::Current().Get(kWord), "x");
  }
  EXPECT_EQ(*Context::Current().Get(kNumber), 1);
  EXPECT_EQ(Context::Current().Get(kWord), nullptr);
}

TEST(Context, ASnapshotDoesNotSeeLaterEntries) {
  const ScopedContext outer(kNumber, 1);
  const Context snapshot = Context::Current();
  const ScopedContext later(kWord, "late");
  EXPECT_EQ(*snapshot.Get(kNumber), 1);
  EXPECT_EQ(snapshot.Get(kWord), nullptr);
}

TEST(Context, TheFormerContextIsBackAfterAThrow) {
  auto call = [] {
    const ScopedContext scope(kNumber, 9);
    return WithCurrentContext([]() -> int {
      EXPECT_EQ(*Context::Current().Get(kNumber), 9);
      throw std::runtime_error("x");
    });
  }();
  EXPECT_TRUE(Context::Current().empty());
  EXPECT_THROW(call(), std::runtime_error);
  EXPECT_TRUE(Context::Current().empty());
}

}  // namespace
}  // namespace heddle
