// SPDX-License-Identifier: Apache-2.0
//
// CurrentThreadNumber: which thread this is, for good.
#ifndef HEDDLE_REFERENCE_THREAD_NUMBER_H_
#define HEDDLE_REFERENCE_THREAD_NUMBER_H_

#include <atomic>
#include <cstdint>

namespace heddle {

// The calling thread's number, from 1. Unlike ids and addresses, which the
// next thread may inherit, no number is given twice.
inline std::uint64_t CurrentThreadNumber() {
  static constinit std::atomic<std::uint64_t> last = 0;
  // Relaxed: numbers only have to differ.
  thread_local const std::uint64_t number =
      last.fetch_add(1, std::memory_order_relaxed) + 1;
  return number;
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_THREAD_NUMBER_H_
