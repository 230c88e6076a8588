// SPDX-License-Identifier: Apache-2.0
#include "reference/pool_lifecycle.h"

#include <cassert>

#include "reference/errors.h"

namespace heddle {

bool PoolLifecycle::Start() {
  if (state_ == PoolState::kRunning) return false;
  if (state_ != PoolState::kNew) {
    throw PoolStopped("ThreadPool::Start: a pool cannot start after a stop");
  }
  state_ = PoolState::kRunning;
  return true;
}

void PoolLifecycle::UndoStart() {
  assert(state_ == PoolState::kRunning);
  state_ = PoolState::kNew;
}

bool PoolLifecycle::RequestStop() {
  if (state_ >= PoolState::kStopping) return false;
  state_ = state_ == PoolState::kNew ? PoolState::kStopped
                                     : PoolState::kStopping;
  return true;
}

void PoolLifecycle::FinishStop() {
  assert(state_ == PoolState::kStopping);
  state_ = PoolState::kStopped;
}

}  // namespace heddle
