// SPDX-License-Identifier: Apache-2.0
//
// ReactorLoop: a reactor, as workloads use it.
#ifndef HEDDLE_BENCHMARKS_REACTOR_LOOP_H_
#define HEDDLE_BENCHMARKS_REACTOR_LOOP_H_

#include <utility>

#include "benchmarks/loop_thread.h"
#include "benchmarks/workers.h"
#include "benchmarks/workload.h"
#include "reference/backend.h"
#include "reference/threads.h"

namespace heddle::workloads {

// What post.h and, with a backend, defer_to_thread.h want of a loop, through
// the public interface, with all that it costs.
class ReactorLoop {
 public:
  ReactorLoop() = default;  // without a pool

  explicit ReactorLoop(const Backend& backend) : loop_(WithPool(backend)) {}

  template <class F>
  void Post(F&& call) {
    MustBeAccepted(loop_.reactor().CallFromThread(std::forward<F>(call)));
  }

  template <class Work, class Done>
  void Defer(Work&& work, Done&& done) {
    DeferToThread(loop_.reactor(), std::forward<Work>(work))
        .AddCallbacks(std::forward<Done>(done),
                      [](const Failure& failure) { failure.Rethrow(); });
  }

  Reactor& reactor() { return loop_.reactor(); }

 private:
  static ReactorOptions WithPool(const Backend& backend) {
    ReactorOptions options;
    options.pool_size = {.min = kWorkers, .max = kWorkers};
    options.make_pool = backend.make;
    options.install_signal_handlers = false;
    return options;
  }

  LoopThread loop_;
};

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_REACTOR_LOOP_H_
