// SPDX-License-Identifier: Apache-2.0
//
// Peer: a pool or a loop that is no backend of ours, measured beside them.
#ifndef HEDDLE_BENCHMARKS_PEER_H_
#define HEDDLE_BENCHMARKS_PEER_H_

#include <functional>
#include <string>
#include <vector>

namespace heddle::workloads {

struct Peer {
  enum class Kind { kPool, kLoop };

  std::string name;  // no backend's; letters, digits and '_'
  Kind kind;
  // Runs tasks in the submitter, some or all, where no conforming pool may
  // (TP-10).
  bool runs_inline = false;
  // Lets a short task wait for the end of a long one while a worker sleeps
  // (TP-07, TP-53).
  bool starves = false;
  // Registers its workloads: see pool_workloads.h, post.h, defer_to_thread.h.
  std::function<void()> register_workloads;
};

// Makes a peer known for the rest of the program. Meant for one object at
// namespace scope in a library that is linked with `alwayslink`.
class PeerRegistration {
 public:
  explicit PeerRegistration(Peer peer);
};

// The peers linked into this program, ordered by name.
const std::vector<Peer>& RegisteredPeers();

// A line: its name, "pool" or "loop", and "runs_inline", "starves", both with
// a comma, or "-".
std::string Describe(const Peer& peer);

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_PEER_H_
