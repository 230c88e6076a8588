// SPDX-License-Identifier: Apache-2.0
#include "conformance/checkers/producer_order.h"

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

TEST(ProducerOrder, EachInItsOrderIsFineHoweverTheyMix) {
  EXPECT_EQ(CheckProducerOrder({}), Findings{});
  EXPECT_EQ(CheckProducerOrder({{3, 0}}), Findings{});
  EXPECT_EQ(CheckProducerOrder({{0, 0}, {1, 0}, {1, 1}, {0, 1}, {1, 2}}),
            Findings{});
}

TEST(ProducerOrder, AnOvertakerIsTold) {
  EXPECT_EQ(CheckProducerOrder({{0, 0}, {1, 1}, {1, 0}}),
            (Findings{"producer 1: expected its number 0, seen 1",
                      "producer 1: expected its number 2, seen 0"}));
}

TEST(ProducerOrder, AGapIsToldOnce) {
  EXPECT_EQ(CheckProducerOrder({{0, 0}, {0, 2}, {0, 3}}),
            (Findings{"producer 0: expected its number 1, seen 2"}));
}

TEST(ProducerOrder, ARepetitionIsTold) {
  EXPECT_EQ(CheckProducerOrder({{0, 0}, {0, 0}, {0, 1}}),
            (Findings{"producer 0: expected its number 1, seen 0"}));
}

}  // namespace
}  // namespace heddle::conformance
