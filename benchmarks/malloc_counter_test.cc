// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/malloc_counter.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <thread>

#include "gtest/gtest.h"

namespace heddle::workloads {
namespace {

// Keeps the compiler from leaving out what nobody uses.
void* volatile seen;

template <class F>
MallocCounts Count(const F& function) {
  StartCountingMallocs();
  function();
  return StopCountingMallocs();
}

class MallocCounterTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!CountsMallocs()) GTEST_SKIP() << "a sanitizer has malloc";
  }
};

TEST_F(MallocCounterTest, CountsNewAndMallocAndTheirKin) {
  std::unique_ptr<char[]> array;
  void* block = nullptr;
  void* aligned = nullptr;
  const MallocCounts counts = Count([&] {
    array = std::make_unique<char[]>(1'000);
    seen = array.get();
    block = std::calloc(10, 10);
    block = std::realloc(block, 2'000);
    aligned = std::aligned_alloc(64, 640);
  });
  std::free(block);
  std::free(aligned);
  EXPECT_EQ(counts.mallocs, 4u);
  EXPECT_GE(counts.bytes, 1'000 + 2'000 + 640 + 3 * 8);
  EXPECT_LT(counts.bytes, 4'000);
}

TEST_F(MallocCounterTest, CountsMappingsByThemselves) {
  constexpr std::size_t kSize = std::size_t{1} << 20;
  const auto map = [] {
    return mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  };
  void* pages = nullptr;
  const MallocCounts taken = Count([&] { pages = map(); });
  EXPECT_EQ(taken.mallocs, 1u);
  EXPECT_EQ(taken.bytes, std::int64_t{kSize});
  const MallocCounts given_back = Count([&] { munmap(pages, kSize); });
  EXPECT_EQ(given_back.bytes, -std::int64_t{kSize});
}

TEST_F(MallocCounterTest, WhatIsGivenBackDoesNotStay) {
  const MallocCounts counts =
      Count([] { seen = std::make_unique<char[]>(1'000).get(); });
  EXPECT_EQ(counts.mallocs, 1u);
  EXPECT_EQ(counts.bytes, 0);
}

TEST_F(MallocCounterTest, CountsOnAllThreads) {
  std::thread([] {}).join();  // what only the first thread allocates
  const MallocCounts alone = Count([] { std::thread([] {}).join(); });
  const MallocCounts counts = Count([] {
    std::thread([] { seen = std::make_unique<char[]>(1'000).get(); }).join();
  });
  EXPECT_GT(counts.mallocs, alone.mallocs);
}

TEST_F(MallocCounterTest, CountsNothingBeforeAndAfter) {
  const auto before = std::make_unique<char[]>(1'000);
  seen = before.get();
  const MallocCounts counts = Count([] {});
  EXPECT_EQ(counts.mallocs, 0u);
  EXPECT_EQ(counts.bytes, 0);
}

}  // namespace
}  // namespace heddle::workloads
