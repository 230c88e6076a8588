// SPDX-License-Identifier: Apache-2.0
//
// What a thread that waits awake has to know of the machine.
#ifndef HEDDLE_REFERENCE_PROCESSORS_H_
#define HEDDLE_REFERENCE_PROCESSORS_H_

namespace heddle {

// How many processors the current thread may run on, now; 1 if that is not to
// be found out. With one, nothing comes of waiting awake.
int UsableProcessors();

// Between two looks at what another thread is to write: leaves the core to its
// sibling, and spares the power.
inline void SpinPause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Asks for the cache line at `address`, which may be any, to be written soon.
inline void PrefetchToWrite(const void* address) {
#if defined(__x86_64__) || defined(__i386__)
  // The builtin asks to read, where older processors must be served too; those
  // take this for nothing.
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(address)));
#else
  __builtin_prefetch(address, 1);
#endif
}

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_PROCESSORS_H_
