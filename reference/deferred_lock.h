// SPDX-License-Identifier: Apache-2.0
//
// DeferredLock: one at a time, without a thread that waits.
#ifndef HEDDLE_REFERENCE_DEFERRED_LOCK_H_
#define HEDDLE_REFERENCE_DEFERRED_LOCK_H_

#include <memory>
#include <utility>

#include "reference/callable.h"
#include "reference/deferred.h"
#include "reference/token_line.h"

namespace heddle {

// What it is: a lock for stretches of work that consist of callbacks, or of a
// coroutine. It keeps others on the same thread from coming in between; it is
// no mutex.
//
// Its states: free, or held by one; those who wait are in line.
//
// What the caller must do: all on one thread; release what was acquired, once;
// leave the Deferred of Acquire() to the lock to fire.
//
// What it promises: first come, first served (DF-63); Cancel() on a waiter's
// Deferred removes it. Whoever waits is let in by Release(), before that
// returns; but where a Release() further up the stack is letting somebody in,
// that one goes on with the line, so that stack use does not grow with it.
//
// Happens-before: none.
//
// Destruction: at any time, in a callback of its own too. All who wait fail
// with CancelledError; a Run() whose function has begun goes on.
class DeferredLock {
 public:
  DeferredLock() : line_(std::make_shared<TokenLine>(1)) {}
  DeferredLock(const DeferredLock&) = delete;
  DeferredLock& operator=(const DeferredLock&) = delete;
  ~DeferredLock() { line_->Close("the DeferredLock has been destroyed"); }

  // Fires when the lock is held: at once, if it is free.
  Deferred<void> Acquire() { return line_->Acquire(); }

  // Lets the next one in. std::logic_error if the lock is not held.
  void Release() { line_->Release("DeferredLock::Release"); }

  // Whether Acquire() would have to wait.
  bool locked() const { return line_->tokens() == 0; }

  // Acquires the lock, calls `callable(args...)`, and releases the lock when
  // the result is there: a value, a failure, or what a returned Deferred comes
  // to. Fires with that result. Callable and arguments are copied, or moved,
  // now. Cancelling it leaves the line, or cancels the returned Deferred.
  template <class F, class... Args>
  auto Run(F&& callable, Args&&... args) {
    RequireCallable("DeferredLock::Run", callable);
    return RunWithToken(line_, "DeferredLock::Run", std::forward<F>(callable),
                        std::forward<Args>(args)...);
  }

 private:
  const std::shared_ptr<TokenLine> line_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_LOCK_H_
