// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/crew.h"

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

#include "impls/work_stealing/node_cache.h"
#include "reference/errors.h"
#include "reference/log.h"
#include "reference/worker_scope.h"

namespace heddle::work_stealing {
namespace {

std::string NoWorkerMessage(const char* function) {
  return std::string(function) + ": " + Describe(Refusal::kNoWorkerThread);
}

}  // namespace

Crew::Crew(const ThreadPool& pool, PoolSize size, std::size_t max_backlog)
    : pool_(pool),
      place_(RequirePoolSize("ThreadPool", size), max_backlog),
      size_(size) {}

void Crew::Start() {
  std::lock_guard lock(mutex_);
  PoolLifecycle started = lifecycle_;
  if (!started.Start()) return;
  // New workers wait for the lock (Main): none runs before all are here.
  place_.census.SetState(PoolState::kRunning);
  if (!GrowLocked() && place_.census.Read().threads == 0) {
    place_.census.SetState(PoolState::kNew);
    throw NoWorkerThread(NoWorkerMessage("ThreadPool::Start"));
  }
  lifecycle_ = started;
}

void Crew::Grow() {
  bool nobody;
  {
    std::lock_guard lock(mutex_);
    nobody = !GrowLocked() && place_.census.Read().threads == 0;
  }
  if (nobody) {
    Log({Severity::kError, NoWorkerMessage("ThreadPool"), nullptr});
  }
}

bool Crew::EnsureWorker() {
  std::lock_guard lock(mutex_);
  const Counts counts = place_.census.Read();
  if (counts.state != PoolState::kRunning || counts.threads > 0 ||
      place_.census.limits().max == 0) {
    return true;
  }
  return AddWorker();
}

void Crew::Resize(PoolSizeChange change) {
  int surplus = 0;
  {
    std::lock_guard lock(mutex_);
    size_ = ApplyPoolSizeChange("ThreadPool::AdjustPoolSize", size_, change);
    // A pool that stops keeps the limits that its backlog was accepted under.
    if (lifecycle_.state() > PoolState::kRunning) return;
    place_.census.SetLimits(size_);                           // W1
    place_.census.SetRetiring(0);  // nothing is owed from before (TP-34)
    surplus = place_.census.Read().threads - size_.max;
  }
  for (; surplus > 0; --surplus) {
    if (!place_.lot.WakeOne()) break;                         // W2, W3
  }
  Grow();
}

void Crew::StartAWorker() {
  std::lock_guard lock(mutex_);
  const Counts counts = place_.census.Read();
  if (counts.state != PoolState::kRunning) return;
  const int retiring = place_.census.retiring();
  if (retiring > 0) {
    place_.census.SetRetiring(retiring - 1);
  } else if (counts.threads < place_.census.limits().max && !AddWorker()) {
    throw NoWorkerThread(NoWorkerMessage("WorkerControl::StartAWorker"));
  }
}

void Crew::StopAWorker() {
  {
    std::lock_guard lock(mutex_);
    const Counts counts = place_.census.Read();
    if (counts.state != PoolState::kRunning) return;
    const int retiring = place_.census.retiring();
    if (counts.threads - retiring <= place_.census.limits().min) return;
    place_.census.SetRetiring(retiring + 1);                  // W1
  }
  place_.lot.WakeOne();                                       // W2, W3
}

PoolSize Crew::size() const {
  std::lock_guard lock(mutex_);
  return size_;
}

bool Crew::GrowLocked() {
  while (WantsWorker(place_.census.Read(), place_.census.limits())) {
    if (!AddWorker()) return false;
  }
  return true;
}

bool Crew::AddWorker() {
  try {
    Seat* const seat = FreeSeat();
    seat->name.clear();
    seat->thread = std::thread(&Crew::Main, this, std::ref(*seat),
                               next_ordinal_);
    free_seats_.pop_back();
  } catch (const std::system_error&) {
    return false;
  } catch (const std::bad_alloc&) {
    return false;
  }
  ++next_ordinal_;
  place_.census.AddWorker();
  return true;
}

Crew::Seat* Crew::FreeSeat() {
  if (free_seats_.empty()) {
    seats_.reserve(seats_.size() + 1);
    // Room for all, so that Leave needs no memory.
    free_seats_.reserve(std::max(seats_.capacity(), seats_.size() + 1));
    auto seat = std::make_unique<Seat>(place_);
    place_.workers.Append(&seat->worker);
    seats_.push_back(std::move(seat));
    free_seats_.push_back(seats_.back().get());
  }
  return free_seats_.back();
}

void Crew::Main(Seat& seat, int ordinal) {
  const WorkerScope scope(pool_, ordinal);
  {
    // Waits until AddWorker has counted this worker.
    std::lock_guard lock(mutex_);
    seat.name = WorkerScope::CurrentName();
  }
  do {
    seat.worker.Work();
  } while (!Leave(seat));
}

bool Crew::Leave(Seat& seat) {
  seat.worker.HandOver();
  std::thread previous;
  Counts counts;
  {
    std::lock_guard lock(mutex_);
    // Again, now that neither limits nor other workers can change meanwhile.
    if (!place_.census.MayLeaveNow()) return false;
    counts = place_.census.RemoveWorker();
    if (WantsWorker(counts, place_.census.limits())) {
      // A task was admitted just now that counted on this worker.
      place_.census.AddWorker();
      return false;
    }
    place_.census.SetRetiring(std::max(0, place_.census.retiring() - 1));
    previous = std::exchange(ended_, std::move(seat.thread));
    free_seats_.push_back(&seat);
  }
  // The seat may have another thread by now.
  //
  // This worker may have been called for a task; somebody else must come.
  if (counts.backlog > 0) place_.lot.WakeOne();
  if (counts.threads == 0 && counts.state == PoolState::kStopping) EndDrain();
  if (previous.joinable()) previous.join();
  return true;
}

void Crew::RequestStop() {
  bool nobody;
  {
    std::lock_guard lock(mutex_);
    if (!lifecycle_.RequestStop()) return;
    stop_requested_ = Clock::now();
    nobody = place_.census.Read().threads == 0;
    if (!nobody && place_.census.limits().max == 0) {
      place_.census.SetLimits({.min = 0, .max = 1});  // one stays (TP-39)
    }
    place_.census.SetState(PoolState::kStopping);             // W1
  }
  if (nobody) {
    EndDrain();
  } else {
    place_.lot.WakeAll();                                     // W2, W3
  }
}

// Nothing can be in a deque any more: they belong to workers, and the last has
// handed over. Nothing can be admitted any more, and what was admitted is in
// the injection queue (injection_queue.h).
void Crew::EndDrain() {
  {
    std::lock_guard lock(mutex_);
    refusing_ = std::this_thread::get_id();
  }
  TaskNode* node = place_.injection.TakeAll();
  while (node != nullptr) {
    const OwnedNode refused(node);
    node = node->next;
    place_.census.GiveBack();
    refused->task.Refuse(Refusal::kPoolStopped);
  }
  std::lock_guard lock(mutex_);
  refusing_ = std::thread::id();
  drained_ = true;
  FinishIfJoined();
  changed_.notify_all();
}

void Crew::FinishIfJoined() {
  if (ended_.joinable() || joining_) return;
  // A pool that stopped when it was new is kStopped for its lifecycle already.
  if (lifecycle_.state() == PoolState::kStopping) lifecycle_.FinishStop();
  place_.census.SetState(PoolState::kStopped);
}

bool Crew::Join(std::optional<Clock::time_point> deadline) {
  std::unique_lock lock(mutex_);
  if (refusing_ == std::this_thread::get_id()) {
    throw WouldDeadlock(
        "ThreadPool::Stop: called by work that this very stop gives back");
  }
  const auto ready = [this] { return drained_ && !joining_; };
  if (!deadline) {
    changed_.wait(lock, ready);
  } else if (!changed_.wait_until(lock, *deadline, ready)) {
    return false;
  }
  if (ended_.joinable()) {
    std::thread last = std::move(ended_);
    joining_ = true;
    lock.unlock();
    last.join();
    lock.lock();
    joining_ = false;
    changed_.notify_all();
  }
  if (place_.census.Read().state != PoolState::kStopped) FinishIfJoined();
  return true;
}

std::vector<RunningTask> Crew::RunningTasks() const {
  std::vector<RunningTask> running;
  std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  const bool stops = lifecycle_.state() > PoolState::kRunning;
  for (const std::unique_ptr<Seat>& seat : seats_) {
    if (auto since = seat->worker.BusySince(stops ? stop_requested_ : now)) {
      running.push_back({seat->name, std::max(now - *since, {})});
    }
  }
  return running;
}

}  // namespace heddle::work_stealing
