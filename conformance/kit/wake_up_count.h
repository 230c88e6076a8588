// SPDX-License-Identifier: Apache-2.0
//
// Counting the system calls that wake a reactor.
#ifndef HEDDLE_CONFORMANCE_KIT_WAKE_UP_COUNT_H_
#define HEDDLE_CONFORMANCE_KIT_WAKE_UP_COUNT_H_

#include <cstdint>

namespace heddle::conformance {

// A program that links this library calls write and syscall through functions
// of ours. That needs the dynamic linker: it does not work where a sanitizer's
// runtime is linked statically (clang), and false is returned there.
bool CanObserveWakeUps();

// How often this process has written to an eventfd so far, or asked the kernel,
// by syscall, to wake who sleeps on a word. The C library's own locks, and so
// the kit's, do not ask by syscall.
std::uint64_t WakeUps();

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_WAKE_UP_COUNT_H_
