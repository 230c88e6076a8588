// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/malloc_counter.h"

#include <atomic>

namespace heddle::workloads {
namespace {

// Constant initialization: malloc is called before any constructor.
constinit bool has_hooks = false;
constinit std::atomic<std::uint64_t> mallocs{0};
constinit std::atomic<std::int64_t> bytes_taken{0};

}  // namespace

bool CountsMallocs() { return has_hooks; }

void StartCountingMallocs() {
  mallocs.store(0, std::memory_order_relaxed);
  bytes_taken.store(0, std::memory_order_relaxed);
  counting_mallocs.store(true);
}

MallocCounts StopCountingMallocs() {
  counting_mallocs.store(false);
  return {.mallocs = mallocs.load(std::memory_order_relaxed),
          .bytes = bytes_taken.load(std::memory_order_relaxed)};
}

void AnnounceMallocHooks() { has_hooks = true; }

void NoteMalloc(std::int64_t bytes) {
  mallocs.fetch_add(1, std::memory_order_relaxed);
  bytes_taken.fetch_add(bytes, std::memory_order_relaxed);
}

void NoteFree(std::int64_t bytes) {
  bytes_taken.fetch_sub(bytes, std::memory_order_relaxed);
}

}  // namespace heddle::workloads
