// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/injection_queue.h"

#include <algorithm>
#include <cassert>
#include <mutex>
#include <thread>

#include "impls/work_stealing/node_cache.h"

namespace heddle::work_stealing {

// A slot that was left empty may be there.
InjectionQueue::~InjectionQueue() { assert(!Pop() && "a task is left"); }

void InjectionQueue::HandBack(TaskNode* node) {
  std::lock_guard guard(lock_);
  node->next = nullptr;
  *end_ = node;
  end_ = &node->next;
  handed_back_.store(handed_back_.load(std::memory_order_relaxed) + 1,
                     std::memory_order_release);
}

TaskNode* InjectionQueue::TakeHandedBack() {
  TaskNode* const node = head_;
  if (node == nullptr) return nullptr;
  head_ = node->next;
  if (head_ == nullptr) end_ = &head_;
  handed_back_.store(handed_back_.load(std::memory_order_relaxed) - 1,
                     std::memory_order_release);
  return node;
}

std::size_t InjectionQueue::Take(std::size_t share,
                                 std::span<TaskNode*> nodes) {
  const std::size_t room =
      std::min<std::size_t>(nodes.size(), NodeCache::Reserve());
  std::size_t count = 0;
  LongTaskInbox::Claim claim;
  {
    std::lock_guard guard(lock_);
    const std::size_t waiting = handed_back_.load(std::memory_order_relaxed) +
                                (inbox_.Count() - popped_);
    const std::size_t most = std::min((waiting + share - 1) / share, room);
    while (count < most && head_ != nullptr) nodes[count++] = TakeHandedBack();
    claim = Claim(most - count);
  }
  // Moving runs the caller's code, and so not under the lock.
  inbox_.Empty(claim, [&](Task& task) {
    nodes[count++] = NodeCache::Make(std::move(task));
  });
  return count;
}

LongTaskInbox::Claim InjectionQueue::Claim(std::size_t most) {
  const LongTaskInbox::Claim claim = inbox_.ClaimSome(most);
  popped_ += claim.size();
  begin_.store(inbox_.Begin(), std::memory_order_release);
  return claim;
}

Task InjectionQueue::Pop() {
  for (;; std::this_thread::yield()) {
    std::unique_lock lock(lock_);
    if (TaskNode* const node = TakeHandedBack()) {
      lock.unlock();
      const OwnedNode owned(node);
      return std::move(node->task);
    }
    const LongTaskInbox::Claim claim = Claim(1);
    const bool is_end = claim.size() == 0 && inbox_.IsEmpty();
    lock.unlock();
    Task task;
    inbox_.Empty(claim, [&](Task& oldest) { task = std::move(oldest); });
    if (task || is_end) return task;
  }
}

std::optional<std::chrono::nanoseconds> InjectionQueue::OldestSubmitted()
    const {
  std::lock_guard guard(lock_);
  std::optional<std::chrono::nanoseconds> oldest;
  const auto look = [&oldest](const Task& task) {
    if (!oldest || task.submitted() < *oldest) oldest = task.submitted();
  };
  if (head_ != nullptr) look(head_->task);
  if (const Task* const front = inbox_.Front(); front != nullptr && *front) {
    look(*front);
  }
  return oldest;
}

}  // namespace heddle::work_stealing
