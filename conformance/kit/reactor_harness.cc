// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/reactor_harness.h"

#include "conformance/kit/thread_events.h"
#include "reference/errors.h"

namespace heddle::conformance {
namespace {

// Ends a loop that is still running.
void End(Reactor& reactor) {
  if (RuleHasFailed()) {
    AbandonAllWaits();
    NoteEvent("crashes a reactor");
    reactor.Crash();
    return;
  }
  NoteEvent("stops a reactor");
  try {
    reactor.Stop();
  } catch (const ReactorNotRunning&) {
    // The rule has stopped it.
  }
}

}  // namespace

ReactorOptions SubjectOptions() {
  ReactorOptions options;
  options.make_pool = Subject().make;
  options.install_signal_handlers = false;
  return options;
}

ReactorOptions SubjectOptions(int min, int max) {
  ReactorOptions options = SubjectOptions();
  options.pool_size = {.min = min, .max = max};
  return options;
}

void RunHere(Reactor& reactor) {
  Event returned("Run() to return");
  HelperThread guard([&] {
    returned.Await();
    if (!returned.happened()) reactor.Crash();
  });
  NoteEvent("runs a reactor");
  try {
    reactor.Run();
  } catch (...) {
    returned.Happen();
    throw;
  }
  NoteEvent("is back from the reactor's Run()");
  returned.Happen();
}

RunningReactor::RunningReactor(ReactorOptions options)
    : reactor_(std::move(options)) {
  reactor_.CallWhenRunning([this] { running_.Happen(); });
  thread_.emplace([this] {
    NoteEvent("runs a reactor");
    try {
      reactor_.Run();
    } catch (...) {
      ADD_FAILURE() << "Run() threw " << Failure::Current().Describe();
    }
    NoteEvent("is back from the reactor's Run()");
    returned_.Happen();
  });
  try {
    running_.Await();
  } catch (const RuleOver&) {
    reactor_.Crash();
    throw;
  }
}

RunningReactor::~RunningReactor() {
  if (!returned_.happened()) End(reactor_);
  thread_->Join();
}

void RunningReactor::Stop() {
  NoteEvent("stops a reactor");
  reactor_.Stop();
  returned_.Await();
}

}  // namespace heddle::conformance
