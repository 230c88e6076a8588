// SPDX-License-Identifier: Apache-2.0
//
// Processors: which ones this program may use, and how to stay on one.
#ifndef HEDDLE_BENCHMARKS_PROCESSORS_H_
#define HEDDLE_BENCHMARKS_PROCESSORS_H_

#include <sched.h>

#include <vector>

namespace heddle::workloads {

// The numbers of the processors that the current thread may run on.
inline std::vector<int> AllowedProcessors() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof(allowed), &allowed);
  std::vector<int> processors;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &allowed)) processors.push_back(i);
  }
  return processors;
}

// Keeps the current thread on one processor for the object's lifetime.
class OnProcessor {
 public:
  explicit OnProcessor(int processor) {
    sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<std::size_t>(processor), &only);
    sched_setaffinity(0, sizeof(only), &only);
  }

  ~OnProcessor() { sched_setaffinity(0, sizeof(before_), &before_); }

  OnProcessor(const OnProcessor&) = delete;
  OnProcessor& operator=(const OnProcessor&) = delete;

 private:
  cpu_set_t before_;
};

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_PROCESSORS_H_
