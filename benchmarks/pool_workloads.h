// SPDX-License-Identifier: Apache-2.0
//
// Every workload that needs no more than a pool, for a backend's pool or a
// peer's.
#ifndef HEDDLE_BENCHMARKS_POOL_WORKLOADS_H_
#define HEDDLE_BENCHMARKS_POOL_WORKLOADS_H_

#include <string>

#include "benchmarks/memory.h"
#include "benchmarks/mixed.h"
#include "benchmarks/one_at_a_time.h"
#include "benchmarks/spawn.h"
#include "benchmarks/start_stop.h"
#include "benchmarks/starvation.h"
#include "benchmarks/submit.h"
#include "benchmarks/submitter_busy.h"

namespace heddle::workloads {

// `make(workers)` returns a pool by value: an object that has that many
// workers until it is destroyed, by which time everything submitted has run,
// and the member
//
//   template <class F> void Submit(F&& task);  // any thread
//
// and, if tasks submit in another way than everybody else,
//
//   template <class F> void Spawn(F&& task);  // from a task
//
// The workloads are templates, so that nothing of ours stands between them and
// a peer: no virtual call, no type that holds any task.
template <class Make>
void RegisterPoolWorkloads(const std::string& who, const Make& make) {
  RegisterSubmit(who, make);
  RegisterSpawn(who, make);
  RegisterStarvation(who, make);
  RegisterOneAtATime(who, make);
  RegisterSubmitterBusy(who, make);
  RegisterMixed(who, make);
  RegisterMemory(who, make);
  RegisterStartStop(who, make);
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_POOL_WORKLOADS_H_
