// SPDX-License-Identifier: Apache-2.0
//
// LoopThread: a reactor that runs on a thread of its own.
#ifndef HEDDLE_BENCHMARKS_LOOP_THREAD_H_
#define HEDDLE_BENCHMARKS_LOOP_THREAD_H_

#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include "benchmarks/event.h"
#include "reference/reactor.h"

namespace heddle::workloads {

// What it is: a reactor and the thread in its Run(), for workloads that come
// from outside.
//
// Its states: running, from construction to destruction.
//
// What the caller must do: hand work over with CallFromThread and its kin.
//
// What it promises: the reactor runs, and its startup is over, when the
// constructor returns; the program ends with a message if that takes longer
// than Patience().
//
// Happens-before: what happened on the reactor's thread is visible when the
// destructor has returned.
//
// Destruction: stops the reactor and its pool, and joins the thread.
class LoopThread {
 public:
  explicit LoopThread(ReactorOptions options = WithoutPool())
      : reactor_(std::move(options)) {
    reactor_.CallWhenRunning([this] { started_.Set(); });
    thread_ = std::jthread([this] { reactor_.Run(); });
    if (!started_.Wait()) {
      std::fprintf(stderr, "WRONG RESULT: the reactor does not start\n");
      std::abort();
    }
  }

  ~LoopThread() { reactor_.Stop(); }  // then the thread is joined

  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  Reactor& reactor() { return reactor_; }

 private:
  // No workload asks for the pool then, so none is made.
  static ReactorOptions WithoutPool() {
    ReactorOptions options;
    options.install_signal_handlers = false;
    return options;
  }

  Event started_;
  Reactor reactor_;
  std::jthread thread_;
};

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_LOOP_THREAD_H_
