// SPDX-License-Identifier: Apache-2.0
#include "reference/thread_pool.h"

#include <cstdlib>
#include <stdexcept>

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

void ThreadPool::DumpStats() const {
  const PoolStats stats = Stats();
  const auto record = [this](const char* what, int count) {
    Log({Severity::kInfo,
         "pool '" + name_ + "': " + what + ": " + std::to_string(count),
         nullptr});
  };
  record("idle workers", stats.idle);
  record("busy workers", stats.busy);
  record("threads", stats.threads);
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
