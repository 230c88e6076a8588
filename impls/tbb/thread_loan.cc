// SPDX-License-Identifier: Apache-2.0
#include "impls/tbb/thread_loan.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HEDDLE_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define HEDDLE_TSAN 1
#endif

#ifdef HEDDLE_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace heddle {
namespace {

#ifdef HEDDLE_TSAN
void TellHandedOver(void* what) { __tsan_release(what); }
void TellTakenOver(void* what) { __tsan_acquire(what); }
#else
void TellHandedOver(void*) {}
void TellTakenOver(void*) {}
#endif

}  // namespace

Enqueued ThreadLoan::Use(Body body, void* argument) {
  body_ = body;
  argument_ = argument;
  TellHandedOver(this);
  return arena_.Enqueue(&CallBody, this);
}

void ThreadLoan::CallBody(void* self) {
  TellTakenOver(self);
  const ThreadLoan& loan = *static_cast<ThreadLoan*>(self);
  loan.body_(loan.argument_);
}

}  // namespace heddle
