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

// From outside. Moves from `task` only if it is admitted.
Census::Answer Push(Workplace& place, Task& task) {
  Census::Answer answer = place.census.JudgeOutside();
  if (answer != Census::Answer::kAdmitted) return answer;
  place.injection.PushIf(std::move(task), [&] {
    answer = place.census.Confirm();
    return answer == Census::Answer::kAdmitted;
  });
  return answer;
}

// Calls `enqueue`, which admits and enqueues or says why not, in its turn.
template <class Enqueue>
Census::Answer AdmitAndEnqueue(Crew& crew, Enqueue enqueue) {
  Workplace& place = crew.place();
  for (;;) {
    Census::Answer answer;
    {
      const std::unique_lock turn = place.census.PrepareToCount();
      answer = enqueue();
    }
    // The first worker comes before the task: if none can be created, the
    // task has not been accepted, and nobody has seen it (TP-51).
    if (answer != Census::Answer::kNeedsWorker || !crew.EnsureWorker()) {
      return answer;
    }
  }
}

// From a task of `self`.
Census::Answer EnqueueInside(Crew& crew, Worker& self, Task& task) {
  self.Reserve();
  // Into the node before any lock is taken: moving runs the caller's code.
  OwnedNode node(NodeCache::Make(std::move(task)));
  const Census::Answer answer =
      AdmitAndEnqueue(crew, [&] { return self.Submit(node.get()); });
  if (answer == Census::Answer::kAdmitted) {
    static_cast<void>(node.release());  // a queue's now, or gone already
  } else {
    task = std::move(node->task);
  }
  return answer;
}

// After the admission and the enqueueing.
[[gnu::always_inline]] inline void CallForWorkers(Crew& crew) {
  Workplace& place = crew.place();
  place.lot.WakeForTask();  // W2, W3
  // A2: after the admission, in one order with Resize, which stores the limits
  // and then counts the backlog: one of them sees the other and makes the
  // worker.
  if (place.census.WantsWorkerNow()) [[unlikely]] crew.Grow();
}

// Whatever the census is.
[[gnu::noinline]] Submission SubmitWithCare(Crew& crew, Task& task) {
  Workplace& place = crew.place();
  if (place.census.standing().state >= PoolState::kStopping) {
    return Submission::Refused(Refusal::kPoolStopped);
  }
  Worker* const self = Worker::Current(place);
  const Census::Answer answer =
      self != nullptr
          ? EnqueueInside(crew, *self, task)
          : AdmitAndEnqueue(crew, [&] { return Push(place, task); });
  if (answer != Census::Answer::kAdmitted) {
    return Submission::Refused(RefusalFor(answer));
  }
  CallForWorkers(crew);
  return Submission::Accepted();
}

// With a node that was not admitted: the census is no longer plain.
[[gnu::cold, gnu::noinline]] Submission TryAgain(Crew& crew, TaskNode* node,
                                                 Task& task) {
  task = std::move(node->task);
  NodeCache::Recycle(node);
  return SubmitWithCare(crew, task);
}

// The short ways, when the census is plain. Apart from one another and from
// what is rare, so that each keeps what it needs in registers.
[[gnu::noinline]] Submission SubmitInside(Crew& crew, Worker& self,
                                          Task& task) {
  self.Reserve();
  TaskNode* const node = NodeCache::Make(std::move(task));
  if (self.SubmitPlain(node) != Census::Answer::kAdmitted) [[unlikely]] {
    return TryAgain(crew, node, task);
  }
  CallForWorkers(crew);
  return Submission::Accepted();
}

[[gnu::noinline]] Submission SubmitOutside(Crew& crew, Task& task) {
  Workplace& place = crew.place();
  const auto admit = [&place] {
    return place.census.Confirm() == Census::Answer::kAdmitted;
  };
  if (!place.injection.PushIf(std::move(task), admit)) [[unlikely]] {
    return SubmitWithCare(crew, task);
  }
  CallForWorkers(crew);
  return Submission::Accepted();
}

Submission SubmitTo(Crew& crew, Task&& task) {
  const Workplace& place = crew.place();
  if (!place.census.IsPlain()) [[unlikely]] return SubmitWithCare(crew, task);
  Worker* const self = Worker::Current(place);
  return self != nullptr ? SubmitInside(crew, *self, task)
                         : SubmitOutside(crew, task);
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
  return SubmitTo(*crew_, std::move(task));
}

}  // namespace heddle::work_stealing
