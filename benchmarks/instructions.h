// SPDX-License-Identifier: Apache-2.0
//
// What instructions.cc counts instructions with. Each path is taken
// kOperations times to warm up and as often to be counted.
#ifndef HEDDLE_BENCHMARKS_INSTRUCTIONS_H_
#define HEDDLE_BENCHMARKS_INSTRUCTIONS_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "benchmarks/event.h"
#include "reference/submission.h"
#include "reference/thread_pool.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
// Without valgrind's headers instructions.py finds no counts, and says so.
#define CALLGRIND_TOGGLE_COLLECT
#define CALLGRIND_DUMP_STATS_AT(name) static_cast<void>(name)
#endif

namespace heddle::workloads {

inline constexpr std::uint64_t kOperations = 10'000;

// Of this thread; instructions_heap.cc counts them.
inline constinit thread_local std::uint64_t allocations = 0;

// Those between the two latest calls of Toggle(), on whatever thread.
inline constinit std::uint64_t allocations_counted = 0;

// Begins or ends the counting of this thread's instructions.
inline void Toggle() {
  CALLGRIND_TOGGLE_COLLECT;
  static constinit thread_local bool counting = false;
  static constinit thread_local std::uint64_t before = 0;
  if (counting) allocations_counted = allocations - before;
  counting = !counting;
  before = allocations;
}

// Ends a measurement of so many operations: what has been counted is theirs.
inline void Report(bool counted, const std::string& path,
                   std::uint64_t operations) {
  if (!counted) return;
  const std::string name = path + "|" + std::to_string(operations) + "|" +
                           std::to_string(allocations_counted);
  CALLGRIND_DUMP_STATS_AT(name.c_str());
  std::printf("%s\n", name.c_str());
}

// Takes `operation` as often as said, on this thread.
template <class Operation>
void Measure(bool counted, const std::string& path,
             const Operation& operation) {
  if (counted) Toggle();
  for (std::uint64_t i = 0; i < kOperations; ++i) operation(i);
  if (counted) Toggle();
  Report(counted, path, kOperations);
}

inline void MustCome(bool came, const char* what) {
  if (came) return;
  std::fprintf(stderr, "WRONG RESULT: waited in vain for %s\n", what);
  std::abort();
}

inline void MustBe(std::uint64_t seen, std::uint64_t expected,
                   const char* what) {
  if (seen == expected) return;
  std::fprintf(stderr, "WRONG RESULT: %s: %llu\n", what,
               static_cast<unsigned long long>(seen));
  std::abort();
}

inline void MustBeAccepted(Submission submission) {
  MustBe(submission.accepted(), true, "work was refused");
}

// Tasks that run one after the other on a worker. What is counted is from
// within the first to within the last, so one operation less.
class Run {
 public:
  explicit Run(bool counted) : counted_(counted) {}

  void Task() {
    ++ran_;
    if (ran_ != 1 && ran_ != kOperations) return;
    if (counted_) Toggle();
    if (ran_ == kOperations) all_ran_.Set();
  }

  void Await() { MustCome(all_ran_.Wait(), "tasks to run"); }

 private:
  const bool counted_;
  std::uint64_t ran_ = 0;  // of the worker
  Event all_ran_;
};

// Keeps a pool's only worker in a task.
class Hold {
 public:
  explicit Hold(ThreadPool& pool) {
    MustBeAccepted(pool.CallInThread([this] {
      begun_.Set();
      MustCome(end_.Wait(), "the end of a hold");
    }));
    MustCome(begun_.Wait(), "the worker");
  }

  void End() { end_.Set(); }

 private:
  Event begun_;
  Event end_;
};

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_INSTRUCTIONS_H_
