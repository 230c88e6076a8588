// SPDX-License-Identifier: Apache-2.0
//
// ReactorPool: the life of a reactor's own thread pool.
#ifndef HEDDLE_REFERENCE_REACTOR_POOL_H_
#define HEDDLE_REFERENCE_REACTOR_POOL_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "reference/backend.h"
#include "reference/pool_size.h"
#include "reference/submission.h"
#include "reference/system_events.h"
#include "reference/thread_pool.h"

namespace heddle {

// What it is: the pool a reactor makes when it is first wanted, starts when
// its startup is over and stops in its shutdown.
//
// Its states, beside having a pool or none:
//
//             Open()     Hold()      Stop()       FindPool()
//   held      -> open    no change   -> closed    a pool; a new one starts in
//                                                 the after phase of startup
//   open      no change  -> held     -> closed    a pool; a new one starts now
//   closed    no change  no change   no change    refused
//
// What the caller must do: call Open() as the after phase of startup begins,
// and Stop() when the during phase of shutdown has ended, at the latest.
//
// What it promises: one pool (RT-22). Its start and its stop are triggers,
// added when it is made, so that they come in turn with the user's (RT-20,
// RT-27); both are gone when the pool is (RT-26).
//
// Happens-before: what FindPool hands out is made and, if open, started.
//
// Destruction: after Stop(), while no thread is in a member function.
class ReactorPool {
 public:
  // `events` must outlive this. An empty `make` stands for the reference pool.
  // Throws std::invalid_argument for an illegal size.
  ReactorPool(SystemEvents& events, PoolOptions options, PoolFactory make,
              std::optional<std::chrono::nanoseconds> grace);

  ReactorPool(const ReactorPool&) = delete;
  ReactorPool& operator=(const ReactorPool&) = delete;

  // Any thread: the pool, made if need be. Refused with kReactorStopped once
  // stopped. Throws what the factory throws; std::logic_error if that makes no
  // pool, or wants this one while making it.
  Submission FindPool(std::shared_ptr<ThreadPool>& pool);

  // The reactor's thread, which is the one that stops the pool: the pool, if
  // there is one. It costs no lock.
  ThreadPool* Ready() const { return ready_.load(std::memory_order_acquire); }

  // Any thread: at most `size` workers, and at least min(the configured
  // minimum, size) (RT-24). Else as FindPool; std::invalid_argument, and no
  // pool is made, if negative.
  Submission SuggestSize(int size);

  // --- The reactor's thread ---

  void Open();
  void Hold();

  // Stops and joins the pool, and drops it (RT-25, RT-26). After the grace, if
  // there is one, logs what still runs, and goes on waiting (BT-09).
  void Stop();

 private:
  // Makes the pool, or waits until another thread has tried. Gives the lock up
  // meanwhile.
  void Make(std::unique_lock<std::mutex>& lock);
  std::shared_ptr<ThreadPool> CallFactory(bool start) const;
  // With the mutex.
  void Install(std::shared_ptr<ThreadPool> pool);
  void StartPool();

  SystemEvents& events_;
  const PoolOptions options_;
  const PoolFactory make_;
  const std::optional<std::chrono::nanoseconds> grace_;

  std::mutex mutex_;
  std::condition_variable made_;
  std::shared_ptr<ThreadPool> pool_;  // with the mutex, as all that follows
  std::atomic<ThreadPool*> ready_ = nullptr;  // written with the mutex
  TriggerId start_trigger_;
  TriggerId stop_trigger_;
  std::optional<std::thread::id> maker_;  // who makes the pool now
  bool open_ = false;
  bool closed_ = false;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_REACTOR_POOL_H_
