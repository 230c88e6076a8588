// SPDX-License-Identifier: Apache-2.0
//
// RunningReactor: a reactor on a thread of its own, for tests.
#ifndef HEDDLE_REFERENCE_RUNNING_REACTOR_H_
#define HEDDLE_REFERENCE_RUNNING_REACTOR_H_

#include <functional>
#include <future>
#include <thread>
#include <utility>

#include "reference/reactor.h"

namespace heddle {

// Runs from the end of the constructor until Stop(), or the destructor.
class RunningReactor {
 public:
  explicit RunningReactor(ReactorOptions options = {})
      : reactor_(WithoutSignals(std::move(options))) {
    std::promise<void> running;
    reactor_.CallWhenRunning([&] { running.set_value(); });
    thread_ = std::thread([this] { reactor_.Run(); });
    thread_id_ = thread_.get_id();
    running.get_future().wait();
  }

  ~RunningReactor() { Stop(); }

  Reactor& operator*() { return reactor_; }
  Reactor* operator->() { return &reactor_; }
  std::thread::id thread() const { return thread_id_; }

  // Calls `function` on the reactor's thread and waits for its end.
  void Do(const std::function<void()>& function) {
    std::promise<void> done;
    reactor_
        .CallFromThread([&] {
          function();
          done.set_value();
        })
        .OrThrow();
    done.get_future().wait();
  }

  // Stops it and waits for Run() to return.
  void Stop() {
    if (!thread_.joinable()) return;
    if (!stopping_) reactor_.Stop();
    thread_.join();
  }

  // Asks for the stop only.
  void BeginStop() {
    stopping_ = true;
    reactor_.Stop();
  }

 private:
  static ReactorOptions WithoutSignals(ReactorOptions options) {
    options.install_signal_handlers = false;
    return options;
  }

  Reactor reactor_;
  bool stopping_ = false;
  std::thread thread_;
  std::thread::id thread_id_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_RUNNING_REACTOR_H_
