// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/node_slabs.h"

#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::work_stealing {
namespace {

constexpr std::size_t kBatch = NodeSlabs::kBatchBytes;

std::vector<std::uintptr_t> Carve(NodeSlabs& slabs, std::size_t count) {
  std::vector<std::uintptr_t> batches;
  while (batches.size() < count) {
    void* const batch = slabs.Carve();
    std::memset(batch, 1, kBatch);  // all of it is there
    batches.push_back(reinterpret_cast<std::uintptr_t>(batch));
  }
  return batches;
}

TEST(NodeSlabsTest, CutsASlabIntoBatchesOneAfterTheOther) {
  NodeSlabs slabs;
  EXPECT_EQ(slabs.mapped(), 0u);
  const std::vector<std::uintptr_t> batches =
      Carve(slabs, NodeSlabs::kSmallest / kBatch);
  EXPECT_EQ(batches.front() % kBatch, 0u);
  for (std::size_t i = 1; i < batches.size(); ++i) {
    EXPECT_EQ(batches[i], batches[i - 1] + kBatch);
  }
  EXPECT_EQ(slabs.mapped(), NodeSlabs::kSmallest);
}

TEST(NodeSlabsTest, MapsAtMostAnEighthMoreThanWasAskedFor) {
  NodeSlabs slabs;
  std::set<std::uintptr_t> known;
  std::size_t carved = 0;
  while (carved < 20 * NodeSlabs::kLargest) {
    known.insert(reinterpret_cast<std::uintptr_t>(slabs.Carve()));
    carved += kBatch;
    ASSERT_LE(slabs.mapped(), carved + carved / 8 + NodeSlabs::kSmallest);
  }
  EXPECT_EQ(known.size(), carved / kBatch);
}

TEST(NodeSlabsTest, GivesNoBatchToTwoThreads) {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kBatches = 500;
  NodeSlabs slabs;
  std::vector<std::vector<std::uintptr_t>> carved(kThreads);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : carved) {
      threads.emplace_back([&] { mine = Carve(slabs, kBatches); });
    }
  }
  std::set<std::uintptr_t> all;
  for (const auto& mine : carved) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), kThreads * kBatches);
}

}  // namespace
}  // namespace heddle::work_stealing
