// SPDX-License-Identifier: Apache-2.0
#include "reference/chain_canceller.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <utility>

namespace heddle {
namespace {

TEST(ChainCancellerTest, NoneIsThereAtFirst) {
  EXPECT_FALSE(ChainCanceller());
  EXPECT_FALSE(ChainCanceller(nullptr));
  EXPECT_FALSE(ChainCanceller().has_destructor());
}

TEST(ChainCancellerTest, BytesAreCalledWhereverTheyHaveMoved) {
  int calls = 0;
  ChainCanceller first([&calls](const ChainHandle&) { ++calls; });
  EXPECT_FALSE(first.has_destructor());
  ChainCanceller second = std::move(first);
  EXPECT_FALSE(first);
  ChainCanceller third;
  third = std::move(second);
  EXPECT_FALSE(second);
  ASSERT_TRUE(third);
  third(ChainHandle());
  EXPECT_EQ(calls, 1);
}

TEST(ChainCancellerTest, WhatACaptureHoldsGoesWhenItIsReset) {
  const auto held = std::make_shared<int>(0);
  ChainCanceller first([held](const ChainHandle&) { ++*held; });
  EXPECT_TRUE(first.has_destructor());
  ChainCanceller second = std::move(first);
  EXPECT_EQ(held.use_count(), 2);
  second(ChainHandle());
  EXPECT_EQ(*held, 1);
  second = nullptr;
  EXPECT_FALSE(second);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ChainCancellerTest, WhatACaptureHoldsGoesWithTheCanceller) {
  const auto held = std::make_shared<int>(0);
  {
    const ChainCanceller canceller([held](const ChainHandle&) {});
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ChainCancellerTest, ACaptureThatDoesNotFitIsAllocated) {
  const auto held = std::make_shared<int>(0);
  std::array<char, 2 * ChainCanceller::kInlineSize> room{};
  room.back() = 'z';
  char seen = 0;
  ChainCanceller first([held, room, &seen](const ChainHandle&) {
    seen = room.back();
  });
  EXPECT_TRUE(first.has_destructor());
  ChainCanceller second = std::move(first);
  EXPECT_FALSE(first);
  second(ChainHandle());
  EXPECT_EQ(seen, 'z');
  second = nullptr;
  EXPECT_EQ(held.use_count(), 1);
}

TEST(ChainCancellerTest, AMoveOnlyCaptureWillDo) {
  int seen = 0;
  ChainCanceller canceller;
  canceller.Set([value = std::make_unique<int>(7), &seen](const ChainHandle&) {
    seen = *value;
  });
  canceller(ChainHandle());
  EXPECT_EQ(seen, 7);
}

}  // namespace
}  // namespace heddle
