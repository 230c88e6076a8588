// SPDX-License-Identifier: Apache-2.0
//
// DeferredSemaphore: so many at a time, without a thread that waits.
#ifndef HEDDLE_REFERENCE_DEFERRED_SEMAPHORE_H_
#define HEDDLE_REFERENCE_DEFERRED_SEMAPHORE_H_

#include <memory>
#include <utility>

#include "reference/callable.h"
#include "reference/deferred.h"
#include "reference/token_line.h"

namespace heddle {

// As DeferredLock, with several tokens: what deferred_lock.h says of holding
// the lock holds for a token. Limits, say, how many pages are fetched at once.
class DeferredSemaphore {
 public:
  // Throws std::invalid_argument unless `tokens` >= 1.
  explicit DeferredSemaphore(int tokens);
  DeferredSemaphore(const DeferredSemaphore&) = delete;
  DeferredSemaphore& operator=(const DeferredSemaphore&) = delete;
  ~DeferredSemaphore();

  // Fires when a token has been taken: at once, if one is free.
  Deferred<void> Acquire() { return line_->Acquire(); }

  // Gives a token back, to the next in line. std::logic_error if none is taken.
  void Release() { line_->Release("DeferredSemaphore::Release"); }

  // Free tokens; and how many there are in all.
  int tokens() const { return line_->tokens(); }
  int limit() const { return line_->limit(); }

  // As DeferredLock::Run.
  template <class F, class... Args>
  auto Run(F&& callable, Args&&... args) {
    RequireCallable("DeferredSemaphore::Run", callable);
    return RunWithToken(line_, "DeferredSemaphore::Run",
                        std::forward<F>(callable), std::forward<Args>(args)...);
  }

 private:
  const std::shared_ptr<TokenLine> line_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_SEMAPHORE_H_
