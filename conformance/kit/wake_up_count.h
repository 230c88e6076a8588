// SPDX-License-Identifier: Apache-2.0
//
// Counting the system calls that wake a reactor.
#ifndef HEDDLE_CONFORMANCE_KIT_WAKE_UP_COUNT_H_
#define HEDDLE_CONFORMANCE_KIT_WAKE_UP_COUNT_H_

#include <cstdint>

namespace heddle::conformance {

// A program that links this library calls write through a function of ours.
// That needs the dynamic linker: it does not work where a sanitizer's runtime
// is linked statically (clang), and false is returned there.
bool CanObserveWakeUps();

// How often this process has written to an eventfd so far.
std::uint64_t WakeUps();

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_WAKE_UP_COUNT_H_
