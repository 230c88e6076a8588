// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/worker.h"

#include <span>

#include "impls/work_stealing/node_cache.h"

namespace heddle::work_stealing {
namespace {

thread_local Worker* current = nullptr;

// A prime, so that it does not fall into step with periodic work. Often enough
// that waiting is bounded, rarely enough that it costs nothing.
constexpr std::uint32_t kTurn = 61;

// Values of began_ that are not times.
constexpr std::int64_t kIdle = 0;
constexpr std::int64_t kSomeTimeAgo = 1;

}  // namespace

void Worker::Work() {
  current = this;
  while (!place_.census.MayLeaveNow()) {
    if (TaskNode* node = Find()) {
      RunFrom(node);
    } else {
      Rest();
    }
  }
  current = nullptr;
}

Worker* Worker::Current(const Workplace& place) {
  return current != nullptr && &current->place_ == &place ? current : nullptr;
}

void Worker::HandOver() {
  bool moved = false;
  while (TaskNode* node = deque_.Steal()) {
    place_.injection.Push(node);  // W1
    moved = true;
  }
  // Between Steal and Push a worker may have looked and gone to sleep.
  if (moved) place_.lot.WakeOne();  // W2, W3
}

Census::Admission Worker::Submit(TaskNode* node) {
  const Census::Admission admission = place_.census.Admit();
  if (admission.answer == Census::Answer::kAdmitted) deque_.Push(node);
  return admission;
}

void Worker::RunFrom(TaskNode* node) {
  Counts counts = place_.census.Take();
  for (;;) {
    PassOn(counts);
    // Only a pool that stops is ever asked for how long; a running one does
    // not pay for the clock.
    began_.store(counts.state == PoolState::kStopping
                     ? std::chrono::steady_clock::now()
                           .time_since_epoch()
                           .count()
                     : kSomeTimeAgo,
                 std::memory_order_release);
    const TaskEnding ending = Run(node);
    began_.store(kIdle, std::memory_order_release);
    const bool too_many =
        place_.census.Read().threads > place_.census.limits().max;
    node = too_many ? nullptr : Find();
    if (node == nullptr) {
      CountEnd(ending, [this] { return place_.census.End(); });
      return;
    }
    counts = CountEnd(ending, [this] { return place_.census.EndAndTake(); });
  }
}

TaskEnding Worker::Run(TaskNode* node) {
  const TaskEnding ending = node->task.Run();
  NodeCache::Recycle(node);
  return ending;
}

void Worker::PassOn(const Counts& counts) {
  if (counts.backlog > 0) {
    place_.lot.WakeOne();
  } else if (counts.state == PoolState::kStopping) {
    place_.lot.WakeAll();
  }
}

// The census has no room for the tasks that ended, so they are counted here,
// in a way that lets a reader combine both exactly:
//
//   E1 make ended_ odd        R1 read ended_ of all workers: all even
//   E2 step the census        R2 read the census
//   E3 make ended_ even       R3 read ended_ of all again: the same
//
// Must be impossible: R2 sees E2, and R1 and R3 both miss that end, or the
// other way round. A reader whose R2 sees E2 sees E1 in R3; one whose R1 sees
// E3 sees E2 in R2. Failures are counted between E1 and E2, so they belong to
// the same picture: who sees one in R1 or R3 sees E1 in R3.
template <class Step>
Counts Worker::CountEnd(TaskEnding ending, Step step) {
  const std::uint64_t ended = ended_.load(std::memory_order_relaxed);  // own
  // Relaxed: E2, whose release R2 acquires, publishes it.
  ended_.store(ended + 1, std::memory_order_relaxed);  // E1
  if (ending == TaskEnding::kFailed) {
    // Release: who reads it sees E1. Relaxed: own.
    failed_.store(failed_.load(std::memory_order_relaxed) + 1,
                  std::memory_order_release);
  }
  const Counts counts = step();                        // E2
  ended_.store(ended + 2, std::memory_order_release);  // E3
  return counts;
}

std::optional<EndedTasks> Worker::Ended() const {
  const std::uint64_t ended = ended_.load(std::memory_order_acquire);
  if (ended % 2 != 0) return std::nullopt;
  return EndedTasks{.all = ended / 2,
                    .failed = failed_.load(std::memory_order_acquire)};
}

std::optional<std::chrono::steady_clock::time_point> Worker::BusySince(
    std::chrono::steady_clock::time_point began_before) const {
  using Time = std::chrono::steady_clock::time_point;
  const std::int64_t began = began_.load(std::memory_order_acquire);
  if (began == kIdle) return std::nullopt;
  if (began == kSomeTimeAgo) return began_before;
  return Time(Time::duration(began));
}

TaskNode* Worker::Find() {
  if (++searches_ % kTurn == 0) {
    if (TaskNode* node = FindInTurn()) return node;
  }
  if (TaskNode* node = deque_.Pop()) return node;
  if (TaskNode* node = place_.injection.Pop()) return node;
  return StealFromOthers();
}

TaskNode* Worker::FindInTurn() {
  switch (++turns_ % 3) {
    case 0:
      return place_.injection.Pop();
    case 1:
      return deque_.Steal();
    default:
      return StealFromOthers();
  }
}

TaskNode* Worker::StealFromOthers() {
  const std::span<Worker* const> workers = place_.workers.All();
  // Each time another one first: every deque gets its turn.
  ++victim_;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    Worker* const victim = workers[(victim_ + i) % workers.size()];
    if (victim == this) continue;
    if (TaskNode* node = victim->Steal()) return node;
  }
  return nullptr;
}

void Worker::Rest() {
  place_.lot.Announce(sleeper_);                      // S1
  if (place_.census.MayLeaveNow() || SeesWork()) {    // S2
    place_.lot.Withdraw(sleeper_);
  } else {
    place_.lot.Sleep(sleeper_);                       // S3
  }
}

bool Worker::SeesWork() const {
  if (!place_.injection.LooksEmpty()) return true;
  for (const Worker* worker : place_.workers.All()) {
    if (worker->HasTasks()) return true;
  }
  return false;
}

}  // namespace heddle::work_stealing
