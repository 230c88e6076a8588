// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/workload.h"

#include <vector>

#include "gtest/gtest.h"

namespace heddle::workloads {
namespace {

TEST(QuantileTest, IsTheNearestRank) {
  std::vector<double> values;
  for (int i = 100; i >= 1; --i) values.push_back(i);
  EXPECT_EQ(Quantile(values, 0.50), 50);
  EXPECT_EQ(Quantile(values, 0.99), 99);
  EXPECT_EQ(Quantile(values, 1), 100);
  EXPECT_EQ(Quantile(values, 0), 1);
}

TEST(QuantileTest, OfOneValueIsThatValue) {
  std::vector<double> values = {7};
  EXPECT_EQ(Quantile(values, 0.5), 7);
  EXPECT_EQ(Quantile(values, 0.99), 7);
}

TEST(QuantileTest, OfNothingIsZero) {
  std::vector<double> values;
  EXPECT_EQ(Quantile(values, 0.5), 0);
}

}  // namespace
}  // namespace heddle::workloads
