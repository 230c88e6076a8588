// SPDX-License-Identifier: Apache-2.0
//
// The workloads, in the order in which they are registered. Each is described
// in the file of its name.
#ifndef HEDDLE_BENCHMARKS_WORKLOADS_H_
#define HEDDLE_BENCHMARKS_WORKLOADS_H_

#include "reference/backend.h"

namespace heddle::workloads {

// What the machine can do at best, without pool or reactor.
void RegisterFloorsOfOneThread();
void RegisterFloorsOfTwoThreads();
void RegisterStaticSplitFloor();

// A pool, and a reactor with it. The backend must be there as long as the
// program.
void RegisterBackendWorkloads(const Backend& backend);

// A reactor, its Deferreds and its timers: no pool takes part.
void RegisterPostToReactor();
void RegisterBlockingCall();
void RegisterDeferred();
void RegisterTimers();
void RegisterThreadCheck();

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_WORKLOADS_H_
