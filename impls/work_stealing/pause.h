// SPDX-License-Identifier: Apache-2.0
//
// Pause: what a loop does that waits for another thread's store.
#ifndef HEDDLE_IMPLS_WORK_STEALING_PAUSE_H_
#define HEDDLE_IMPLS_WORK_STEALING_PAUSE_H_

namespace heddle::work_stealing {

// Tells the processor that this is such a loop; some ten nanoseconds.
inline void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");
#endif
}

}  // namespace heddle::work_stealing

#endif  // HEDDLE_IMPLS_WORK_STEALING_PAUSE_H_
