// SPDX-License-Identifier: Apache-2.0
//
// The peer "eigen": Eigen's non-blocking thread pool, as it is by default. A
// worker's queue has 1024 places; when it is full, the submitter runs the
// task.
#define EIGEN_USE_THREADS
#include <unsupported/Eigen/CXX11/ThreadPool>
#include <utility>

#include "benchmarks/peers/peer_pool.h"

namespace heddle::workloads {
namespace {

class EigenPool {
 public:
  explicit EigenPool(int workers) : pool_(workers) {}

  template <class F>
  void Submit(F&& task) {
    pool_.Schedule(std::forward<F>(task));
  }

 private:
  Eigen::ThreadPool pool_;
};

Peer Eigen() {
  Peer peer = PeerPool<EigenPool>("eigen");
  peer.runs_inline = true;
  return peer;
}

const PeerRegistration kRegistration(Eigen());

}  // namespace
}  // namespace heddle::workloads
