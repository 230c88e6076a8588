// SPDX-License-Identifier: Apache-2.0
#include "reference/context.h"

namespace heddle {
namespace {

// Null stands for the empty context, so that threads pay nothing to begin.
thread_local const Context* current = nullptr;

}  // namespace

const Context& Context::Current() {
  static const Context* const kEmpty = new Context;
  return current != nullptr ? *current : *kEmpty;
}

ScopedContext::ScopedContext(Context context)
    : context_(std::move(context)), outer_(current) {
  current = &context_;
}

ScopedContext::~ScopedContext() { current = outer_; }

}  // namespace heddle
