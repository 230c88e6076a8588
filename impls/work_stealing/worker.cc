// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/worker.h"

#include <algorithm>
#include <span>
#include <thread>
#include <utility>

#include "impls/work_stealing/brief_lock.h"
#include "impls/work_stealing/node_cache.h"
#include "reference/processors.h"

namespace heddle::work_stealing {
namespace {

// How long a search may take: about what it costs to wake a thread on another
// core, so that at worst twice of that is spent.
constexpr std::chrono::microseconds kSearch(50);
constexpr int kPausesPerLook = 8;
constexpr int kLooksPerClock = 16;

// So many tasks pay for a claim. If fewer come, and within so short a time, a
// worker waits before it looks again, for up to so many pauses.
constexpr std::size_t kGathered = 8;
constexpr std::chrono::microseconds kGatherWithin(2);
constexpr int kLongestGather = 64;

// More between two readings of the clock, and the searcher did not run. Three
// such searches among a few dozen, and it does without for kSleepsFirst.
constexpr std::chrono::microseconds kInterruption(500);
constexpr int kInterruptionWeight = 16;
constexpr int kInterruptionLimit = 2 * kInterruptionWeight;
constexpr int kSleepsFirst = 1024;

// Where there is one core a search would keep from it who could end it.
bool SearchingPays() {
  static const bool pays = UsableProcessors() > 1;
  return pays;
}

}  // namespace

constinit thread_local Worker* Worker::current_ = nullptr;

Worker::Worker(Workplace& place) : place_(place), habit_(kSearch) {}

void Worker::Work() {
  current_ = this;
  place_.lot.JoinSearch();                                          // L1
  searching_ = true;
  may_search_ = true;
  habit_ = WaitingHabit(kSearch);
  learns_asleep_ = false;
  interruptions_ = 0;
  sleeps_first_ = 0;
  while (!place_.census.MayLeaveNow()) {
    TaskNode* node = Find();
    if (node == nullptr) node = Search();
    if (node != nullptr) {
      RunFrom(node);
    } else {
      Rest();
    }
  }
  if (searching_) EndSearch();
  current_ = nullptr;
}

void Worker::HandOver() {
  bool moved = false;
  const auto move = [&](TaskNode* node) {
    place_.injection.HandBack(node);
    moved = true;
  };
  while (TaskNode* node = claimed_.Take()) move(node);
  while (TaskNode* node = deque_.Steal()) move(node);
  if (moved) place_.lot.WakeForTask();
}

[[gnu::always_inline]] inline TaskEnding Worker::Run(TaskNode* node) {
  const TaskEnding ending = node->task.Run();
  NodeCache::Recycle(node);
  return ending;
}

void Worker::RunFrom(TaskNode* node) {
  if (place_.census.WorkerMustLook()) LookAround();
  place_.census.Begin(tally_);
  if (searching_) EndSearch();
  for (;;) {
    const TaskEnding ending = Run(node);
    const bool stay = !place_.census.WorkerMustLook() || LookAround();
    node = stay ? Find() : nullptr;
    if (node == nullptr) {
      place_.census.End(tally_, ending);
      break;
    }
    place_.census.EndAndBegin(tally_, ending);
  }
  may_search_ = true;
  rests_in_vain_ = 0;
}

bool Worker::LookAround() {
  static_cast<void>(place_.census.PrepareToCount());
  const Standing standing = place_.census.standing();
  // Only a pool that stops is ever asked for how long; a running one does not
  // pay for the clock. Stored before the step that begins the task.
  if (standing.state >= PoolState::kStopping) {
    began_.store(std::chrono::steady_clock::now().time_since_epoch().count(),
                 std::memory_order_release);
  }
  return standing.threads <= standing.limits.max;
}

std::optional<std::chrono::steady_clock::time_point> Worker::BusySince(
    std::chrono::steady_clock::time_point began_before) const {
  using Time = std::chrono::steady_clock::time_point;
  if (!tally_.busy()) return std::nullopt;
  const std::int64_t began = began_.load(std::memory_order_acquire);
  if (began == 0) return began_before;
  return Time(Time::duration(began));
}

[[gnu::noinline]] TaskNode* Worker::FindElsewhere() {
  if (TaskNode* node = Claim()) return node;
  return StealFromOthers();
}

TaskNode* Worker::FindInTurn() {
  switch (++turns_ % 3) {
    case 0:
      return FindFromOutside();
    case 1:
      return deque_.Steal();
    default:
      return StealFromOthers();
  }
}

TaskNode* Worker::FindFromOutside() {
  if (TaskNode* node = claimed_.Take()) return node;
  return Claim();
}

TaskNode* Worker::Claim() {
  if (!searching_) {
    for (int i = 0; i < gather_; ++i) SpinPause();
  }
  // Spares idle workers the lock. What is pushed after this look is found by
  // the look before sleeping.
  if (place_.injection.LooksEmpty()) {
    gather_ /= 2;
    return nullptr;
  }
  TaskNode* nodes[ClaimedTasks::kCapacity];
  const int share = std::max(1, place_.census.standing().threads);
  const std::size_t count = place_.injection.Take(share, nodes);
  if (!searching_) LearnToGather(count);
  return Keep({nodes, count});
}

// Each look at the queue takes its line from who submits, and each claim takes
// it twice. Where short tasks come faster than that, it is better to let some
// come together.
void Worker::LearnToGather(std::size_t count) {
  const auto now = std::chrono::steady_clock::now();
  const auto since = now - std::exchange(last_claim_, now);
  if (since > kGatherWithin || !SearchingPays()) {
    gather_ = 0;
  } else if (count < kGathered) {
    gather_ = std::min(2 * gather_ + kPausesPerLook, kLongestGather);
  }
}

TaskNode* Worker::Keep(std::span<TaskNode* const> nodes) {
  if (nodes.empty()) return nullptr;
  claimed_.Put(nodes.subspan(1));
  claimed_.Publish();
  return nodes.front();
}

TaskNode* Worker::StealFromOthers() {
  const std::span<Worker* const> workers = place_.workers.All();
  // Each time another one first: every worker gets its turn.
  ++victim_;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    Worker* const victim = workers[(victim_ + i) % workers.size()];
    if (victim == this) continue;
    if (TaskNode* node = StealFrom(*victim)) return node;
  }
  return nullptr;
}

