// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_queue.h"

#include <string>

#include "reference/deferred_chain.h"
#include "reference/errors.h"

namespace heddle {

void ValueLine::RequireRoom() const {
  if (!limits_.size || values_.size() < *limits_.size + length()) return;
  throw QueueOverflow("DeferredQueue::Put: the queue holds " +
                      std::to_string(*limits_.size) +
                      " values, and may hold no more");
}

void ValueLine::Put(ChainResult value) {
  values_.push_back(std::move(value));
  Serve();
}

ChainHandle ValueLine::Get(const std::type_info& type) {
  if (size() > 0 && length() == 0) {
    ChainHandle chain = DeferredChain::Make(type);
    chain->Fire("DeferredQueue::Get", TakeOne());
    return chain;
  }
  if (limits_.backlog && length() >= *limits_.backlog + values_.size()) {
    throw QueueUnderflow(
        "DeferredQueue::Get: " + std::to_string(*limits_.backlog) +
        " wait for values, and no more may");
  }
  return Join(type);
}

std::size_t ValueLine::size() const {
  return values_.size() > length() ? values_.size() - length() : 0;
}

std::size_t ValueLine::backlog() const {
  return length() > values_.size() ? length() - values_.size() : 0;
}

ChainResult ValueLine::TakeOne() {
  ChainResult value = std::move(values_.front());
  values_.pop_front();
  return value;
}

}  // namespace heddle
