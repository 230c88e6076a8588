// SPDX-License-Identifier: Apache-2.0
#include "reference/stall_detector.h"

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string>

#include "reference/log.h"

namespace heddle {
namespace {

constexpr int kLooksInAThreshold = 4;

Seconds RequireThreshold(Seconds threshold) {
  if (std::isfinite(threshold.count()) && threshold > threshold.zero()) {
    return threshold;
  }
  throw std::invalid_argument("StallDetector: threshold is " +
                              std::to_string(threshold.count()) +
                              " s, must be positive and finite");
}

std::string Milliseconds(std::chrono::nanoseconds time) {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  return std::to_string(duration_cast<milliseconds>(time).count()) + " ms";
}

}  // namespace

StallDetector::StallDetector(Scheduler& scheduler, const ThreadPool& pool,
                             Seconds threshold)
    : scheduler_(scheduler),
      pool_(pool),
      threshold_(RequireThreshold(threshold)) {
  LookLater();
}

StallDetector::~StallDetector() {
  if (next_look_.active()) next_look_.Cancel();
}

void StallDetector::LookLater() {
  next_look_ = scheduler_.CallLater(threshold_ / kLooksInAThreshold,
                                    [this] { Look(); });
}

// The next look is arranged first: the log sink may take its time, or throw.
void StallDetector::Look() {
  LookLater();
  const PoolStats stats = pool_.Stats();
  const bool blocked = stats.busy > 0 && stats.idle == 0 && stats.backlog > 0;
  // A task that was begun shows in one of the two, as does one that has ended.
  const bool moved = stats.completed != completed_ || stats.busy != busy_;
  completed_ = stats.completed;
  busy_ = stats.busy;
  if (!blocked) {
    looks_ = 0;
  } else if (moved || looks_ == 0) {
    looks_ = 1;
  } else if (looks_ <= kLooksInAThreshold) {
    // The first look found it when it had begun already, so this many more
    // have seen all of the threshold.
    if (++looks_ > kLooksInAThreshold) Report(stats);
  }
}

void StallDetector::Report(const PoolStats& stats) const {
  std::string message =
      "pool '" + pool_.name() + "' is stalled: all of its " +
      std::to_string(stats.threads) + " workers are busy, " +
      std::to_string(stats.backlog) + " tasks wait, the oldest for " +
      Milliseconds(stats.oldest_wait) + ", and for " +
      std::to_string(threshold_.count()) +
      " s none has ended or begun; completed " +
      std::to_string(stats.completed) + ", failed " +
      std::to_string(stats.failed) + ", refused " +
      std::to_string(stats.refused) + "; running:";
  for (const RunningTask& task : pool_.RunningTasks()) {
    message += " '" + task.worker + "' for " + Milliseconds(task.running_for) +
               ";";
  }
  message.pop_back();
  Log({Severity::kWarning, message, nullptr});
}

}  // namespace heddle
