// SPDX-License-Identifier: Apache-2.0
//
// How many workers a pool has, unless its workload says otherwise.
#ifndef HEDDLE_BENCHMARKS_WORKERS_H_
#define HEDDLE_BENCHMARKS_WORKERS_H_

namespace heddle::workloads {

inline constexpr int kWorkers = 2;

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_WORKERS_H_
