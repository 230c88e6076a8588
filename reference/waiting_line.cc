// SPDX-License-Identifier: Apache-2.0
#include "reference/waiting_line.h"

#include <exception>
#include <utility>

#include "reference/deferred_chain.h"
#include "reference/errors.h"

namespace heddle {
namespace {

// True while it lives.
class Raised {
 public:
  explicit Raised(bool& flag) : flag_(flag) { flag_ = true; }
  ~Raised() { flag_ = false; }
  Raised(const Raised&) = delete;
  Raised& operator=(const Raised&) = delete;

 private:
  bool& flag_;
};

}  // namespace

ChainHandle WaitingLine::Join(const std::type_info& type) {
  const auto place = chains_.emplace(chains_.end());
  // Weak: the line owns the chain. Whoever is in the line is unfired, and whom
  // it fires has left, so the place is there when the canceller runs.
  *place = DeferredChain::Make(
      type, [weak = weak_from_this(), place](const ChainHandle&) {
        if (const auto line = weak.lock()) line->chains_.erase(place);
      });
  return *place;
}

void WaitingLine::Serve() {
  if (serving_) return;
  const auto self = shared_from_this();
  const Raised serving(serving_);
  while (!chains_.empty() && stocked()) {
    const ChainHandle first = PopFirst();
    first->Fire("WaitingLine::Serve", TakeOne());
  }
}

void WaitingLine::Close(const char* message) {
  const auto self = shared_from_this();
  while (!chains_.empty()) {
    PopFirst()->Fire("WaitingLine::Close",
                     ChainResult::OfFailure(
                         std::make_exception_ptr(CancelledError(message))));
  }
}

ChainHandle WaitingLine::PopFirst() {
  ChainHandle first = std::move(chains_.front());
  chains_.pop_front();
  return first;
}

}  // namespace heddle
