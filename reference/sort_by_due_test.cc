// SPDX-License-Identifier: Apache-2.0
#include "reference/sort_by_due.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "gtest/gtest.h"

namespace heddle {
namespace {

struct Entry {
  Clock::Time due;
  int order;
  friend bool operator==(const Entry&, const Entry&) = default;
};

bool ComesBefore(const Entry& a, const Entry& b) {
  return a.due != b.due ? a.due < b.due : a.order < b.order;
}

// Whether entries with these due times, in this order, are sorted, the latest
// first, whatever they are mixed up with.
testing::AssertionResult AreSorted(const std::vector<std::int64_t>& dues) {
  std::vector<Entry> entries;
  for (const std::int64_t due : dues) {
    entries.push_back({Clock::Time(std::chrono::nanoseconds(due)),
                       static_cast<int>(entries.size())});
  }
  std::shuffle(entries.begin(), entries.end(), std::mt19937(7));
  std::vector<Entry> expected = entries;
  std::sort(expected.rbegin(), expected.rend(), ComesBefore);
  SortByDue(std::span(entries), ComesBefore);
  if (entries == expected) return testing::AssertionSuccess();
  return testing::AssertionFailure() << dues.size() << " entries";
}

TEST(SortByDueTest, DueTimesThatAreSpreadEvenly) {
  std::mt19937_64 random(1);
  for (const std::size_t count : {0u, 1u, 2u, 16u, 17u, 500u, 30'000u}) {
    for (const std::int64_t span : {2, 100, 10'000'000}) {
      std::vector<std::int64_t> dues(count);
      for (std::int64_t& due : dues) {
        due = static_cast<std::int64_t>(random() >> 1) % span;
      }
      EXPECT_TRUE(AreSorted(dues)) << "of a span of " << span;
    }
  }
}

TEST(SortByDueTest, EqualDueTimesGoByTheComparison) {
  EXPECT_TRUE(AreSorted(std::vector<std::int64_t>(1000, 42)));
}

TEST(SortByDueTest, AllOfTime) {
  std::mt19937_64 random(2);
  std::vector<std::int64_t> dues = {
      Clock::Time::min().time_since_epoch().count(),
      Clock::Time::max().time_since_epoch().count(), -1, 0, 1};
  while (dues.size() < 1000) {
    dues.push_back(static_cast<std::int64_t>(random()));
  }
  EXPECT_TRUE(AreSorted(dues));
}

// Hardly any part gets more than one, but for the one that gets the others.
TEST(SortByDueTest, DueTimesThatLieEverCloser) {
  std::vector<std::int64_t> dues;
  for (int digit = 0; digit < 63; ++digit) {
    for (int i = 0; i < 5; ++i) dues.push_back((std::int64_t{1} << digit) + i);
  }
  EXPECT_TRUE(AreSorted(dues));
}

}  // namespace
}  // namespace heddle
