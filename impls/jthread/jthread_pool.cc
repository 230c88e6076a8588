// SPDX-License-Identifier: Apache-2.0
#include "impls/jthread/jthread_pool.h"

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <list>
#include <string>
#include <thread>
#include <utility>

#include "reference/backlog_bound.h"
#include "reference/coarse_clock.h"
#include "reference/errors.h"
#include "reference/log.h"
#include "reference/worker_scope.h"

namespace heddle {
namespace {

void RefuseAll(std::deque<Task> tasks) {
  for (Task& task : tasks) task.Refuse(Refusal::kPoolStopped);
}

}  // namespace

struct JthreadPool::Worker {
  explicit Worker(int ordinal) : ordinal(ordinal) {}

  bool dismissed() const { return thread.get_stop_token().stop_requested(); }

  const int ordinal;
  std::string name;
  std::jthread thread;
  bool busy = false;
  std::chrono::nanoseconds busy_since{};
};

// The condition variables may be notified by anybody; the rest belongs to the
// mutex.
struct JthreadPool::Shared {
  explicit Shared(const PoolOptions& options)
      : size(RequirePoolSize("JthreadPool", options.size)),
        bound(options.max_backlog) {}

  int idle() const { return hired - busy; }

  mutable std::mutex mutex;
  std::condition_variable work;  // where idle workers wait
  std::condition_variable gone;  // where Join() waits for workers to end

  PoolLifecycle lifecycle;
  PoolSize size;
  const BacklogBound bound;
  std::deque<Task> queue;

  std::list<Worker> workers;  // until their threads have nothing left to do
  int hired = 0;              // those not dismissed
  int busy = 0;               // those of them that have a task
  int limit = 0;              // the most to hire: 0, later max; kept by a stop
  int retirements = 0;        // how many of them leave when idle (TP-38)
  int next_ordinal = 0;       // used once, for ever (BT-38)
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;  // of the completed

  // The thread that ended last. Who ends next joins it, or Join() does, so
  // ended threads never pile up (BT-13).
  std::jthread ended;
  int joins = 0;  // threads that some Join() is joining
};

// Makes a worker leave however its loop ends: a task may end its own thread
// (pthread_exit), and the unwinding passes through here.
class JthreadPool::Departure {
 public:
  Departure(JthreadPool& pool, Worker& worker) : pool_(pool), worker_(worker) {}
  ~Departure() { pool_.Leave(worker_); }

  Departure(const Departure&) = delete;
  Departure& operator=(const Departure&) = delete;

