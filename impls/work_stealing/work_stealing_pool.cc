// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/work_stealing_pool.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "impls/work_stealing/node_cache.h"
#include "impls/work_stealing/worker.h"
#include "reference/coarse_clock.h"

namespace heddle::work_stealing {
namespace {

// How long the oldest task in any queue has waited. The injection queue also
// holds what workers that left have handed over, in the order of its arrival
// there; the first in line stands for all, as it does in each batch that a
// worker has claimed.
std::chrono::nanoseconds OldestWait(const Workplace& place) {
  std::chrono::nanoseconds oldest = CoarseNow();
  const std::chrono::nanoseconds now = oldest;
  const auto look = [&](std::optional<std::chrono::nanoseconds> submitted) {
    if (submitted) oldest = std::min(oldest, *submitted);
  };
  look(place.injection.OldestSubmitted());
  for (const Worker* worker : place.workers.All()) {
    look(worker->OldestClaimedSubmitted());
    look(worker->OldestSubmitted());
  }
  return now - oldest;
}

Refusal RefusalFor(Census::Answer answer) {
  switch (answer) {
    case Census::Answer::kFull:
      return Refusal::kBacklogFull;
    case Census::Answer::kNeedsWorker:
      return Refusal::kNoWorkerThread;
    default:
      return Refusal::kPoolStopped;
  }
}

}  // namespace

WorkStealingPool::WorkStealingPool(const PoolOptions& options)
    : ThreadPool(options.name),
      crew_(std::make_unique<Crew>(*this, options.size, options.max_backlog)) {}

WorkStealingPool::~WorkStealingPool() {
  if (!StopBeforeDestruction()) static_cast<void>(crew_.release());
}

void WorkStealingPool::Start() {
  RequireOriginalProcess("ThreadPool::Start");
  crew_->Start();
}

void WorkStealingPool::AdjustPoolSize(PoolSizeChange change) {
  RequireOriginalProcess("ThreadPool::AdjustPoolSize");
  crew_->Resize(change);
}

void WorkStealingPool::RequestStop() {
  RequireOriginalProcess("ThreadPool::RequestStop");
  crew_->RequestStop();
}

std::vector<RunningTask> WorkStealingPool::RunningTasks() const {
  RequireOriginalProcess("ThreadPool::RunningTasks");
  return crew_->RunningTasks();
}

void WorkStealingPool::StartAWorker() {
  RequireOriginalProcess("WorkerControl::StartAWorker");
  crew_->StartAWorker();
}

void WorkStealingPool::StopAWorker() {
  RequireOriginalProcess("WorkerControl::StopAWorker");
  crew_->StopAWorker();
}

bool WorkStealingPool::Join(
    std::optional<std::chrono::steady_clock::time_point> deadline) {
  return crew_->Join(deadline);
}

PoolState WorkStealingPool::State() const {
  RequireOriginalProcess("ThreadPool::State");
  return crew_->place().census.standing().state;
}

PoolSize WorkStealingPool::Size() const {
  RequireOriginalProcess("ThreadPool::Size");
  return crew_->size();
}

// The wait is looked up after the counts: the queues are not in the picture.
PoolStats WorkStealingPool::Figures() const {
  RequireOriginalProcess("ThreadPool::Stats");
  const Workplace& place = crew_->place();
  const Counts counts = place.census.Read();
  return {.threads = counts.threads,
          .idle = counts.idle(),
          .busy = counts.busy,
          .backlog = static_cast<std::size_t>(counts.backlog),
          .completed = counts.completed,
          .failed = counts.failed,
          .oldest_wait = counts.backlog == 0
                             ? std::chrono::nanoseconds::zero()
                             : OldestWait(place)};
}

Submission WorkStealingPool::Submit(Task&& task) {
  Workplace& place = crew_->place();
  if (place.census.standing().state >= PoolState::kStopping) {
    return Submission::Refused(Refusal::kPoolStopped);
  }
  Worker* const self = Worker::Current(place);
  if (self != nullptr) self->Reserve();
  // Into the node before any lock is taken: moving runs the caller's code.
  OwnedNode node(NodeCache::Make(std::move(task)));
  const Census::Answer answer = AdmitAndEnqueue(self, node.get());
  if (answer != Census::Answer::kAdmitted) [[unlikely]] {
    task = std::move(node->task);
    return Submission::Refused(RefusalFor(answer));
  }
  static_cast<void>(node.release());  // a queue's now, or gone already
  place.lot.WakeForTask();            // W2, W3
  // A2: after the admission, in one order with Resize, which stores the limits
  // and then counts the backlog: one of them sees the other and makes the
  // worker.
  if (place.census.WantsWorkerNow()) crew_->Grow();
  return Submission::Accepted();
}

Census::Answer WorkStealingPool::AdmitAndEnqueue(Worker* self, TaskNode* node) {
  Workplace& place = crew_->place();
  for (;;) {
    Census::Answer answer;
    {
      const std::unique_lock turn = place.census.PrepareToCount();
      if (self != nullptr) {
        answer = self->Submit(node);
      } else {
        place.injection.PushIf(node, [&] {
          answer = place.census.Admit();
          return answer == Census::Answer::kAdmitted;
        });
      }
    }
    // The first worker comes before the task: if none can be created, the
    // task has not been accepted, and nobody has seen it (TP-51).
    if (answer != Census::Answer::kNeedsWorker || !crew_->EnsureWorker()) {
      return answer;
    }
  }
}

}  // namespace heddle::work_stealing
