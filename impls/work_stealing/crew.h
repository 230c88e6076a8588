// SPDX-License-Identifier: Apache-2.0
//
// Crew: the threads of a pool, from Start to the last join.
#ifndef HEDDLE_IMPLS_WORK_STEALING_CREW_H_
#define HEDDLE_IMPLS_WORK_STEALING_CREW_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "impls/work_stealing/brief_lock.h"
#include "impls/work_stealing/node_cache.h"
#include "impls/work_stealing/worker.h"
#include "impls/work_stealing/workplace.h"
#include "reference/pool_lifecycle.h"
#include "reference/pool_size.h"
#include "reference/thread_pool.h"

namespace heddle::work_stealing {

// What it is: who works in a pool. It makes workers when the census wants
// them, lets go those that may leave, and sees the stop through. Its lock is
// for these rare events; tasks come and go without it.
//
// Its states: the pool's (PoolState). While it stops:
//
//   workers left  backlog  what happens
//   some          some     they run it; one stays for it, max 0 or not
//   some          none     each finds out (census.h, MayLeave) and leaves
//   none          some     it had none when it was stopped: who stopped it
//                          refuses what is left
//   none          none     drained; Join collects the last thread
//
// What the caller must do: nothing; any thread may call anything, but Join
// not from a worker.
//
// What it promises: threads are counted once they exist and begin to work
// once they are counted, so a failure to create one leaves no trace (TP-51).
// Never more than max are made (TP-09). A thread that ends is joined by the
// next to end, or, once the pool stops, by Join: then all end at once. No user
// code runs under the lock.
//
// Happens-before: all that any worker did is visible after Join() == true.
//
// Destruction: after Join() == true; or never, in a child of fork().
class Crew {
 public:
  // `pool` is whose workers they are; see WorkerScope.
  Crew(const ThreadPool& pool, PoolSize size, std::size_t max_backlog = 0);

  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  Workplace& place() { return place_; }
  const Workplace& place() const { return place_; }

  // Opens the pool and makes the workers that are wanted. Throws
  // NoWorkerThread, and is then new as before, if some are and none can be
  // created; PoolStopped after a stop.
  void Start();

  // Makes the workers that are wanted now, as far as threads can be created.
  // Only if there is then no worker at all is that logged: as long as there
  // is one, tasks merely wait longer (TP-51).
  void Grow();

  // Makes one worker if the pool runs, may have one and has none; false if no
  // thread could be created.
  bool EnsureWorker();

  void Resize(PoolSizeChange change);

  // One worker more, or one less; see WorkerControl. StartAWorker throws
  // NoWorkerThread if no thread can be created.
  void StartAWorker();
  void StopAWorker();

  PoolSize size() const;

  void RequestStop();

  // Waits until the drain is over and every thread has ended: true; or until
  // `deadline`: false. Throws WouldDeadlock on a thread that is just refusing
  // the backlog: the drain waits for it.
  bool Join(std::optional<std::chrono::steady_clock::time_point> deadline);

  std::vector<RunningTask> RunningTasks() const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Seat {
    explicit Seat(Workplace& place) : worker(place) {}
    Worker worker;
    std::thread thread;  // guarded by mutex_
    // For the thread's cache, so that it can take a task from outside even if
    // there is no memory then.
    OwnedNode first_node;
    // Whether the thread has been counted; it begins then.
    BriefLock counting;
    bool counted = false;  // guarded by counting
    // The thread's; others may read it where they see its worker busy.
    std::string name;
  };

  // These want mutex_ held.
  bool GrowLocked();   // false if a thread could not be created
  bool AddWorker();    // likewise
  Seat* FreeSeat();
  void FinishIfJoined();
  // Joins what has ended and what still works, without the lock meanwhile.
  void JoinThreads(std::unique_lock<std::mutex>& lock);
  // Counts a thread that exists, unless it is counted. Who has made it does so,
  // with mutex_ held until then, and the thread itself: neither has to wait for
  // the other to run.
  void CountOnce(Seat& seat);

  // The body of a worker's thread.
  void Main(Seat& seat, int ordinal);
  // Gives the seat up if the worker may leave; whether it did.
  bool Leave(Seat& seat);
  // Refuses what no worker will run, and lets Join go on.
  void EndDrain();

  const ThreadPool& pool_;
  Workplace place_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  // drained_, joining_
  // All guarded by mutex_.
  PoolLifecycle lifecycle_;
  PoolSize size_;  // as asked for; place_.census.limits() is what applies
  std::vector<std::unique_ptr<Seat>> seats_;
  std::vector<Seat*> free_seats_;
  int next_ordinal_ = 0;
  std::vector<std::thread> ended_;  // have left, and are not yet joined
  bool joining_ = false;            // a Join joins them
  bool drained_ = false;            // EndDrain has returned
  std::thread::id refusing_;        // the thread in EndDrain
  Clock::time_point stop_requested_{};
};

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_CREW_H_
