// SPDX-License-Identifier: Apache-2.0
//
// QueuedCalls: what users of libuv and libevent put beside the loop, whose own
// way to wake it takes no function along: functions under a mutex.
#ifndef HEDDLE_BENCHMARKS_PEERS_QUEUED_CALLS_H_
#define HEDDLE_BENCHMARKS_PEERS_QUEUED_CALLS_H_

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace heddle::workloads {

class QueuedCalls {
 public:
  // Any thread. Whether it is the first since RunAll() took the others, so
  // that somebody must wake the loop.
  template <class F>
  bool Add(F&& call) {
    const std::lock_guard lock(mutex_);
    calls_.emplace_back(std::forward<F>(call));
    return calls_.size() == 1;
  }

  // On the loop's thread.
  void RunAll() {
    {
      const std::lock_guard lock(mutex_);
      running_.swap(calls_);
    }
    for (const std::function<void()>& call : running_) call();
    running_.clear();
  }

 private:
  std::mutex mutex_;
  std::vector<std::function<void()>> calls_;
  std::vector<std::function<void()>> running_;  // of the loop's thread
};

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_PEERS_QUEUED_CALLS_H_
