// SPDX-License-Identifier: Apache-2.0
//
// The pools that workloads run on: the same size for every backend.
#ifndef HEDDLE_BENCHMARKS_POOLS_H_
#define HEDDLE_BENCHMARKS_POOLS_H_

#include <memory>

#include "reference/backend.h"
#include "reference/thread_pool.h"

namespace heddle::workloads {

// Workers of every pool, unless a workload says otherwise.
inline constexpr int kWorkers = 2;

// A running pool of exactly `workers` workers.
inline std::unique_ptr<ThreadPool> StartPool(const Backend& backend,
                                             int workers = kWorkers) {
  auto pool = backend.make(
      {.size = {.min = workers, .max = workers}, .name = "benchmark"});
  pool->Start();
  return pool;
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_POOLS_H_
