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

// Pools.
void RegisterSubmit(const Backend& backend);
void RegisterSubmitLatency(const Backend& backend);
void RegisterSpawn(const Backend& backend);
void RegisterMixed(const Backend& backend);
void RegisterStartStop(const Backend& backend);

// A reactor with a pool.
void RegisterDeferToThread(const Backend& backend);

// A reactor, its Deferreds and its timers: no pool takes part.
void RegisterCallFromThread();
void RegisterBlockingCall();
void RegisterDeferred();
void RegisterTimers();
void RegisterThreadCheck();

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_WORKLOADS_H_