 private:
  JthreadPool& pool_;
  Worker& worker_;
};

JthreadPool::JthreadPool(const PoolOptions& options)
    : ThreadPool(options.name),
      shared_(std::make_unique<Shared>(options)) {}

JthreadPool::~JthreadPool() {
  if (!StopBeforeDestruction()) static_cast<void>(shared_.release());
}

std::unique_lock<std::mutex> JthreadPool::Lock(const char* function) const {
  RequireOriginalProcess(function);
  return std::unique_lock(shared_->mutex);
}

void JthreadPool::Start() {
  const auto lock = Lock("ThreadPool::Start");
  Shared& s = *shared_;
  if (!s.lifecycle.Start()) return;
  s.limit = s.size.max;
  if (!HireFor(s.queue.size())) {
    s.lifecycle.UndoStart();
    s.limit = 0;
    throw NoWorkerThread(std::string("JthreadPool::Start: ") +
                         Describe(Refusal::kNoWorkerThread));
  }
}

Submission JthreadPool::Submit(Task&& task) {
  Shared& s = *shared_;
  {
    const std::lock_guard lock(s.mutex);
    const Submission admission = s.lifecycle.Admit();
    if (!admission.accepted()) return admission;
    if (s.bound.IsReached(s.queue.size(), s.busy, s.limit)) {
      return Submission::Refused(Refusal::kBacklogFull);
    }
    if (!HireFor(s.queue.size() + 1)) {
      return Submission::Refused(Refusal::kNoWorkerThread);
    }
    s.queue.push_back(std::move(task));
  }
  s.work.notify_one();
  return Submission::Accepted();
}

void JthreadPool::AdjustPoolSize(PoolSizeChange change) {
  {
    const auto lock = Lock("ThreadPool::AdjustPoolSize");
    Shared& s = *shared_;
    s.size = ApplyPoolSizeChange("JthreadPool::AdjustPoolSize", s.size, change);
    if (s.lifecycle.state() != PoolState::kRunning) return;
    s.limit = s.size.max;
    s.retirements = 0;
    DismissIdle(s.hired - s.limit);
    if (HireFor(s.queue.size())) return;
  }
  Log({Severity::kError,
       std::string("JthreadPool::AdjustPoolSize: ") +
           Describe(Refusal::kNoWorkerThread),
       nullptr});
}

void JthreadPool::RequestStop() {
  std::deque<Task> held;
  {
    const auto lock = Lock("ThreadPool::RequestStop");
    Shared& s = *shared_;
    if (!s.lifecycle.RequestStop()) return;
    if (Abandoned()) held.swap(s.queue);
    s.limit = std::max(s.limit, 1);  // if there are workers, one must stay
    if (Drained()) DismissIdle(s.idle());
  }
  RefuseAll(std::move(held));
}

bool JthreadPool::Join(
    std::optional<std::chrono::steady_clock::time_point> deadline) {
  auto lock = Lock("ThreadPool::Join");
  Shared& s = *shared_;
  const auto can_go_on = [&s] {
    return s.ended.joinable() || (s.workers.empty() && s.joins == 0);
  };
  for (;;) {
    if (!deadline) {
      s.gone.wait(lock, can_go_on);
    } else if (!s.gone.wait_until(lock, *deadline, can_go_on)) {
      return false;
    }
    if (!s.ended.joinable()) break;
    std::jthread ended = std::move(s.ended);
    ++s.joins;
    lock.unlock();
    ended.join();
    lock.lock();
    --s.joins;
    s.gone.notify_all();
  }
  if (s.lifecycle.state() == PoolState::kStopping) s.lifecycle.FinishStop();
  return true;
}

PoolState JthreadPool::State() const {
  const auto lock = Lock("ThreadPool::State");
  return shared_->lifecycle.state();
}

PoolSize JthreadPool::Size() const {
  const auto lock = Lock("ThreadPool::Size");
  return shared_->size;
}

PoolStats JthreadPool::Figures() const {
  const auto lock = Lock("ThreadPool::Stats");
  const Shared& s = *shared_;
  return {.threads = s.hired,
          .idle = s.idle(),
          .busy = s.busy,
          .backlog = s.queue.size(),
          .completed = s.completed,
          .failed = s.failed,
          .oldest_wait = s.queue.empty() ? std::chrono::nanoseconds::zero()
                                         : s.queue.front().Waited()};
}

std::vector<RunningTask> JthreadPool::RunningTasks() const {
  const auto lock = Lock("ThreadPool::RunningTasks");
  const std::chrono::nanoseconds now = CoarseNow();
  std::vector<RunningTask> running;
  for (const Worker& worker : shared_->workers) {
    if (worker.busy) {
      running.push_back({worker.name, now - worker.busy_since});
    }
  }
  return running;
}

void JthreadPool::StartAWorker() {
  const auto lock = Lock("ThreadPool::StartAWorker");
  Shared& s = *shared_;
  if (s.lifecycle.state() != PoolState::kRunning) return;
  if (s.retirements > 0) {
    --s.retirements;
  } else if (s.hired < s.limit && !Hire()) {
    throw NoWorkerThread("JthreadPool::StartAWorker: no thread could be "
                         "created");
  }
}

void JthreadPool::StopAWorker() {
  const auto lock = Lock("ThreadPool::StopAWorker");
  Shared& s = *shared_;
  if (s.lifecycle.state() != PoolState::kRunning) return;
  if (s.hired - s.retirements <= s.size.min) return;
  ++s.retirements;
  // An idle worker for which a task is queued will not be idle for long.
  if (static_cast<std::size_t>(s.idle()) > s.queue.size()) DismissIdle(1);
}

void JthreadPool::Work(Worker& self, const std::stop_token& dismissed) {
  const WorkerScope scope(*this, self.ordinal);
  const Departure departure(*this, self);
  Shared& s = *shared_;
  std::unique_lock lock(s.mutex);
  self.name = WorkerScope::CurrentName();
  for (;;) {
    s.work.wait(lock, [&] {
      return dismissed.stop_requested() || !s.queue.empty();
    });
    if (dismissed.stop_requested()) return;
    RunNextTask(self, lock);
    if (IsSurplus()) Dismiss(self);
  }
}

void JthreadPool::RunNextTask(Worker& self,
                              std::unique_lock<std::mutex>& lock) {
  Shared& s = *shared_;
  Task task = std::move(s.queue.front());
  s.queue.pop_front();
  ++s.busy;
  self.busy = true;
  self.busy_since = CoarseNow();
  if (Drained()) DismissIdle(s.idle());
  lock.unlock();
  const TaskEnding ending = task.Run();
  lock.lock();
  self.busy = false;
  --s.busy;
  ++s.completed;
  if (ending == TaskEnding::kFailed) ++s.failed;
}

int JthreadPool::Wanted(std::size_t queued) const {
  const Shared& s = *shared_;
  const bool running = s.lifecycle.state() == PoolState::kRunning;
  const std::size_t needed = std::max<std::size_t>(
      static_cast<std::size_t>(s.busy) + queued, running ? s.size.min : 0);
  return static_cast<int>(
      std::min(needed, static_cast<std::size_t>(s.limit)));
}

bool JthreadPool::HireFor(std::size_t queued) {
  const int wanted = Wanted(queued);
  while (shared_->hired < wanted) {
    if (!Hire()) return shared_->hired > 0;
  }
  return true;
}

bool JthreadPool::Hire() {
  Shared& s = *shared_;
  const std::size_t workers = s.workers.size();
  try {
    Worker& worker = s.workers.emplace_back(s.next_ordinal);
    worker.thread = std::jthread([this, &worker](std::stop_token dismissed) {
      Work(worker, dismissed);
    });
  } catch (const std::exception&) {
    if (s.workers.size() > workers) s.workers.pop_back();
    return false;
  }
  ++s.next_ordinal;
  ++s.hired;
  return true;
}

void JthreadPool::Dismiss(Worker& worker) {
  assert(!worker.busy);
  worker.thread.request_stop();
  --shared_->hired;
  if (shared_->retirements > 0) --shared_->retirements;
}

void JthreadPool::DismissIdle(int count) {
  if (count <= 0) return;
  for (Worker& worker : shared_->workers) {
    if (worker.busy || worker.dismissed()) continue;
    Dismiss(worker);
    if (--count == 0) break;
  }
  shared_->work.notify_all();
}

bool JthreadPool::IsSurplus() const {
  const Shared& s = *shared_;
  return s.hired > s.limit || Drained() ||
         (s.retirements > 0 && s.queue.empty());
}

bool JthreadPool::Drained() const {
  const Shared& s = *shared_;
  return s.lifecycle.state() == PoolState::kStopping && s.queue.empty();
}

bool JthreadPool::Abandoned() const {
  const Shared& s = *shared_;
  return s.lifecycle.state() >= PoolState::kStopping && s.hired == 0;
}

void JthreadPool::Leave(Worker& self) {
  Shared& s = *shared_;
  std::deque<Task> held;
  std::unique_lock lock(s.mutex);
  if (!self.dismissed()) {  // a task has ended this thread
    if (std::exchange(self.busy, false)) {
      --s.busy;
      ++s.completed;
    }
    --s.hired;
    HireFor(s.queue.size());
    if (Abandoned()) held.swap(s.queue);
  }
  lock.unlock();
  RefuseAll(std::move(held));
  lock.lock();
  while (s.ended.joinable()) {
    std::jthread previous = std::move(s.ended);
    lock.unlock();
    previous.join();
    lock.lock();
  }
  s.ended = std::move(self.thread);
  s.workers.remove_if([&](const Worker& worker) { return &worker == &self; });
  s.gone.notify_all();
}

}  // namespace heddle
