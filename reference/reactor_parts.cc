// SPDX-License-Identifier: Apache-2.0
#include "reference/reactor_parts.h"

#include <string>
#include <utility>

#include "reference/errors.h"
#include "reference/log.h"
#include "reference/unhandled_failures.h"

namespace heddle {
namespace {

const Clock& ClockOf(const ReactorOptions& options) {
  static const SteadyClock steady;
  return options.clock != nullptr ? *options.clock : steady;
}

std::optional<std::chrono::nanoseconds> GraceOf(const ReactorOptions& options) {
  if (!options.shutdown_grace) return std::nullopt;
  const Seconds grace =
      RequireDelay("ReactorOptions::shutdown_grace", *options.shutdown_grace);
  return TimeAfter(Clock::Time(), grace).time_since_epoch();
}

}  // namespace

Reactor::Parts::Parts(ReactorOptions options)
    : install_signal_handlers(options.install_signal_handlers),
      grace(GraceOf(options)),
      loop(ClockOf(options)),
      pool(events, {.size = options.pool_size, .name = options.pool_name},
           std::move(options.make_pool), grace),
      startup_(SystemEvent::kStartup, events,
               [this](Phase phase) { OnStartupPhase(phase); }),
      shutdown_(SystemEvent::kShutdown, events,
                [this](Phase phase) { OnShutdownPhase(phase); }) {}

void Reactor::Parts::Run() {
  // However it ends, by an error of the operating system too.
  struct AtEnd {
    Parts& parts;
    ~AtEnd() {
      parts.EndSignals();
      static_cast<void>(parts.life.Crash());
      parts.life.End();
    }
  } at_end{*this};
  BeginSignals();
  Turn();
  Finish();
  LogUnhandledFailures("Reactor::Run ends");
}

void Reactor::Parts::Turn() {
  startup_.Begin();
  if (startup_.RunBefore()) startup_.RunRest();
  while (life.turning()) {
    RequireOriginalProcess("Reactor::Run");
    loop.RunUntilCurrent();
    TakeSignals();
    AdvanceEvents();
    // Nobody would wake a child that a callback has forked.
    RequireOriginalProcess("Reactor::Run");
    if (life.turning()) loop.Poll(grace_end_, TimeAwake());
  }
}

void Reactor::Parts::AdvanceEvents() {
  if (startup_.RunBefore()) startup_.RunRest();
  if (life.stopping()) AdvanceShutdown();
}

void Reactor::Parts::AdvanceShutdown() {
  if (shutdown_.state() == EventFiring::State::kIdle) {
    if (grace) grace_end_ = TimeAfter(loop.clock().Now(), *grace);
    shutdown_.Begin();
  }
  bool ready = shutdown_.RunBefore();
  if (!ready && GraceIsOver()) {
    Log({Severity::kWarning,
         "shutdown waits no longer for the Deferreds of " +
             std::to_string(shutdown_.waiting_for()) + " triggers",
         nullptr});
    shutdown_.StopWaiting();
    ready = true;
  }
  // A trigger may have called Crash().
  if (ready && life.stopping()) shutdown_.RunRest();
}

bool Reactor::Parts::GraceIsOver() const {
  return grace_end_ && loop.clock().Now() >= *grace_end_;
}

std::chrono::nanoseconds Reactor::Parts::TimeAwake() {
  const unsigned results = deferred_results.changes();
  const unsigned answered = blocking_calls.answered();
  const bool results_go_on =
      std::exchange(results_seen_, results) != results &&
      !deferred_results.empty();
  const bool blocking_goes_on =
      std::exchange(answered_seen_, answered) != answered;
  if (results_go_on) return EventLoop::kLongestAwake;
  if (blocking_goes_on) return EventLoop::kLongestAwake / 2;
  return {};
}

void Reactor::Parts::OnStartupPhase(Phase phase) {
  if (phase == Phase::kDuring) life.SetRunning();
  if (phase == Phase::kAfter) pool.Open();
}

void Reactor::Parts::OnShutdownPhase(Phase phase) {
  if (phase == Phase::kDuring) {
    life.BeginEnd();
    blocking_calls.Close();
  }
  // Its own trigger has done so, unless a thread made it too late for that.
  if (phase == Phase::kAfter) pool.Stop();
}

void Reactor::Parts::BeginSignals() {
  if (!install_signal_handlers) return;
  interrupts_ = 0;
  signals_.emplace(loop.calls());
}

void Reactor::Parts::TakeSignals() {
  if (!signals_ || !signals_->HaveCome()) return;
  const Signals::Counts counts = signals_->Take();
  interrupts_ += counts.interrupts;
  static_cast<void>(life.Stop());  // it may be stopping already
  if (counts.interrupts > 0 && interrupts_ > 1) Crash();
}

void Reactor::Parts::EndSignals() {
  if (process.IsOriginal()) signals_.reset();
}

void Reactor::Parts::Finish() {
  if (!life.ended()) {  // it may run again
    pool.Hold();
    return;
  }
  if (shutdown_.state() == EventFiring::State::kOver) {
    loop.calls().RunBatch();
  } else {  // Stop(), and then Crash()
    blocking_calls.Close();
  }
  GiveBack();
}

void Reactor::Parts::GiveBack() {
  for (Task& call : loop.calls().Close()) {
    call.Refuse(Refusal::kReactorStopped);
  }
  deferred_results.Close();
  leaving_results.Close();
}

void Reactor::Parts::Stop() {
  if (!life.Stop()) {
    throw ReactorNotRunning(life.stopping() || life.ended()
                                ? "Reactor::Stop: it was stopped before"
                                : "Reactor::Stop: the reactor does not run");
  }
  loop.calls().WakeUp();
}

void Reactor::Parts::Crash() {
  if (life.Crash()) loop.calls().WakeUp();
}

void Reactor::Parts::ThrowUsedInForkedChild(const char* function) {
  throw UsedInForkedChild(std::string(function) + ": " +
                          Describe(Refusal::kForkedChild));
}

}  // namespace heddle
