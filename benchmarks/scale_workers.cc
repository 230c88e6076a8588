// SPDX-License-Identifier: Apache-2.0
//
// scale_submit, scale_spawn: the workloads submit (one producer) and spawn
// with 1 to 64 workers, on the processors that there are. Throughput must not
// collapse when there are many more workers than processors.
#include "benchmarks/backend_pool.h"
#include "benchmarks/scale.h"
#include "benchmarks/spawn.h"
#include "benchmarks/submit.h"
#include "benchmarks/workload.h"

namespace heddle::workloads {

void RegisterScaleWorkers(const Backend& backend) {
  for (const int workers : {1, 2, 4, 8, 16, 32, 64}) {
    const auto make = [&backend, workers](int) {
      return BackendPool(backend, workers);
    };
    Register({.name = "scale_submit",
              .who = backend.name,
              .arguments = {{"workers", workers}},
              .run = [make, workers](benchmark::State& state) {
                Submit(state, make, 1, workers);
              }});
    Register({.name = "scale_spawn",
              .who = backend.name,
              .arguments = {{"workers", workers}},
              .run = [make](benchmark::State& state) { Spawn(state, make); }});
  }
}

}  // namespace heddle::workloads
