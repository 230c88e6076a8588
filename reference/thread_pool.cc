// SPDX-License-Identifier: Apache-2.0
#include "reference/thread_pool.h"

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "reference/errors.h"
#include "reference/log.h"
#include "reference/worker_scope.h"

namespace heddle {

void ThreadPool::RequireOriginalProcess(const char* function) const {
  if (process_.IsOriginal()) return;
  throw UsedInForkedChild(std::string(function) + ": " +
                          Describe(Refusal::kForkedChild));
}

void ThreadPool::RequireStoppable(const char* function) const {
  RequireOriginalProcess(function);
  if (WorkerScope::CurrentPool() == this) {
    throw WouldDeadlock(std::string(function) +
                        ": called on one of the pool's own workers; "
                        "use RequestStop there");
  }
}

void ThreadPool::Stop() {
  RequireStoppable("ThreadPool::Stop");
  RequestStop();
  Join(std::nullopt);
}

StopReport ThreadPool::StopWithin(std::chrono::nanoseconds timeout) {
  RequireStoppable("ThreadPool::StopWithin");
  if (timeout < timeout.zero()) {
    throw std::invalid_argument("ThreadPool::StopWithin: timeout is " +
                                std::to_string(timeout.count()) +
                                " ns, must not be negative");
  }
  using Clock = std::chrono::steady_clock;
  const Clock::time_point now = Clock::now();
  const bool forever = timeout >= Clock::time_point::max() - now;
  RequestStop();
  if (Join(forever ? std::nullopt : std::optional(now + timeout))) {
    return {.stopped = true};
  }
  return {.stopped = false,
          .running = RunningTasks(),
          .backlog = Stats().backlog};
}

// Release: what a thread had accepted before this refusal is in the figures of
// whoever sees it counted.
void ThreadPool::CountRefusal() {
  refused_.fetch_add(1, std::memory_order_release);
}

// No refusal was counted while the backend told its figures, so all of them
// held at the instant when the backend's did.
PoolStats ThreadPool::Stats() const {
  RequireOriginalProcess("ThreadPool::Stats");
  for (;;) {
    const std::uint64_t refused = refused_.load(std::memory_order_acquire);
    PoolStats stats = Figures();
    stats.refused = refused_.load(std::memory_order_acquire);
    if (stats.refused == refused) return stats;
    std::this_thread::yield();
  }
}

void ThreadPool::DumpStats() const {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  const PoolStats stats = Stats();
  const auto record = [this](const char* what, const std::string& figures) {
    Log({Severity::kInfo, "pool '" + name_ + "': " + what + ": " + figures,
         nullptr});
  };
  const std::string threads =
      std::to_string(stats.threads) + "; backlog " +
      std::to_string(stats.backlog) + ", the oldest waits for " +
      std::to_string(duration_cast<milliseconds>(stats.oldest_wait).count()) +
      " ms; completed " + std::to_string(stats.completed) + ", failed " +
      std::to_string(stats.failed) + "; refused " +
      std::to_string(stats.refused);
  record("idle workers", std::to_string(stats.idle));
  record("busy workers", std::to_string(stats.busy));
  record("threads", threads);
}

bool ThreadPool::StopBeforeDestruction() noexcept {
  if (!process_.IsOriginal()) return false;
  try {
    Stop();
    return true;
  } catch (...) {
    LogException("a thread pool cannot be destroyed here",
                 std::current_exception());
    std::abort();
  }
}

}  // namespace heddle
