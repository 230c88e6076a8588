// SPDX-License-Identifier: Apache-2.0
#include "reference/reactor_pool.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "reference/log.h"
#include "reference/reference_thread_pool.h"

namespace heddle {
namespace {

std::unique_ptr<ThreadPool> MakeReferencePool(const PoolOptions& options) {
  return std::make_unique<ReferenceThreadPool>(options);
}

// What a suggested maximum makes of the configured size (RT-24).
PoolSizeChange SizeFor(PoolSize configured, int max) {
  return {.min = std::min(configured.min, max), .max = max};
}

void LogStillRunning(const ThreadPool& pool, const StopReport& report) {
  const std::string who = "shutdown waits for pool '" + pool.name() + "': ";
  for (const RunningTask& task : report.running) {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    const auto running_for = duration_cast<milliseconds>(task.running_for);
    Log({Severity::kWarning,
         who + "a task on worker '" + task.worker + "' has run for " +
             std::to_string(running_for.count()) + " ms",
         nullptr});
  }
  if (report.backlog == 0) return;
  Log({Severity::kWarning,
       who + std::to_string(report.backlog) + " tasks have not begun",
       nullptr});
}

}  // namespace

ReactorPool::ReactorPool(SystemEvents& events, PoolOptions options,
                         PoolFactory make,
                         std::optional<std::chrono::nanoseconds> grace)
    : events_(events),
      options_(std::move(options)),
      make_(make ? std::move(make) : MakeReferencePool),
      grace_(grace) {
  RequirePoolSize("ReactorOptions::pool_size", options_.size);
}

Submission ReactorPool::FindPool(std::shared_ptr<ThreadPool>& pool) {
  std::unique_lock lock(mutex_);
  while (!pool_ && !closed_) Make(lock);
  if (closed_) return Submission::Refused(Refusal::kReactorStopped);
  pool = pool_;
  return Submission::Accepted();
}

Submission ReactorPool::SuggestSize(int size) {
  if (size < 0) {
    throw std::invalid_argument("Reactor::SuggestThreadPoolSize: size is " +
                                std::to_string(size) +
                                ", must not be negative");
  }
  std::shared_ptr<ThreadPool> pool;
  const Submission found = FindPool(pool);
  if (found.accepted()) pool->AdjustPoolSize(SizeFor(options_.size, size));
  return found;
}

void ReactorPool::Open() {
  std::lock_guard lock(mutex_);
  open_ = true;
}

void ReactorPool::Hold() {
  std::lock_guard lock(mutex_);
  open_ = false;
}

void ReactorPool::Stop() {
  std::shared_ptr<ThreadPool> pool;
  TriggerId start_trigger;
  TriggerId stop_trigger;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    ready_.store(nullptr);
    pool = std::move(pool_);
    start_trigger = start_trigger_;
    stop_trigger = stop_trigger_;
  }
  if (!pool) return;
  // Those that have run are gone already.
  static_cast<void>(events_.Remove(start_trigger));
  static_cast<void>(events_.Remove(stop_trigger));
  if (grace_) {
    const StopReport report = pool->StopWithin(*grace_);
    if (!report.stopped) LogStillRunning(*pool, report);
  }
  pool->Stop();
}

void ReactorPool::Make(std::unique_lock<std::mutex>& lock) {
  if (maker_ == std::this_thread::get_id()) {
    throw std::logic_error(
        "ReactorOptions::make_pool uses the pool that it is to make");
  }
  if (maker_) {
    made_.wait(lock, [this] { return !maker_; });
    return;
  }
  maker_ = std::this_thread::get_id();
  const bool start = open_;
  lock.unlock();
  std::shared_ptr<ThreadPool> pool;
  try {
    pool = CallFactory(start);
  } catch (...) {
    lock.lock();
    maker_.reset();
    made_.notify_all();
    throw;
  }
  lock.lock();
  if (!closed_) Install(pool);
  const bool opened_meanwhile = open_ && !start;
  maker_.reset();
  made_.notify_all();
  lock.unlock();
  // The startup's triggers may have run without this one.
  if (opened_meanwhile) StartPool();
  pool.reset();  // the only one, if the reactor has stopped meanwhile
  lock.lock();
}

std::shared_ptr<ThreadPool> ReactorPool::CallFactory(bool start) const {
  std::shared_ptr<ThreadPool> pool = make_(options_);
  if (!pool) {
    throw std::logic_error("ReactorOptions::make_pool has made no pool");
  }
  if (start) pool->Start();
  return pool;
}

void ReactorPool::Install(std::shared_ptr<ThreadPool> pool) {
  pool_ = std::move(pool);
  ready_.store(pool_.get());
  if (!open_) {
    start_trigger_ = events_.Add(SystemEvent::kStartup, Phase::kAfter,
                                 MakeSystemTrigger([this] { StartPool(); }));
  }
  stop_trigger_ = events_.Add(SystemEvent::kShutdown, Phase::kDuring,
                              MakeSystemTrigger([this] { Stop(); }));
}

void ReactorPool::StartPool() {
  std::shared_ptr<ThreadPool> pool;
  {
    std::lock_guard lock(mutex_);
    pool = pool_;
  }
  if (pool) pool->Start();
}

}  // namespace heddle
