// SPDX-License-Identifier: Apache-2.0
//
// The backend on trial: the one that is linked into this program.
#ifndef HEDDLE_CONFORMANCE_KIT_SUBJECT_H_
#define HEDDLE_CONFORMANCE_KIT_SUBJECT_H_

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "reference/backend.h"
#include "reference/thread_pool.h"

namespace heddle {

// For failure messages.
std::ostream& operator<<(std::ostream& out, const PoolStats& stats);
std::ostream& operator<<(std::ostream& out, PoolState state);
std::ostream& operator<<(std::ostream& out, PoolSize size);

}  // namespace heddle

namespace heddle::conformance {

// The backend. Only after RequireSubject().
const Backend& Subject();

// Exits with status 2, and says why, unless exactly one backend is linked and
// its factory makes a new pool: a broken subject is never skipped.
void RequireSubject();

// Destroys a pool for a rule. If the rule has failed, waiting tasks are let go
// first, or the pool could not stop.
struct PoolDeleter {
  void operator()(ThreadPool* pool) const;
};

// A unique_ptr which notes that a thread calls the pool through it, and from
// where (thread_events.h). What it returns from -> lives to the end of the whole
// expression; so what an expression does after the call counts as the call.
class PoolHandle : private std::unique_ptr<ThreadPool, PoolDeleter> {
 public:
  using unique_ptr::get;
  using unique_ptr::reset;
  using unique_ptr::unique_ptr;
  using unique_ptr::operator bool;
  using unique_ptr::operator*;

  class Call {
   public:
    Call(ThreadPool* pool, const void* code);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ThreadPool* operator->() const { return pool_; }

   private:
    ThreadPool* const pool_;
  };

  Call operator->() const;
};

// A fresh pool of the subject's, in state kNew. A rule that fails before it
// stopped the pool leaves that to the handle; declare what tasks use before it.
PoolHandle MakePool(int min, int max, const std::string& name = "");
PoolHandle MakePool(const PoolOptions& options);

// As above, without sizes: the defaults (TP-01).
PoolHandle MakeDefaultPool();

// The first snapshot of `pool` for which `predicate` holds; waits for it with
// patience. `what` completes "waited in vain for ...".
PoolStats AwaitStats(const ThreadPool& pool,
                     const std::function<bool(const PoolStats&)>& predicate,
                     const std::string& what);

// Waits with patience until `pool` has just as many workers.
void AwaitThreads(const ThreadPool& pool, int count);

// State, size and figures of the newest pool that MakePool made and that still
// exists, or that there is none. For a watchdog: any thread; may block if the
// pool does.
std::string DescribeNewestPool();

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_SUBJECT_H_
