// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/node_cache.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <set>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace heddle::work_stealing {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kCaches = false;
#else
constexpr bool kCaches = true;
#endif

TaskNode* Make() { return NodeCache::Make(Task([] {})); }

std::vector<TaskNode*> Make(int count) {
  std::vector<TaskNode*> nodes(count);
  std::ranges::generate(nodes, [] { return Make(); });
  return nodes;
}

void Recycle(const std::vector<TaskNode*>& nodes) {
  for (TaskNode* node : nodes) NodeCache::Recycle(node);
}

TEST(NodeCacheTest, MakesNodesOnLinesOfTheirOwnWithTheTaskAndNoNext) {
  bool ran = false;
  const OwnedNode node(NodeCache::Make(Task([&ran] { ran = true; })));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(node.get()) % 64, 0u);
  EXPECT_EQ(node->next, nullptr);
  node->task.Run();
  EXPECT_TRUE(ran);
}

TEST(NodeCacheTest, DestroysTheTaskWhenItRecyclesTheNode) {
  const auto held = std::make_shared<int>(0);
  NodeCache::Recycle(NodeCache::Make(Task([held] {})));
  EXPECT_EQ(held.use_count(), 1);
}

TEST(NodeCacheTest, NeverHasTheSameNodeOutTwice) {
  constexpr int kMany = 5 * NodeCache::kBatch + 3;
  const std::vector<TaskNode*> nodes = Make(kMany);
  EXPECT_EQ(std::set(nodes.begin(), nodes.end()).size(), nodes.size());
  Recycle(nodes);
}

TEST(NodeCacheTest, MakesNodesOfWhatThisThreadHasRecycled) {
  if (!kCaches) GTEST_SKIP() << "a sanitizer wants to see each node's life";
  constexpr int kMany = 5 * NodeCache::kBatch + 3;
  const std::vector<TaskNode*> nodes = Make(kMany);
  const std::set<TaskNode*> known(nodes.begin(), nodes.end());
  Recycle(nodes);
  const std::vector<TaskNode*> again = Make(kMany);
  for (TaskNode* node : again) EXPECT_TRUE(known.contains(node));
  Recycle(again);
}

TEST(NodeCacheTest, MakesNodesOfWhatAThreadThatEndedHasRecycled) {
  if (!kCaches) GTEST_SKIP() << "a sanitizer wants to see each node's life";
  constexpr int kMany = 3 * NodeCache::kBatch + 3;
  std::set<TaskNode*> known;
  for (int round = 0; round < 20; ++round) {
    std::jthread([&] {
      const std::vector<TaskNode*> nodes = Make(kMany);
      known.insert(nodes.begin(), nodes.end());
      Recycle(nodes);
    }).join();
  }
  EXPECT_LE(known.size(), std::size_t{2 * kMany}) << "what it kept was lost";
}

// As a pool: one thread makes what another recycles.
TEST(NodeCacheTest, BringsNodesBackToTheThreadThatMakesThem) {
  constexpr int kRounds = 2000;
  constexpr int kNodes = 3 * NodeCache::kBatch;
  std::set<TaskNode*> known;
  std::vector<TaskNode*> nodes;
  std::atomic<bool> full = false;
  std::jthread recycler([&] {
    for (int round = 0; round < kRounds; ++round) {
      while (!full.load()) std::this_thread::yield();
      Recycle(nodes);
      full = false;
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    nodes = Make(kNodes);
    if (kCaches) known.insert(nodes.begin(), nodes.end());
    full = true;
    while (full.load()) std::this_thread::yield();
  }
  EXPECT_LE(known.size(), std::size_t{4 * kNodes}) << "they pile up";
}

struct AtEnd {
  ~AtEnd() {
    const std::vector<TaskNode*> nodes = Make(2 * NodeCache::kBatch);
    Recycle(nodes);
  }
};

TEST(NodeCacheTest, WorksWhileAThreadEnds) {
  for (int round = 0; round < 3; ++round) {
    std::jthread([] {
      thread_local AtEnd at_end;  // ends after what is made later
      static_cast<void>(at_end);
      Recycle(Make(1));
    }).join();
  }
}

// No memory is to be had from the system while one lives.
class NoMemory {
 public:
  NoMemory() {
    getrlimit(RLIMIT_AS, &before_);
    const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_AS, &none);
  }
  ~NoMemory() { setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_;
};

TEST(NodeCacheTest, ReservesABatchOrSaysWhatThereIs) {
  EXPECT_EQ(NodeCache::Reserve(), NodeCache::kBatch);
  if (!kCaches) GTEST_SKIP() << "each node is allocated for itself";
  constexpr unsigned kLeft = 3;
  std::vector<TaskNode*> nodes;
  nodes.reserve(1 << 20);
  unsigned reserved = 0;
  unsigned made = 0;
  {
    const NoMemory no_memory;
    try {  // what all threads have left
      while (nodes.size() < nodes.capacity()) nodes.push_back(Make());
    } catch (const std::bad_alloc&) {
    }
    for (unsigned i = 0; i < kLeft; ++i) {
      NodeCache::Recycle(nodes.back());
      nodes.pop_back();
    }
    reserved = NodeCache::Reserve();
    try {
      for (; made <= kLeft; ++made) nodes.push_back(Make());
    } catch (const std::bad_alloc&) {
    }
  }
  EXPECT_EQ(reserved, kLeft);
  EXPECT_EQ(made, kLeft);
  EXPECT_EQ(NodeCache::Reserve(), NodeCache::kBatch);
  Recycle(nodes);
}

}  // namespace
}  // namespace heddle::work_stealing
