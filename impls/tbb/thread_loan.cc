// SPDX-License-Identifier: Apache-2.0
#include "impls/tbb/thread_loan.h"

#include "impls/tbb/tsan.h"

namespace heddle {

ThreadLoan::ThreadLoan() : arena_(std::make_unique<Arena>()) {}

ThreadLoan::~ThreadLoan() {
  const tsan::InLibrary in_library;
  arena_.reset();
}

Enqueued ThreadLoan::Use(Body body, void* argument) {
  body_ = body;
  argument_ = argument;
  tsan::HandOver(this);
  const tsan::InLibrary in_library;
  return arena_->Enqueue(&CallBody, this);
}

void ThreadLoan::CallBody(void* self) {
  tsan::TakeOver(self);
  const ThreadLoan& loan = *static_cast<ThreadLoan*>(self);
  loan.body_(loan.argument_);
}

}  // namespace heddle
