// SPDX-License-Identifier: Apache-2.0
//
// What ThreadSanitizer has to be told where work passes through a library that
// is not instrumented. Without ThreadSanitizer all of it is nothing.
#ifndef HEDDLE_IMPLS_TBB_TSAN_H_
#define HEDDLE_IMPLS_TBB_TSAN_H_

#if defined(__SANITIZE_THREAD__)
#define HEDDLE_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HEDDLE_TSAN 1
#endif
#endif

#ifdef HEDDLE_TSAN
#include <sanitizer/tsan_interface.h>

extern "C" {
void AnnotateIgnoreReadsBegin(const char* file, int line);
void AnnotateIgnoreReadsEnd(const char* file, int line);
void AnnotateIgnoreWritesBegin(const char* file, int line);
void AnnotateIgnoreWritesEnd(const char* file, int line);
}
#endif

namespace heddle::tsan {

// What this thread did before HandOver(what) happens before what a thread does
// after TakeOver(what): the library sees to that.
inline void HandOver([[maybe_unused]] void* what) {
#ifdef HEDDLE_TSAN
  __tsan_release(what);
#endif
}

inline void TakeOver([[maybe_unused]] void* what) {
#ifdef HEDDLE_TSAN
  __tsan_acquire(what);
#endif
}

// What this thread does to memory in the object's lifetime is the library's
// own affair. For calls that run none of our code.
class InLibrary {
 public:
  InLibrary() {
#ifdef HEDDLE_TSAN
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
#endif
  }

  ~InLibrary() {
#ifdef HEDDLE_TSAN
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
#endif
  }

  InLibrary(const InLibrary&) = delete;
  InLibrary& operator=(const InLibrary&) = delete;
};

}  // namespace heddle::tsan

#endif  // HEDDLE_IMPLS_TBB_TSAN_H_
