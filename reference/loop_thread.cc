// SPDX-License-Identifier: Apache-2.0
#include "reference/loop_thread.h"

#include <pthread.h>
#include <unistd.h>

#include "reference/errors.h"
#include "reference/worker_scope.h"

namespace heddle {
namespace {

// Its address is the thread's identity: no two living threads share it.
const void* CurrentThread() {
  static thread_local const char identity = 0;
  return &identity;
}

}  // namespace

bool LoopThread::Enter() {
  std::lock_guard lock(mutex_);
  if (inside_.load() != nullptr) return false;
  name_ = DescribeCurrentThread();
  inside_.store(CurrentThread());
  return true;
}

void LoopThread::Leave() { inside_.store(nullptr); }

// Relaxed, here and in Require: a thread finds itself inside only if it stored
// that itself, and nothing is read on the strength of what another stored.
bool LoopThread::IsCurrent() const {
  return inside_.load(std::memory_order_relaxed) == CurrentThread();
}

void LoopThread::Require(const char* function) const {
  const void* const inside = inside_.load(std::memory_order_relaxed);
  if (inside == nullptr || inside == CurrentThread()) return;
  ThrowOnOtherThread(function);
}

void LoopThread::ThrowOnOtherThread(const char* function) const {
  std::lock_guard lock(mutex_);
  // That thread may have left since; the call was made too early all the same.
  throw WrongThread(std::string(function) + ": called on thread " +
                    DescribeCurrentThread() + ", but the reactor runs on " +
                    name_);
}

std::string DescribeCurrentThread() {
  std::string name(WorkerScope::CurrentName());
  if (name.empty()) {
    char buffer[16] = {};
    pthread_getname_np(pthread_self(), buffer, sizeof buffer);
    name = buffer;
  }
  return "'" + name + "' (" + std::to_string(gettid()) + ")";
}

}  // namespace heddle
