// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/census.h"

#include <algorithm>

namespace heddle::work_stealing {

bool WantsWorker(const Counts& counts, PoolSize limits) {
  if (counts.state != PoolState::kRunning) return false;
  if (counts.threads >= std::min(limits.max, Census::kMaxThreads)) return false;
  return counts.threads < limits.min ||
         counts.backlog > static_cast<std::uint64_t>(counts.idle());
}

bool MayLeave(const Counts& counts, PoolSize limits, int retiring) {
  if (counts.threads > limits.max) return true;  // also before backlog (TP-33)
  if (counts.backlog > 0) return false;
  return counts.state >= PoolState::kStopping || retiring > 0;
}

Census::Admission Census::Admit() {
  Word word = word_.load(std::memory_order_seq_cst);
  for (;;) {
    const Counts counts = Unpack(word);
    if (counts.state >= PoolState::kStopping) {
      return {Answer::kStopped, counts};
    }
    if (counts.state == PoolState::kRunning && counts.threads == 0 &&
        limits().max > 0) {
      return {Answer::kNeedsWorker, counts};
    }
    if (IsFull(counts)) return {Answer::kFull, counts};
    if (word_.compare_exchange_weak(word, word + kOneWaiting,
                                    std::memory_order_seq_cst)) {
      return {Answer::kAdmitted, Unpack(word + kOneWaiting)};
    }
  }
}

bool Census::IsFull(const Counts& counts) const {
  const bool running = counts.state == PoolState::kRunning;
  return bound_.IsReached(static_cast<std::size_t>(counts.backlog), counts.busy,
                          running ? limits().max : 0);
}

void Census::SetState(PoolState state) {
  Word word = word_.load(std::memory_order_seq_cst);
  while (!word_.compare_exchange_weak(
      word, (word & ~kStateMask) | static_cast<Word>(state),
      std::memory_order_seq_cst)) {
  }
}

}  // namespace heddle::work_stealing
