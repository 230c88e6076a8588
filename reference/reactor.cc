// SPDX-License-Identifier: Apache-2.0
#include "reference/reactor.h"

#include <stdexcept>

#include "reference/errors.h"
#include "reference/reactor_parts.h"

namespace heddle {
namespace {

// Being the thread inside the loop, for the object's lifetime.
class Inside {
 public:
  explicit Inside(LoopThread& thread)
      : thread_(thread), entered_(thread.Enter()) {}
  ~Inside() {
    if (entered_) thread_.Leave();
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  explicit operator bool() const { return entered_; }

 private:
  LoopThread& thread_;
  const bool entered_;
};

}  // namespace

Reactor::Reactor(ReactorOptions options)
    : parts_(std::make_unique<Parts>(std::move(options))) {}

Reactor::~Reactor() {
  // In a forked child all of it is the parent's, who will do this.
  if (!parts_->process.IsOriginal()) return;
  parts_->blocking_calls.Close();
  parts_->pool.Stop();
  parts_->GiveBack();
}

void Reactor::Run() {
  parts_->RequireOriginalProcess("Reactor::Run");
  const Inside inside(parts_->loop.thread());
  if (!inside) parts_->life.ThrowBusy("Reactor::Run");
  parts_->life.Start();
  parts_->Run();
}

void Reactor::Stop() {
  parts_->RequireOriginalProcess("Reactor::Stop");
  parts_->Stop();
}

void Reactor::Crash() {
  if (parts_->process.IsOriginal()) parts_->Crash();
}

void Reactor::Iterate(Seconds delay) {
  RequireDelay("Reactor::Iterate", delay);
  parts_->RequireOriginalProcess("Reactor::Iterate");
  EventLoop& loop = parts_->loop;
  const Inside inside(loop.thread());
  if (!inside) {
    loop.thread().Require("Reactor::Iterate");
    throw ReactorAlreadyRunning("Reactor::Iterate: called inside an iteration");
  }
  if (parts_->life.ended()) parts_->life.ThrowBusy("Reactor::Iterate");
  loop.RunUntilCurrent();
  parts_->RequireOriginalProcess("Reactor::Iterate");
  loop.Poll(TimeAfter(loop.clock().Now(), delay));
}

bool Reactor::running() const { return parts_->life.running(); }

bool Reactor::IsInIOThread() const { return parts_->loop.thread().IsCurrent(); }

void Reactor::CallTaskWhenRunning(Task task) {
  parts_->loop.thread().Require("Reactor::CallWhenRunning");
  if (parts_->life.running()) {
    task.Invoke();
    return;
  }
  if (parts_->life.ended()) {
    throw ReactorStopped("Reactor::CallWhenRunning: it will not run again");
  }
  parts_->events.Add(
      SystemEvent::kStartup, Phase::kAfter,
      MakeSystemTrigger([task = std::move(task)]() mutable { task.Invoke(); }));
}

TriggerId Reactor::AddTrigger(SystemEvent event, Phase phase,
                              SystemTrigger trigger) {
  parts_->loop.thread().Require("Reactor::AddSystemEventTrigger");
  return parts_->events.Add(event, phase, std::move(trigger));
}

void Reactor::RemoveSystemEventTrigger(TriggerId trigger) {
  parts_->loop.thread().Require("Reactor::RemoveSystemEventTrigger");
  if (parts_->events.Remove(trigger)) return;
  throw std::invalid_argument(
      "Reactor::RemoveSystemEventTrigger: the trigger has run, was removed "
      "before, or never was");
}

Submission Reactor::Post(Task&& task) {
  if (!task) throw std::invalid_argument("Reactor::Post: the task is empty");
  if (!parts_->process.IsOriginal()) {
    return Submission::Refused(Refusal::kForkedChild);
  }
  return parts_->loop.calls().Post(std::move(task));
}

void Reactor::WakeUp() {
  if (parts_->process.IsOriginal()) parts_->loop.calls().WakeUp();
}

Submission Reactor::FindPool(std::shared_ptr<ThreadPool>& pool) {
  if (!parts_->process.IsOriginal()) {
    return Submission::Refused(Refusal::kForkedChild);
  }
  return parts_->pool.FindPool(pool);
}

std::shared_ptr<ThreadPool> Reactor::GetThreadPool() {
  std::shared_ptr<ThreadPool> pool;
  FindPool(pool).OrThrow();
  return pool;
}

void Reactor::SuggestThreadPoolSize(int size) {
  parts_->RequireOriginalProcess("Reactor::SuggestThreadPoolSize");
  parts_->pool.SuggestSize(size).OrThrow();
}

DelayedCall Reactor::CallTaskLater(Seconds delay, Task task) {
  EventLoop& loop = parts_->loop;
  loop.thread().Require("Reactor::CallLater");
  return DelayedCall(loop.timers().Add(
      RequireDelay("Reactor::CallLater", delay), std::move(task)));
}

std::vector<DelayedCall> Reactor::GetDelayedCalls() const {
  EventLoop& loop = parts_->loop;
  loop.thread().Require("Reactor::GetDelayedCalls");
  return loop.timers().Pending();
}

void Reactor::AddReader(int fd, std::function<void()> on_ready) {
  parts_->loop.thread().Require("Reactor::AddReader");
  parts_->loop.watcher().Watch("Reactor::AddReader", fd, FdEvent::kReadable,
                               std::move(on_ready));
}

void Reactor::AddWriter(int fd, std::function<void()> on_ready) {
  parts_->loop.thread().Require("Reactor::AddWriter");
  parts_->loop.watcher().Watch("Reactor::AddWriter", fd, FdEvent::kWritable,
                               std::move(on_ready));
}

void Reactor::RemoveReader(int fd) {
  parts_->loop.thread().Require("Reactor::RemoveReader");
  parts_->loop.watcher().Unwatch("Reactor::RemoveReader", fd,
                                 FdEvent::kReadable);
}

void Reactor::RemoveWriter(int fd) {
  parts_->loop.thread().Require("Reactor::RemoveWriter");
  parts_->loop.watcher().Unwatch("Reactor::RemoveWriter", fd,
                                 FdEvent::kWritable);
}

PendingAnswers& Reactor::blocking_calls() {
  parts_->RequireOriginalProcess("Reactor::blocking_calls");
  return parts_->blocking_calls;
}

AnswerList& Reactor::deferred_results() {
  parts_->RequireOriginalProcess("Reactor::deferred_results");
  return parts_->deferred_results;
}

AnswerList& Reactor::leaving_results() { return parts_->leaving_results; }

ThreadPool* Reactor::OwnPool() { return parts_->pool.Ready(); }

void Reactor::RequireThread(const char* function) const {
  parts_->loop.thread().Require(function);
}

}  // namespace heddle
