// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_semaphore.h"

#include <stdexcept>
#include <string>

namespace heddle {
namespace {

int RequireTokens(int tokens) {
  if (tokens < 1) {
    throw std::invalid_argument("DeferredSemaphore: tokens is " +
                                std::to_string(tokens) +
                                ", must be at least 1");
  }
  return tokens;
}

}  // namespace

DeferredSemaphore::DeferredSemaphore(int tokens)
    : line_(std::make_shared<TokenLine>(RequireTokens(tokens))) {}

DeferredSemaphore::~DeferredSemaphore() {
  line_->Close("the DeferredSemaphore has been destroyed");
}

}  // namespace heddle
