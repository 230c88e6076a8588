// SPDX-License-Identifier: Apache-2.0
#include "reference/worker_scope.h"

#include <pthread.h>

#include <cstdint>

#include "reference/thread_pool.h"

namespace heddle {
namespace {

thread_local const WorkerScope* current = nullptr;

// What the kernel keeps of a thread's name, without the final zero.
constexpr std::size_t kKernelNameBytes = 15;

std::string WorkerName(const ThreadPool& pool, int ordinal) {
  std::string owner = pool.name();
  if (owner.empty()) {
    owner = std::to_string(reinterpret_cast<std::uintptr_t>(&pool));
  }
  return "PoolThread-" + owner + "-" + std::to_string(ordinal);
}

}  // namespace

WorkerScope::WorkerScope(const ThreadPool& pool, int ordinal)
    : pool_(pool), name_(WorkerName(pool, ordinal)), outer_(current) {
  current = this;
  const std::size_t start =
      name_.size() > kKernelNameBytes ? name_.size() - kKernelNameBytes : 0;
  pthread_setname_np(pthread_self(), name_.c_str() + start);
}

WorkerScope::WorkerScope(const ThreadPool& pool)
    : pool_(pool), outer_(current) {
  current = this;
}

WorkerScope::~WorkerScope() { current = outer_; }

const ThreadPool* WorkerScope::CurrentPool() {
  return current != nullptr ? &current->pool_ : nullptr;
}

std::string_view WorkerScope::CurrentName() {
  return current != nullptr ? std::string_view(current->name_)
                            : std::string_view();
}

}  // namespace heddle
