// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/peer.h"

#include <algorithm>
#include <utility>

namespace heddle::workloads {
namespace {

std::vector<Peer>& Peers() {
  static std::vector<Peer> peers;
  return peers;
}

}  // namespace

PeerRegistration::PeerRegistration(Peer peer) {
  const auto place =
      std::ranges::upper_bound(Peers(), peer.name, {}, &Peer::name);
  Peers().insert(place, std::move(peer));
}

const std::vector<Peer>& RegisteredPeers() { return Peers(); }

std::string Describe(const Peer& peer) {
  std::string flags;
  if (peer.runs_inline) flags = "runs_inline";
  if (peer.starves) flags += flags.empty() ? "starves" : ",starves";
  if (flags.empty()) flags = "-";
  return peer.name + (peer.kind == Peer::Kind::kPool ? " pool " : " loop ") +
         flags;
}

}  // namespace heddle::workloads
