// SPDX-License-Identifier: Apache-2.0
#include "reference/recycled_blocks.h"

#include <cstdint>
#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle {
namespace {

struct Something {
  char bytes[40];
};
using Blocks = RecycledBlocks<Something>;

// On a thread that has no blocks yet.
template <class F>
void OnNewThread(F&& function) {
  std::thread(function).join();
}

TEST(RecycledBlocksTest, TheBlockThatWasFreedLastIsAllocatedNext) {
  if (!Blocks::kRecycles) GTEST_SKIP() << "a sanitizer has all blocks";
  OnNewThread([] {
    void* const first = Blocks::Allocate();
    void* const second = Blocks::Allocate();
    EXPECT_NE(first, second);
    Blocks::Free(first);
    Blocks::Free(second);
    EXPECT_EQ(Blocks::kept(), 2u);
    EXPECT_EQ(Blocks::Allocate(), second);
    EXPECT_EQ(Blocks::Allocate(), first);
    EXPECT_EQ(Blocks::kept(), 0u);
    Blocks::Free(first);
    Blocks::Free(second);
  });
}

TEST(RecycledBlocksTest, NoMoreThanAFewBlocksAreKept) {
  OnNewThread([] {
    std::vector<void*> blocks;
    for (unsigned i = 0; i < 3 * Blocks::kMost; ++i) {
      blocks.push_back(Blocks::Allocate());
    }
    EXPECT_EQ(std::set<void*>(blocks.begin(), blocks.end()).size(),
              blocks.size());
    for (void* const block : blocks) Blocks::Free(block);
    EXPECT_EQ(Blocks::kept(), Blocks::kRecycles ? Blocks::kMost : 0);
  });
}

TEST(RecycledBlocksTest, ABlockMayBeFreedOnAnotherThread) {
  void* const block = Blocks::Allocate();
  OnNewThread([block] {
    Blocks::Free(block);
    EXPECT_EQ(Blocks::kept(), Blocks::kRecycles ? 1 : 0);
  });
}

TEST(RecycledBlocksTest, BlocksAreAlignedAsTheirTypeIs) {
  struct alignas(64) Line {
    char bytes[64];
  };
  OnNewThread([] {
    std::vector<void*> lines;
    for (int i = 0; i < 5; ++i) {
      lines.push_back(RecycledBlocks<Line>::Allocate());
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(lines.back()) % 64, 0u);
    }
    for (void* const line : lines) RecycledBlocks<Line>::Free(line);
  });
}

TEST(RecycledBlocksTest, ABlockMayBeFreedAtTheVeryEndOfAThread) {
  struct Late {
    void* block = Blocks::Allocate();
    bool* freed = nullptr;
    ~Late() {
      Blocks::Free(block);
      *freed = Blocks::kept() == 0;
    }
  };
  bool freed = false;
  OnNewThread([&freed] {
    static thread_local Late late;  // goes after what is first used below
    late.freed = &freed;
    Blocks::Free(Blocks::Allocate());
  });
  EXPECT_TRUE(freed);
}

}  // namespace
}  // namespace heddle
