// SPDX-License-Identifier: Apache-2.0
//
// Times as the workloads note them: nanoseconds in a double.
#ifndef HEDDLE_BENCHMARKS_STOPWATCH_H_
#define HEDDLE_BENCHMARKS_STOPWATCH_H_

#include <time.h>

#include <chrono>
#include <thread>

namespace heddle::workloads {

using Moment = std::chrono::steady_clock::time_point;

inline Moment Now() { return std::chrono::steady_clock::now(); }

inline double NanosecondsBetween(Moment start, Moment end) {
  return std::chrono::duration<double, std::nano>(end - start).count();
}

// The CPU time of the whole process, in seconds.
inline double ProcessCpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) * 1e-9;
}

// The CPU time of the calling thread, in nanoseconds.
inline double ThreadCpuNanoseconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 +
         static_cast<double>(time.tv_nsec);
}

// The CPU time of the process without the calling thread, in seconds. Between
// the two readings the thread runs on, so a difference of two such times may
// be off by a microsecond or two, either way.
inline double OtherThreadsCpuSeconds() {
  return ProcessCpuSeconds() - ThreadCpuNanoseconds() * 1e-9;
}

// How long the measuring thread sleeps so that whoever spins before it sleeps
// has gone to sleep too; not in a time that is measured.
inline constexpr std::chrono::microseconds kUntilParked(300);

inline void Pause(std::chrono::microseconds duration) {
  std::this_thread::sleep_for(duration);
}

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_STOPWATCH_H_
