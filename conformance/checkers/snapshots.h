// SPDX-License-Identifier: Apache-2.0
//
// Figures of a pool, looked at again and again.
#ifndef HEDDLE_CONFORMANCE_CHECKERS_SNAPSHOTS_H_
#define HEDDLE_CONFORMANCE_CHECKERS_SNAPSHOTS_H_

#include <vector>

#include "conformance/checkers/findings.h"
#include "reference/thread_pool.h"

namespace heddle::conformance {

// For a backend with exact figures. In every snapshot, threads are idle + busy,
// none is below 0, and threads are not above `max`.
Findings CheckSnapshots(const std::vector<PoolStats>& snapshots, int max);

// What has been completed never becomes less, in snapshots of one observer in
// the order in which they were taken.
Findings CheckProgress(const std::vector<PoolStats>& snapshots);

// Nothing waits, nobody is busy, and the workers are within the limits.
Findings CheckRest(const PoolStats& stats, PoolSize size);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_CHECKERS_SNAPSHOTS_H_
