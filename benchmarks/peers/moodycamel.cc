// SPDX-License-Identifier: Apache-2.0
//
// The peer "moodycamel": threads that wait at a BlockingConcurrentQueue of
// std::function, moodycamel's.
#include <concurrentqueue/blockingconcurrentqueue.h>

#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "benchmarks/peers/peer_pool.h"

namespace heddle::workloads {
namespace {

class MoodycamelPool {
 public:
  explicit MoodycamelPool(int workers) {
    for (int i = 0; i < workers; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  }

  ~MoodycamelPool() {
    // One empty task ends one worker. The queue keeps the order of one
    // producer only; whoever destroys a pool knows that its tasks have run.
    for (std::size_t i = 0; i < threads_.size(); ++i) tasks_.enqueue(nullptr);
    threads_.clear();  // joins, while the queue is there
  }

  template <class F>
  void Submit(F&& task) {
    tasks_.enqueue(std::forward<F>(task));
  }

 private:
  void Work() {
    while (true) {
      std::function<void()> task;
      tasks_.wait_dequeue(task);
      if (!task) return;
      task();
    }
  }

  moodycamel::BlockingConcurrentQueue<std::function<void()>> tasks_;
  std::vector<std::jthread> threads_;
};

const PeerRegistration kRegistration(PeerPool<MoodycamelPool>("moodycamel"));

}  // namespace
}  // namespace heddle::workloads
