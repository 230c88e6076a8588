// SPDX-License-Identifier: Apache-2.0
//
// ReactorLife: from new to stopped, one step at a time, on any thread.
#ifndef HEDDLE_REFERENCE_REACTOR_LIFE_H_
#define HEDDLE_REFERENCE_REACTOR_LIFE_H_

#include <atomic>

namespace heddle {

// What it is: where a reactor stands.
//
//             Start()      Stop()        Crash()       BeginEnd()  End()
// kNew        -> kRunning  refused       no change     *           *
// kRunning    running      -> kStopping  -> kCrashing  *           *
// kCrashing   running      refused       no change     *           -> kNew
// kStopping   running      refused       -> kEnding    -> kEnding  *
// kEnding     ended        refused       no change     no change   -> kStopped
// kStopped    ended        refused       no change     *           *
//
// "running" throws ReactorAlreadyRunning, "ended" ReactorNotRestartable;
// "refused" is false; * cannot happen. The loop turns in kRunning and
// kStopping.
//
// What the caller must do: Start, BeginEnd, End and SetRunning on the
// reactor's thread; the others on any.
//
// What it promises: of several calls that would make the same step, one does.
//
// Happens-before: whoever made a step before whoever sees it.
//
// Destruction: while no thread is in a member function.
class ReactorLife {
 public:
  enum class State : unsigned char {
    kNew,
    kRunning,
    kCrashing,
    kStopping,
    kEnding,
    kStopped,
  };

  void Start();
  [[nodiscard]] bool Stop();
  [[nodiscard]] bool Crash();
  void BeginEnd();
  // True if the reactor may run again.
  bool End();

  // Throws what Start() would throw while a loop turns.
  [[noreturn]] void ThrowBusy(const char* function) const;

  State state() const { return state_.load(); }
  bool turning() const {
    return state() == State::kRunning || state() == State::kStopping;
  }
  bool stopping() const { return state() == State::kStopping; }
  // Shutdown has come so far that nothing new will begin.
  bool ended() const { return state() >= State::kEnding; }

  // What Reactor::running() tells (RL-12). Only while the loop turns can it be
  // true.
  void SetRunning();
  bool running() const { return running_.load(); }

 private:
  bool Move(State from, State to);

  std::atomic<State> state_ = State::kNew;
  std::atomic<bool> running_ = false;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_REACTOR_LIFE_H_
