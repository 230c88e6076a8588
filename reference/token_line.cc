// SPDX-License-Identifier: Apache-2.0
#include "reference/token_line.h"

#include <stdexcept>
#include <string>

namespace heddle {

Deferred<void> TokenLine::Acquire() {
  if (tokens() == 0) return DeferredAccess::FromChain<void>(Join(typeid(void)));
  --tokens_;
  return Succeed();
}

void TokenLine::Release(const char* function) {
  if (tokens_ == limit_) {
    throw std::logic_error(std::string(function) + ": nothing is held");
  }
  ++tokens_;
  Serve();
}

ChainResult TokenLine::TakeOne() {
  --tokens_;
  return ChainResult::OfValue<void>();
}

}  // namespace heddle