TaskNode* Worker::StealFrom(Worker& victim) {
  if (TaskNode* node = victim.deque_.Steal()) return node;
  if (!claimed_.IsEmpty()) return victim.claimed_.Take();
  TaskNode* nodes[ClaimedTasks::kCapacity];
  return Keep({nodes, victim.claimed_.TakeHalf(nodes)});
}

// It yields after a few looks, and again, since it may be on the core of who
// wants to submit, or of whom its last task has woken.
// Where another core is free, the scheduler then sees two threads to run on
// this one, and parts them. But a searcher that does not run is waited for all
// the same. So where it is interrupted again and again, others want all cores,
// and it is better to sleep and be called, for some time: who is woken runs
// sooner than who has just used up its share.
TaskNode* Worker::Search() {
  if (!may_search_ || !SearchingPays()) return nullptr;
  may_search_ = false;
  if (sleeps_first_ > 0) {
    --sleeps_first_;
    return nullptr;
  }
  learns_asleep_ = true;
  if (!habit_.WaitsAwake()) return nullptr;
  if (!searching_ && !place_.lot.BeginSearch()) return nullptr;
  learns_asleep_ = false;
  searching_ = true;
  auto now = std::chrono::steady_clock::now();
  const auto begin = now;
  const auto end = begin + kSearch;
  TaskNode* node = nullptr;
  bool interrupted = false;
  while (node == nullptr && now < end && !place_.census.MayLeaveNow()) {
    for (int looks = 0; looks < kLooksPerClock && node == nullptr; ++looks) {
      for (int i = 0; i < kPausesPerLook; ++i) SpinPause();
      node = Find();
    }
    if (node == nullptr) std::this_thread::yield();
    const auto before = std::exchange(now, std::chrono::steady_clock::now());
    if (now - before > kInterruption) interrupted = true;
  }
  habit_.Learn(now - begin);
  if (!interrupted) {
    interruptions_ = std::max(0, interruptions_ - 1);
  } else if ((interruptions_ += kInterruptionWeight) > kInterruptionLimit) {
    interruptions_ = 0;
    sleeps_first_ = kSleepsFirst;
  }
  return node;
}

void Worker::EndSearch() {
  searching_ = false;
  place_.lot.EndSearch();                                       // L3
  if (place_.lot.NeedsCall() && place_.census.Backlog() > 0) {  // L4
    place_.lot.WakeForTask();
  }
}

void Worker::Rest() {
  place_.lot.Announce(sleeper_, searching_);                         // S1
  if (!place_.census.MaySleepNow()) {                                // S2
    static_cast<void>(place_.lot.Withdraw(sleeper_));
    // Who submits what we look for may be waiting for this processor.
    BriefLock::GiveWay(++rests_in_vain_);
  } else {
    rests_in_vain_ = 0;
    const auto begin = std::chrono::steady_clock::now();
    const auto called = place_.lot.Sleep(sleeper_);                  // S3
    if (learns_asleep_) habit_.Learn(called - begin);
  }
  learns_asleep_ = false;
  searching_ = true;
}

}  // namespace heddle::work_stealing
