// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/crew.h"

#include <algorithm>
#include <new>
#include <system_error>
#include <utility>

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
  place_.census.SetState(PoolState::kRunning);
  if (!GrowLocked() && place_.census.standing().threads == 0) {
    place_.census.SetState(PoolState::kNew);
    throw NoWorkerThread(NoWorkerMessage("ThreadPool::Start"));
  }
  lifecycle_ = started;
}

void Crew::Grow() {
  bool nobody;
  {
    std::lock_guard lock(mutex_);
    nobody = !GrowLocked() && place_.census.standing().threads == 0;
  }
  if (nobody) {
    Log({Severity::kError, NoWorkerMessage("ThreadPool"), nullptr});
  }
}

bool Crew::EnsureWorker() {
  std::lock_guard lock(mutex_);
  const Standing now = place_.census.standing();
  if (now.state != PoolState::kRunning || now.threads > 0 ||
      now.limits.max == 0) {
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
    surplus = place_.census.standing().threads - size_.max;
  }
  for (; surplus > 0; --surplus) {
    if (!place_.lot.WakeOne()) break;                         // W2, W3
  }
  Grow();
}

void Crew::StartAWorker() {
  std::lock_guard lock(mutex_);
  const Standing now = place_.census.standing();
  if (now.state != PoolState::kRunning) return;
  if (now.retiring > 0) {
    place_.census.SetRetiring(now.retiring - 1);
  } else if (now.threads < now.limits.max && !AddWorker()) {
    throw NoWorkerThread(NoWorkerMessage("WorkerControl::StartAWorker"));
  }
}

void Crew::StopAWorker() {
  {
    std::lock_guard lock(mutex_);
    const Standing now = place_.census.standing();
    if (now.state != PoolState::kRunning) return;
    if (now.threads - now.retiring <= now.limits.min) return;
    place_.census.SetRetiring(now.retiring + 1);              // W1
  }
  place_.lot.WakeOne();                                       // W2, W3
}

PoolSize Crew::size() const {
  std::lock_guard lock(mutex_);
  return size_;
}

bool Crew::GrowLocked() {
  while (place_.census.WantsWorkerNow()) {
    if (!AddWorker()) return false;
  }
  return true;
}

bool Crew::AddWorker() {
  Seat* seat;
  try {
    seat = FreeSeat();
    seat->counted = false;  // the thread to come sees it
    seat->first_node.reset(NodeCache::Make(Task()));
    seat->thread = std::thread(&Crew::Main, this, std::ref(*seat),
                               next_ordinal_);
    free_seats_.pop_back();
  } catch (const std::system_error&) {
    return false;
  } catch (const std::bad_alloc&) {
    return false;
  }
  ++next_ordinal_;
  CountOnce(*seat);
  return true;
}

void Crew::CountOnce(Seat& seat) {
  std::lock_guard guard(seat.counting);
  if (!std::exchange(seat.counted, true)) place_.census.AddWorker();
}

Crew::Seat* Crew::FreeSeat() {
  if (free_seats_.empty()) {
    seats_.reserve(seats_.size() + 1);
    // Room for all, so that Leave needs no memory; and in ended_ for one that
    // has left while its seat is taken again.
    free_seats_.reserve(seats_.capacity());
    ended_.reserve(seats_.capacity() + 1);
    auto seat = std::make_unique<Seat>(place_);
    place_.census.Enroll(&seat->worker.tally());
    place_.workers.Append(&seat->worker);
    seats_.push_back(std::move(seat));
    free_seats_.push_back(seats_.back().get());
  }
  return free_seats_.back();
}

void Crew::Main(Seat& seat, int ordinal) {
  const WorkerScope scope(pool_, ordinal);
  seat.name = WorkerScope::CurrentName();
  CountOnce(seat);
  seat.first_node.reset();
  do {
    seat.worker.Work();
  } while (!Leave(seat));
}

bool Crew::Leave(Seat& seat) {
  seat.worker.HandOver();
  std::thread previous;
  Standing now;
  {
    std::lock_guard lock(mutex_);
    // Again, now that neither limits nor other workers can change meanwhile.
    if (!place_.census.MayLeaveNow()) return false;
    place_.census.RemoveWorker();                             // B1
    if (place_.census.WantsWorkerNow()) {                     // B2
      // A task was admitted just now that counted on this worker.
      place_.census.AddWorker();
      return false;
    }
    now = place_.census.standing();
    place_.census.SetRetiring(std::max(0, now.retiring - 1));
    if (now.state == PoolState::kRunning && !ended_.empty()) {
      previous = std::move(ended_.back());
      ended_.pop_back();
    }
    if (seat.thread.joinable()) ended_.push_back(std::move(seat.thread));
    free_seats_.push_back(&seat);
  }
  // The seat may have another thread by now.
  //
  // This worker may have been called for a task; somebody else must come.
  if (place_.census.Backlog() > 0) place_.lot.WakeForTask();
  if (now.threads == 0 && now.state == PoolState::kStopping) EndDrain();
  if (previous.joinable()) previous.join();
  return true;
}

void Crew::RequestStop() {
  bool nobody;
  {
    std::lock_guard lock(mutex_);
    if (!lifecycle_.RequestStop()) return;
    stop_requested_ = Clock::now();
    const Standing now = place_.census.standing();
    nobody = now.threads == 0;
    if (!nobody && now.limits.max == 0) {
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
  while (Task refused = place_.injection.Pop()) {
    place_.census.GiveBack();
    refused.Refuse(Refusal::kPoolStopped);
  }
  {
    std::lock_guard lock(mutex_);
    refusing_ = std::thread::id();
    drained_ = true;
    FinishIfJoined();
  }
  // The crew is still there: Join joins the thread that is here, or that
  // thread is inside RequestStop.
  changed_.notify_all();
}

void Crew::FinishIfJoined() {
  if (!ended_.empty() || joining_) return;
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
  // Without a deadline it takes the threads at once, and is woken by their ends
  // alone.
  if (!deadline && !joining_) JoinThreads(lock);
  if (!deadline) {
    changed_.wait(lock, ready);
  } else if (!changed_.wait_until(lock, *deadline, ready)) {
    return false;
  }
  if (!ended_.empty()) JoinThreads(lock);
  if (place_.census.standing().state != PoolState::kStopped) FinishIfJoined();
  return true;
}

void Crew::JoinThreads(std::unique_lock<std::mutex>& lock) {
  std::vector<std::thread> threads;
  threads.reserve(ended_.size() + seats_.size());
  for (std::thread& thread : ended_) threads.push_back(std::move(thread));
  ended_.clear();
  for (const std::unique_ptr<Seat>& seat : seats_) {
    if (seat->thread.joinable()) threads.push_back(std::move(seat->thread));
  }
  joining_ = true;
  lock.unlock();
  for (std::thread& thread : threads) thread.join();
  lock.lock();
  joining_ = false;
  changed_.notify_all();
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
