// SPDX-License-Identifier: Apache-2.0
#include "reference/context.h"

namespace heddle {

constinit thread_local const Context* Context::current_ = nullptr;

const Context& Context::Current() {
  static const Context* const kEmpty = new Context;
  return current_ != nullptr ? *current_ : *kEmpty;
}

ScopedContext::ScopedContext(Context context)
    : context_(std::move(context)), outer_(Context::current_) {
  Context::current_ = &context_;
}

ScopedContext::~ScopedContext() { Context::current_ = outer_; }

}  // namespace heddle
