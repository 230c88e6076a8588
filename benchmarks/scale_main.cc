// SPDX-License-Identifier: Apache-2.0
//
// The workloads that grow, for every backend linked in. Takes Google
// Benchmark's flags. Ends with status 1 if any workload's result was wrong,
// and 2 for arguments that are none or that leave nothing to measure.
#include "benchmark/benchmark.h"
#include "benchmarks/scale.h"
#include "benchmarks/workload.h"
#include "reference/backend.h"

int main(int argc, char** argv) {
  constexpr int kBadArguments = 2;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return kBadArguments;
  for (const heddle::Backend& backend : heddle::RegisteredBackends()) {
    heddle::workloads::RegisterScaleWorkers(backend);
    heddle::workloads::RegisterScaleQueued(backend);
  }
  heddle::workloads::RegisterScaleTouch();
  heddle::workloads::RegisterScalePadding();
  heddle::workloads::RegisterScaleReaders();
  heddle::workloads::RegisterScaleTimers();
  heddle::workloads::RegisterScaleDeferred();
  if (benchmark::RunSpecifiedBenchmarks() == 0) return kBadArguments;
  benchmark::Shutdown();
  return heddle::workloads::AnyFailed() ? 1 : 0;
}
