// SPDX-License-Identifier: Apache-2.0
//
// PeerPool: the peer that a class of pools is.
#ifndef HEDDLE_BENCHMARKS_PEERS_PEER_POOL_H_
#define HEDDLE_BENCHMARKS_PEERS_PEER_POOL_H_

#include <string>

#include "benchmarks/idle_cpu.h"
#include "benchmarks/peer.h"
#include "benchmarks/pool_workloads.h"

namespace heddle::workloads {

// `Pool` is what pool_workloads.h asks for, and constructed from the number of
// its workers.
template <class Pool>
Peer PeerPool(const std::string& name) {
  return {
      .name = name, .kind = Peer::Kind::kPool, .register_workloads = [name] {
        const auto make = [](int workers) { return Pool(workers); };
        RegisterPoolWorkloads(name, make);
        RegisterIdleCpu(name, make);
      }};
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_PEERS_PEER_POOL_H_
