// SPDX-License-Identifier: Apache-2.0
//
// The peer "mutex_condvar": the pool that everybody writes first. One queue,
// one mutex, one condition variable.
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "benchmarks/peer.h"
#include "benchmarks/peers/peer_pool.h"

namespace heddle::workloads {
namespace {

class MutexCondvarPool {
 public:
  explicit MutexCondvarPool(int workers) {
    for (int i = 0; i < workers; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  }

  ~MutexCondvarPool() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    threads_.clear();  // joins, while the rest is there
  }

  template <class F>
  void Submit(F&& task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.emplace_back(std::forward<F>(task));
    }
    changed_.notify_one();
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ended_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      {
        const std::function<void()> task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
      }
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool ended_ = false;
  std::vector<std::jthread> threads_;
};

const PeerRegistration kRegistration(
    PeerPool<MutexCondvarPool>("mutex_condvar"));

}  // namespace
}  // namespace heddle::workloads
