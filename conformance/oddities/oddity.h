// SPDX-License-Identifier: Apache-2.0
//
// Oddity: what the contract leaves a pool free to choose.
#ifndef HEDDLE_CONFORMANCE_ODDITIES_ODDITY_H_
#define HEDDLE_CONFORMANCE_ODDITIES_ODDITY_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "reference/backend.h"
#include "reference/task.h"
#include "reference/thread_pool.h"

namespace heddle::oddities {

// A task that no worker has been given yet.
struct Waiting {
  Task task;
  std::thread::id submitter;
};

// A thread, from where an oddity takes it.
class ThreadHandle {
 public:
  virtual ~ThreadHandle() = default;
  // Returns when the thread has done what it was made for. Once.
  virtual void Join() = 0;
};
using OddThread = std::unique_ptr<ThreadHandle>;

// The free choices of an OddPool, which has one of these for itself; each
// default is what a plain pool does. All but Between() is called with the
// pool's mutex held, and none may use the pool.
class Oddity {
 public:
  virtual ~Oddity() = default;

  // Which of the tasks, in the order of submission and at least one, is handed
  // out next. On the worker that takes it, or on the thread that starts one.
  virtual std::size_t NextTask(const std::deque<Waiting>&) { return 0; }

  // Which of `idle` workers, in the order of becoming idle and at least one, is
  // given the task that has just come.
  virtual std::size_t NextWorker(std::size_t idle) { return idle - 1; }

  // How many workers there are at least: `min` where the pool is elastic.
  virtual int Least(int min) { return min; }

  // Whether a worker leaves whose task has ended: there is nothing left to do,
  // or a new worker will take its place. `others` is how many would be left.
  virtual bool Leaves(bool /*nothing_waits*/, int /*others*/) { return false; }

  // Of `others`, busy workers since before max was lowered, how many are left to
  // leave after their tasks, when one whose task has ended could leave instead.
  virtual int LeftToLeave(int /*others*/) { return 0; }

  // Whether idle workers go down to min where max is lowered below their count.
  virtual bool ShrinksToMin() { return false; }

  // Whether a worker that comes starts another, while there is room.
  virtual bool BringsAnother() { return false; }

  // A thread that calls `body`. Throws std::system_error if there is none.
  virtual OddThread NewThread(std::function<void()> body);

  // Waits to be woken; may return for no reason.
  virtual void Wait(std::condition_variable& woken,
                    std::unique_lock<std::mutex>& lock) {
    woken.wait(lock);
  }

  // Called between any two steps of the pool, on any of its threads and
  // callers, without the mutex.
  virtual void Between() {}

  // What Stats() tells, until the pool has stopped.
  virtual PoolStats Report(const PoolStats& exact) { return exact; }
};

}  // namespace heddle::oddities

#endif  // HEDDLE_CONFORMANCE_ODDITIES_ODDITY_H_
