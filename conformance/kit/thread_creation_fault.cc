// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/thread_creation_fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

#include <atomic>
#include <thread>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEDDLE_SANITIZER_IS_LINKED_STATICALLY 1
#endif
#endif

namespace heddle::conformance {
namespace {

std::atomic<std::uint64_t> threads_created = 0;
std::atomic<int> failures_left = 0;

// Takes one of the failures left, if there is one.
[[maybe_unused]] bool TakeFailure() {
  int left = failures_left.load();
  while (left > 0) {
    if (failures_left.compare_exchange_weak(left, left - 1)) return true;
  }
  return false;
}

}  // namespace

bool CanObserveThreadCreation() {
  static const bool can = [] {
    const std::uint64_t before = ThreadsCreated();
    std::jthread([] {});
    return ThreadsCreated() > before;
  }();
  return can;
}

std::uint64_t ThreadsCreated() { return threads_created.load(); }

ThreadCreationFault::ThreadCreationFault(int count) : count_(count) {
  failures_left.store(count);
}

ThreadCreationFault::~ThreadCreationFault() { failures_left.store(0); }

int ThreadCreationFault::failed() const {
  return count_ - failures_left.load();
}

}  // namespace heddle::conformance

#ifndef HEDDLE_SANITIZER_IS_LINKED_STATICALLY

// The program's own definition comes before the C library's and before a
// shared sanitizer runtime's, which it calls.
extern "C" int pthread_create(pthread_t* thread,
                              const pthread_attr_t* attributes,
                              void* (*start)(void*), void* argument) {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*),
                         void*);
  static const Create next =
      reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
  heddle::conformance::threads_created.fetch_add(1);
  if (heddle::conformance::TakeFailure()) return EAGAIN;
  return next(thread, attributes, start, argument);
}

#endif  // HEDDLE_SANITIZER_IS_LINKED_STATICALLY
