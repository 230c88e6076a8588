// SPDX-License-Identifier: Apache-2.0
//
// Which pool the current thread works for, and under what name.
#ifndef HEDDLE_REFERENCE_WORKER_SCOPE_H_
#define HEDDLE_REFERENCE_WORKER_SCOPE_H_

#include <string>
#include <string_view>

namespace heddle {

class ThreadPool;

// Marks the current thread as a worker of a pool for the object's lifetime. A
// backend opens one at the top of each worker thread, or around each task if
// the threads are not its own. It is how Stop() knows that it was called on a
// worker (TP-45) and how a worker gets its name (TP-50).
class WorkerScope {
 public:
  // `ordinal` is unique in the pool's lifetime, from 0. The full name is
  // "PoolThread-<pool name>-<ordinal>", or with the pool's address where it
  // has no name; the operating system shows its last 15 bytes.
  WorkerScope(const ThreadPool& pool, int ordinal);

  // As above for a thread that is not the pool's own: it is not renamed.
  explicit WorkerScope(const ThreadPool& pool);

  ~WorkerScope();

  WorkerScope(const WorkerScope&) = delete;
  WorkerScope& operator=(const WorkerScope&) = delete;

  // The pool whose worker the current thread is, or null.
  static const ThreadPool* CurrentPool();

  // The current worker's full name; empty on other threads and on workers
  // whose threads are not their pool's own. Valid while the scope lives.
  static std::string_view CurrentName();

 private:
  const ThreadPool& pool_;
  const std::string name_;
  const WorkerScope* const outer_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_WORKER_SCOPE_H_
