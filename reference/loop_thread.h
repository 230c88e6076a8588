// SPDX-License-Identifier: Apache-2.0
//
// Which thread runs a loop, and catching calls from others.
#ifndef HEDDLE_REFERENCE_LOOP_THREAD_H_
#define HEDDLE_REFERENCE_LOOP_THREAD_H_

#include <atomic>
#include <mutex>
#include <string>

namespace heddle {

// What it is: the place of the one thread that is inside a loop.
//
// Its states: free, or taken by a thread.
//
// What the caller must do: Leave() on the thread for which Enter() was true,
// before that thread ends.
//
// What it promises: at most one thread is inside; IsCurrent() and Require()
// are right on every thread at any time, for one load and a comparison.
//
// Happens-before: Leave before the Enter that follows.
//
// Destruction: while it is free.
class LoopThread {
 public:
  LoopThread() = default;
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  // Makes this thread the one inside; false if there is one already.
  [[nodiscard]] bool Enter();
  void Leave();

  bool IsCurrent() const;

  // Throws WrongThread, naming `function` and both threads, if another thread
  // is inside (BT-20).
  void Require(const char* function) const;

 private:
  // Apart, so that Require needs no frame.
  [[noreturn, gnu::cold, gnu::noinline]] void ThrowOnOtherThread(
      const char* function) const;

  // Identifies the thread inside, or null.
  std::atomic<const void*> inside_ = nullptr;
  mutable std::mutex mutex_;
  std::string name_;  // of the thread that entered last; with the mutex
};

// The current thread's name and number, for people.
std::string DescribeCurrentThread();

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_LOOP_THREAD_H_
