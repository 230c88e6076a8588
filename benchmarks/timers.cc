// SPDX-License-Identifier: Apache-2.0
//
// The workloads of timer_workloads.h for a reactor, driven by Iterate().
#include <cstddef>
#include <cstdint>

#include "benchmarks/timer_workloads.h"
#include "benchmarks/workloads.h"
#include "reference/reactor.h"

namespace heddle::workloads {
namespace {

class ReactorTimers {
 public:
  explicit ReactorTimers(std::size_t) : reactor_(WithoutSignals()) {}

  void Arm(std::size_t, Milliseconds delay) { CallLater(delay); }
  void ArmAndCancel(Milliseconds delay) { CallLater(delay).Cancel(); }
  void Turn() { reactor_.Iterate(); }
  std::uint64_t fired() const { return fired_; }

 private:
  static ReactorOptions WithoutSignals() {
    ReactorOptions options;
    options.install_signal_handlers = false;
    return options;
  }

  DelayedCall CallLater(Milliseconds delay) {
    return reactor_.CallLater(delay, [this] { ++fired_; });
  }

  Reactor reactor_;
  std::uint64_t fired_ = 0;
};

}  // namespace

void RegisterTimers() { RegisterTimerWorkloads<ReactorTimers>("reactor"); }

}  // namespace heddle::workloads
