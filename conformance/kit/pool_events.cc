// SPDX-License-Identifier: Apache-2.0
//
// Notes what passes the seam between pools and their users: that a thread runs
// a task, and that it stops a pool. Whatever pool it is, it calls Task::Run for
// each task, and nobody sees the task in between; so the linker sends these
// calls through here (-Wl,--wrap in the BUILD file). Pools, tasks and callables
// keep their addresses and their order of destruction.
//
// Not seen: a pool that calls Task::Invoke itself, and calls of functions that
// a pool implements, Start() for one; the stack shows those.
#include <chrono>
#include <type_traits>

#include "conformance/kit/thread_events.h"
#include "reference/task.h"
#include "reference/thread_pool.h"

namespace heddle {

// Members as the linker sees them: functions of the object's address. What the
// linker calls __real_X is X; who asks for X gets __wrap_X.
TaskEnding RealRun(Task* task) asm("__real__ZN6heddle4Task3RunEv");
void RealStop(ThreadPool* pool) asm("__real__ZN6heddle10ThreadPool4StopEv");
StopReport RealStopWithin(ThreadPool* pool, std::chrono::nanoseconds timeout)
    asm("__real__ZN6heddle10ThreadPool10StopWithinENSt6chrono8durationIlSt5"
        "ratioILl1ELl1000000000EEEE");

TaskEnding NotedRun(Task* task) asm("__wrap__ZN6heddle4Task3RunEv");
void NotedStop(ThreadPool* pool) asm("__wrap__ZN6heddle10ThreadPool4StopEv");
StopReport NotedStopWithin(ThreadPool* pool, std::chrono::nanoseconds timeout)
    asm("__wrap__ZN6heddle10ThreadPool10StopWithinENSt6chrono8durationIlSt5"
        "ratioILl1ELl1000000000EEEE");

namespace {

// The linker does not compare types.
static_assert(std::is_same_v<decltype(&Task::Run), TaskEnding (Task::*)()>);
static_assert(std::is_same_v<decltype(&ThreadPool::Stop),
                             void (ThreadPool::*)()>);
static_assert(std::is_same_v<decltype(&ThreadPool::StopWithin),
                             StopReport (ThreadPool::*)(
                                 std::chrono::nanoseconds)>);

// Notes the end however it comes: a cancelled thread unwinds its stack.
class Noted {
 public:
  Noted(const char* begin, const char* end) : end_(end) {
    conformance::NoteEvent(begin);
  }
  ~Noted() { conformance::NoteEvent(end_); }
  Noted(const Noted&) = delete;
  Noted& operator=(const Noted&) = delete;

 private:
  const char* const end_;
};

}  // namespace

TaskEnding NotedRun(Task* task) {
  const Noted noted("runs a task", "has run a task");
  return RealRun(task);
}

void NotedStop(ThreadPool* pool) {
  const Noted noted("stops a pool", "has left Stop()");
  RealStop(pool);
}

StopReport NotedStopWithin(ThreadPool* pool, std::chrono::nanoseconds timeout) {
  const Noted noted("stops a pool, with a deadline", "has left StopWithin()");
  return RealStopWithin(pool, timeout);
}

}  // namespace heddle
