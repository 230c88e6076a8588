// SPDX-License-Identifier: Apache-2.0
//
// Reactor::Parts: what a reactor is made of, and the steps of Run().
#ifndef HEDDLE_REFERENCE_REACTOR_PARTS_H_
#define HEDDLE_REFERENCE_REACTOR_PARTS_H_

#include <chrono>
#include <optional>

#include "reference/clock.h"
#include "reference/event_firing.h"
#include "reference/event_loop.h"
#include "reference/pending_answers.h"
#include "reference/process_identity.h"
#include "reference/reactor.h"
#include "reference/reactor_life.h"
#include "reference/reactor_pool.h"
#include "reference/signals.h"
#include "reference/system_events.h"

namespace heddle {

// The functions belong to the reactor's thread, unless they say otherwise.
struct Reactor::Parts {
  explicit Parts(ReactorOptions options);

  // What Reactor::Run() does once the thread and `life` are its own. Throws
  // std::system_error if the operating system fails the loop, and
  // UsedInForkedChild if a callback forked and this is the child.
  void Run();

  // Any thread; as the functions of Reactor.
  void Stop();
  void Crash();

  // Any thread: throws UsedInForkedChild, naming `function`.
  void RequireOriginalProcess(const char* function) const {
    if (!process.IsOriginal()) ThrowUsedInForkedChild(function);
  }

  // Gives back the thread calls that have not run, and answers what waits for
  // results.
  void GiveBack();

  const ProcessIdentity process;
  const bool install_signal_handlers;
  const std::optional<std::chrono::nanoseconds> grace;
  EventLoop loop;
  ReactorLife life;
  PendingAnswers blocking_calls;
  AnswerList deferred_results;
  AnswerList leaving_results;
  SystemEvents events;
  ReactorPool pool;

 private:
  [[noreturn, gnu::cold]] static void ThrowUsedInForkedChild(
      const char* function);
  void Turn();
  void AdvanceEvents();
  void AdvanceShutdown();
  bool GraceIsOver() const;
  // How long Poll() shall wait awake (event_loop.h, T1).
  std::chrono::nanoseconds TimeAwake();
  void OnStartupPhase(Phase phase);
  void OnShutdownPhase(Phase phase);
  void BeginSignals();
  void TakeSignals();
  void EndSignals();
  void Finish();

  EventFiring startup_;
  EventFiring shutdown_;
  // When shutdown waits no longer for Deferreds, once it has begun.
  std::optional<Clock::Time> grace_end_;
  std::optional<Signals> signals_;  // while running
  unsigned results_seen_ = 0;       // changes of deferred_results
  unsigned answered_seen_ = 0;      // of blocking_calls
  int interrupts_ = 0;              // SIGINTs in this run
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_REACTOR_PARTS_H_
