// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/peer.h"

#include "gtest/gtest.h"

namespace heddle::workloads {
namespace {

TEST(PeerTest, IsDescribedByNameKindAndFlags) {
  Peer peer{
      .name = "one", .kind = Peer::Kind::kPool, .register_workloads = [] {}};
  EXPECT_EQ(Describe(peer), "one pool -");
  peer.starves = true;
  EXPECT_EQ(Describe(peer), "one pool starves");
  peer.runs_inline = true;
  EXPECT_EQ(Describe(peer), "one pool runs_inline,starves");
  peer.kind = Peer::Kind::kLoop;
  peer.starves = false;
  EXPECT_EQ(Describe(peer), "one loop runs_inline");
}

TEST(PeerTest, RegisteredPeersAreOrderedByName) {
  for (const char* const name : {"b", "c", "a"}) {
    PeerRegistration(
        {.name = name, .kind = Peer::Kind::kLoop, .register_workloads = [] {}});
  }
  ASSERT_EQ(RegisteredPeers().size(), 3u);
  EXPECT_EQ(RegisteredPeers()[0].name, "a");
  EXPECT_EQ(RegisteredPeers()[1].name, "b");
  EXPECT_EQ(RegisteredPeers()[2].name, "c");
}

}  // namespace
}  // namespace heddle::workloads
