// SPDX-License-Identifier: Apache-2.0
//
// Reactors for rules: with the subject's pool, and ended whatever happens.
#ifndef HEDDLE_CONFORMANCE_KIT_REACTOR_HARNESS_H_
#define HEDDLE_CONFORMANCE_KIT_REACTOR_HARNESS_H_

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "conformance/kit/helper_thread.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"
#include "reference/failure.h"
#include "reference/reactor.h"

namespace heddle::conformance {

// Options for a reactor whose pool is the subject's, and which leaves the
// process's signals alone.
ReactorOptions SubjectOptions();

// As above, for a pool of `min` to `max` workers.
ReactorOptions SubjectOptions(int min, int max);

// Runs `reactor` on this thread until it is stopped. If that takes longer than
// Patience(), the rule fails and the reactor is crashed.
void RunHere(Reactor& reactor);

// CallFromThread, which must accept.
template <class F, class... Args>
void MustCall(Reactor& reactor, F&& callable, Args&&... args) {
  RequireAccepted(reactor.CallFromThread(std::forward<F>(callable),
                                         std::forward<Args>(args)...));
}

// CallInThread of a reactor or a pool, which must accept.
template <class Owner, class F, class... Args>
void MustCallInThread(Owner& owner, F&& callable, Args&&... args) {
  RequireAccepted(owner.CallInThread(std::forward<F>(callable),
                                     std::forward<Args>(args)...));
}

// A call that does nothing when it is run, but notes what becomes of it.
class Witness {
 public:
  struct Fate {
    explicit Fate(std::string what) : settled(1, std::move(what)) {}
    Latch settled;  // run or refused
    std::atomic<int> runs = 0;
    std::atomic<int> refusals = 0;
  };

  explicit Witness(Fate& fate) : fate_(&fate) {}

  void operator()() {
    ++fate_->runs;
    fate_->settled.CountDown();
  }
  void Refuse(Refusal) {
    ++fate_->refusals;
    fate_->settled.CountDown();
  }

 private:
  Fate* fate_;
};

// What it is: a reactor that runs on a thread of its own.
//
// Its states: running, from construction; returned, from Stop() or
// destruction.
//
// What the caller must do: declare before it whatever its calls and tasks use;
// it is made and destroyed on the rule's thread.
//
// What it promises: when the rule has failed, waits are abandoned and the
// reactor is crashed instead of stopped, so that the rule ends.
//
// Happens-before: as for Reactor; Do() returns after its callable.
//
// Destruction: stops the reactor and joins its thread.
class RunningReactor {
 public:
  explicit RunningReactor(ReactorOptions options = SubjectOptions());
  ~RunningReactor();

  Reactor& operator*() { return reactor_; }
  Reactor* operator->() { return &reactor_; }

  std::thread::id thread() const { return thread_->id(); }

  // Calls `callable` on the reactor's thread and waits until it has returned.
  // It must not throw.
  template <class F>
  void Do(F callable) {
    const auto done =
        std::make_shared<Event>("a call to end on the reactor's thread");
    MustCall(reactor_, [done, callable = std::move(callable)]() mutable {
      try {
        callable();
      } catch (...) {
        ADD_FAILURE() << "a call on the reactor's thread threw "
                      << Failure::Current().Describe();
      }
      done->Happen();
    });
    done->Await();
  }

  // Stops the reactor and waits until Run() has returned. For the rule's
  // thread, once.
  void Stop();

  // Waits until Run() has returned, for a rule that stopped it otherwise.
  void AwaitReturn() { returned_.Await(); }
  bool has_returned() const { return returned_.happened(); }

 private:
  Reactor reactor_;
  Event running_{"the reactor to run"};
  Event returned_{"Run() to return"};
  std::optional<HelperThread> thread_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_REACTOR_HARNESS_H_
