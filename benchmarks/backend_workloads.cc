// SPDX-License-Identifier: Apache-2.0
//
// The workloads of a backend: its pool, a reactor with its pool, and both
// idle.
#include <chrono>

#include "benchmarks/backend_pool.h"
#include "benchmarks/defer_to_thread.h"
#include "benchmarks/idle_cpu.h"
#include "benchmarks/pool_workloads.h"
#include "benchmarks/reactor_loop.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"

namespace heddle::workloads {
namespace {

// A pool, and beside it a reactor with another, which have both had work.
class PoolAndReactor {
 public:
  PoolAndReactor(const Backend& backend, int workers)
      : pool_(backend, workers), loop_(backend) {}

  template <class F>
  void Submit(F&& task) {
    MustBeAccepted(loop_.reactor().CallInThread(task));
    pool_.Submit([] {});
  }

 private:
  BackendPool pool_;
  ReactorLoop loop_;
};

}  // namespace

void RegisterBackendWorkloads(const Backend& backend) {
  RegisterPoolWorkloads(backend.name, [&backend](int workers) {
    return BackendPool(backend, workers);
  });
  RegisterDeferToThread(backend.name,
                        [&backend] { return ReactorLoop(backend); });
  RegisterIdleCpu(backend.name, [&backend](int workers) {
    return PoolAndReactor(backend, workers);
  });
}

}  // namespace heddle::workloads
