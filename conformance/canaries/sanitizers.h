// SPDX-License-Identifier: Apache-2.0
//
// Which sanitizers this program was built with.
#ifndef HEDDLE_CONFORMANCE_CANARIES_SANITIZERS_H_
#define HEDDLE_CONFORMANCE_CANARIES_SANITIZERS_H_

#if defined(__SANITIZE_THREAD__)
#define HEDDLE_CANARIES_TSAN 1
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HEDDLE_CANARIES_ASAN 1
#endif
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HEDDLE_CANARIES_TSAN 1
#endif
#if __has_feature(address_sanitizer)
#define HEDDLE_CANARIES_ASAN 1
#endif
#endif

// In the runtime of UndefinedBehaviorSanitizer, for which there is no macro.
extern "C" __attribute__((weak)) void __ubsan_handle_add_overflow(void*, void*,
                                                                  void*);
extern "C" __attribute__((weak)) void __ubsan_handle_add_overflow_abort(
    void*, void*, void*);

namespace heddle::conformance {

#ifdef HEDDLE_CANARIES_TSAN
inline constexpr bool kHasThreadSanitizer = true;
#else
inline constexpr bool kHasThreadSanitizer = false;
#endif

#ifdef HEDDLE_CANARIES_ASAN
inline constexpr bool kHasAddressSanitizer = true;
#else
inline constexpr bool kHasAddressSanitizer = false;
#endif

inline bool HasUndefinedBehaviorSanitizer() {
  return __ubsan_handle_add_overflow != nullptr ||
         __ubsan_handle_add_overflow_abort != nullptr;
}

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_CANARIES_SANITIZERS_H_
