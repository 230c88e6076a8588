// SPDX-License-Identifier: Apache-2.0
#ifndef HEDDLE_BENCHMARKS_PEERS_ASIO_THREAD_POOL_H_
#define HEDDLE_BENCHMARKS_PEERS_ASIO_THREAD_POOL_H_

#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <cstddef>
#include <utility>

namespace heddle::workloads {

// An asio::thread_pool as a peer.
class AsioThreadPool {
 public:
  explicit AsioThreadPool(int workers)
      : pool_(static_cast<std::size_t>(workers)) {}

  ~AsioThreadPool() { pool_.join(); }

  template <class F>
  void Submit(F&& task) {
    asio::post(pool_, std::forward<F>(task));
  }

 private:
  asio::thread_pool pool_;
};

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_PEERS_ASIO_THREAD_POOL_H_
