// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/account.h"

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

TEST(Account, ThatAddsUpIsFine) {
  EXPECT_EQ(CheckAccount({}), Findings{});
  EXPECT_EQ(CheckAccount({.submitted = 1, .completed = 1}), Findings{});
  EXPECT_EQ(CheckAccount({.submitted = 10,
                          .completed = 4,
                          .running = 3,
                          .waiting = 2,
                          .refused = 1}),
            Findings{});
}

TEST(Account, WhatIsMissingOrTooMuchIsTold) {
  EXPECT_EQ(CheckAccount({.submitted = 3, .completed = 1, .waiting = 1}),
            (Findings{"expected 3 pieces of work, as submitted, seen 2: 1 "
                      "completed, 0 running, 1 waiting, 0 refused"}));
  EXPECT_EQ(CheckAccount({.submitted = 1, .completed = 1, .refused = 1}),
            (Findings{"expected 1 pieces of work, as submitted, seen 2: 1 "
                      "completed, 0 running, 0 waiting, 1 refused"}));
  EXPECT_EQ(CheckAccount({.running = 1}).size(), 1u);
}

}  // namespace
}  // namespace heddle::conformance
