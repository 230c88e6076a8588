// SPDX-License-Identifier: Apache-2.0
//
// PeerLoop: the peer that a class of loops is.
#ifndef HEDDLE_BENCHMARKS_PEERS_PEER_LOOP_H_
#define HEDDLE_BENCHMARKS_PEERS_PEER_LOOP_H_

#include <string>
#include <type_traits>

#include "benchmarks/defer_to_thread.h"
#include "benchmarks/peer.h"
#include "benchmarks/post.h"
#include "benchmarks/timer_workloads.h"

namespace heddle::workloads {

// `Loop` is what post.h asks for; `Deferring` is void, or what
// defer_to_thread.h asks for; `Timers` is what timer_workloads.h asks for. All
// are constructed without arguments.
template <class Loop, class Deferring, class Timers>
Peer PeerLoop(const std::string& name) {
  return {
      .name = name, .kind = Peer::Kind::kLoop, .register_workloads = [name] {
        RegisterPost(name, [] { return Loop(); });
        if constexpr (!std::is_void_v<Deferring>) {
          RegisterDeferToThread(name, [] { return Deferring(); });
        }
        RegisterTimerWorkloads<Timers>(name);
      }};
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_PEERS_PEER_LOOP_H_
