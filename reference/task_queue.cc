// SPDX-License-Identifier: Apache-2.0
#include "reference/task_queue.h"

#include <utility>

namespace heddle {

void TaskQueue::swap(TaskQueue& other) noexcept {
  chunks_.swap(other.chunks_);
  std::swap(first_, other.first_);
  std::swap(size_, other.size_);
  spare_.swap(other.spare_);
}

void TaskQueue::AddChunk() {
  if (spare_.empty()) spare_.emplace_back();
  chunks_.splice(chunks_.end(), spare_, spare_.begin());
}

void TaskQueue::DropChunk(Chunks::iterator chunk) {
  if (spare_.size() < kMaxSpare) {
    spare_.splice(spare_.begin(), chunks_, chunk);
  } else {
    chunks_.erase(chunk);
  }
}

}  // namespace heddle
