// SPDX-License-Identifier: Apache-2.0
//
// ThreadLoan: one thread at a time, on loan from oneTBB.
#ifndef HEDDLE_IMPLS_TBB_THREAD_LOAN_H_
#define HEDDLE_IMPLS_TBB_THREAD_LOAN_H_

#include <memory>

#include "impls/tbb/arena.h"

namespace heddle {

// What it is: an arena of oneTBB's with room for one worker thread and none for
// others. There is one arena for each thread, not one for all, because
// - an arena's size is fixed: a pool that grows would need another for more;
// - oneTBB wakes as many threads as an arena has room for, however little there
//   is to do: with room for 20, one task started 20 threads and took 1200 us of
//   processor time, against 1 thread and 190 us this way (2 processors).
// The price: a task that uses oneTBB's algorithms is alone in its arena.
//
// Its states: free, or in use from Use() until the body returns.
//
// What the caller must do: use it once at a time.
//
// What it promises: the body is called exactly once, never by Use() itself.
// Any number of loans, up to ArenaShare::Available(), can be in use at the same
// time, however long their bodies block.
//
// Happens-before: what a thread did before it called Use() is visible to the
// body: oneTBB sees to that, and ThreadSanitizer is told (tsan.h). For what the
// body did, its owner must find an ordering of his own.
//
// Destruction: once the body has nothing left to do but return; the thread may
// still be on its way back to oneTBB.
class ThreadLoan {
 public:
  using Body = void (*)(void* argument);

  ThreadLoan();
  ~ThreadLoan();

  ThreadLoan(const ThreadLoan&) = delete;
  ThreadLoan& operator=(const ThreadLoan&) = delete;

  // Has a thread of oneTBB's call body(argument), soon; see Arena.
  [[nodiscard]] Enqueued Use(Body body, void* argument);

 private:
  static void CallBody(void* self);

  std::unique_ptr<Arena> arena_;
  Body body_ = nullptr;
  void* argument_ = nullptr;
};

}  // namespace heddle

#endif  // HEDDLE_IMPLS_TBB_THREAD_LOAN_H_
