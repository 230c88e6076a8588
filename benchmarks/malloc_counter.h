// SPDX-License-Identifier: Apache-2.0
//
// What a stretch of a program takes from the heap, on all threads: only in
// programs that link malloc_hooks, which stands before malloc and its kin. A
// program has either that or a sanitizer, which does the same.
#ifndef HEDDLE_BENCHMARKS_MALLOC_COUNTER_H_
#define HEDDLE_BENCHMARKS_MALLOC_COUNTER_H_

#include <atomic>
#include <cstdint>

namespace heddle::workloads {

struct MallocCounts {
  std::uint64_t mallocs = 0;
  // Taken, less what was given back: usable sizes, and malloc's own 8 bytes
  // for each; and whole mappings, of which each counts as one of the mallocs.
  std::int64_t bytes = 0;
};

// Whether this program counts. The same from before main to its end.
bool CountsMallocs();

// From now on, until the other is called, everything is counted. On one
// thread; what others do at these very moments may be counted or not.
void StartCountingMallocs();
MallocCounts StopCountingMallocs();

// For malloc_hooks.
void AnnounceMallocHooks();
inline constinit std::atomic<bool> counting_mallocs{false};
void NoteMalloc(std::int64_t bytes);
void NoteFree(std::int64_t bytes);

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_MALLOC_COUNTER_H_
