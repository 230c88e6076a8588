// SPDX-License-Identifier: Apache-2.0
//
// BackendPool: a backend's pool, as workloads use it.
#ifndef HEDDLE_BENCHMARKS_BACKEND_POOL_H_
#define HEDDLE_BENCHMARKS_BACKEND_POOL_H_

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "benchmarks/workload.h"
#include "reference/backend.h"
#include "reference/thread_pool.h"

namespace heddle::workloads {

// What pool_workloads.h wants of a pool: exactly `workers` workers, from
// construction to destruction. Tasks go through the public interface, with
// all that it costs.
class BackendPool {
 public:
  BackendPool(const Backend& backend, int workers)
      : pool_(backend.make(
            {.size = {.min = workers, .max = workers}, .name = "benchmark"})) {
    pool_->Start();
  }

  ~BackendPool() {
    pool_->Stop();
    if (pool_->State() == PoolState::kStopped) return;
    std::fprintf(stderr,
                 "WRONG RESULT: the pool has not stopped after Stop()\n");
    std::abort();
  }

  BackendPool(const BackendPool&) = delete;
  BackendPool& operator=(const BackendPool&) = delete;

  template <class F>
  void Submit(F&& task) {
    MustBeAccepted(pool_->CallInThread(std::forward<F>(task)));
  }

 private:
  const std::unique_ptr<ThreadPool> pool_;
};

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_BACKEND_POOL_H_
