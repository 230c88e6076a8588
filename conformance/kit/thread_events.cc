// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/thread_events.h"

#include <pthread.h>
#include <unistd.h>

#include <cstring>

namespace heddle::conformance {
namespace {

using Clock = std::chrono::steady_clock;

struct ThreadRing {
  // The number, from 1, of the thread that has it; 0: nobody ever had.
  std::atomic<std::uint64_t> owner = 0;
  std::atomic<pid_t> thread = 0;
  EventRing ring;
};

// Pages of it that no thread needs are never touched.
ThreadRing rings[kMostThreads];

std::atomic<std::uint64_t> threads_seen = 0;

thread_local ThreadRing* own_ring = nullptr;
thread_local std::uint64_t own_number = 0;

// In a child of fork() the thread has another number than the one on record.
[[maybe_unused]] const int kForgetInChild =
    pthread_atfork(nullptr, nullptr, [] { own_ring = nullptr; });

// Takes the ring that was taken longest ago. Its thread may be alive and then
// takes another for its next event. Should it be adding one just now, that
// event is lost or garbled. Relaxed throughout: an edge from that thread to
// this one could hide a race that a rule is to show.
ThreadRing* TakeRing() {
  own_number = 1 + threads_seen.fetch_add(1, std::memory_order_relaxed);
  ThreadRing* const taken = &rings[(own_number - 1) % kMostThreads];
  taken->owner.store(own_number, std::memory_order_relaxed);
  taken->ring.Clear();
  taken->thread.store(gettid(), std::memory_order_relaxed);
  return taken;
}

}  // namespace

// A lock for one writer: a reader that sees any value written for an event also
// sees, because these stores are releases and its loads acquires, that the
// event's slot was marked odd before.
void EventRing::Add(const char* verb, std::string_view text,
                    const void* code) noexcept {
  const std::uint64_t number = added_.load(std::memory_order_relaxed) + 1;
  Slot& slot = slots_[number % kCapacity];
  slot.version.store(2 * number - 1, std::memory_order_relaxed);
  slot.when.store(Clock::now().time_since_epoch().count(),
                  std::memory_order_release);
  slot.verb.store(verb, std::memory_order_release);
  slot.code.store(code, std::memory_order_release);
  char bytes[kTextSize] = {};
  text.copy(bytes, kTextSize);
  if (text.size() > kTextSize) std::memcpy(bytes + kTextSize - 3, "...", 3);
  for (std::size_t word = 0; word < kWords; ++word) {
    std::uint64_t value;
    std::memcpy(&value, bytes + word * sizeof value, sizeof value);
    slot.words[word].store(value, std::memory_order_release);
    if (value == 0) break;
  }
  slot.version.store(2 * number, std::memory_order_release);
  added_.store(number, std::memory_order_release);
}

std::vector<ThreadEvent> EventRing::Read() const {
  const std::uint64_t added = added_.load(std::memory_order_acquire);
  const std::uint64_t before = added > kCapacity ? added - kCapacity : 0;
  std::vector<ThreadEvent> events;
  for (std::uint64_t number = before + 1; number <= added; ++number) {
    ThreadEvent event;
    if (ReadSlot(slots_[number % kCapacity], number, event)) {
      events.push_back(std::move(event));
    }
  }
  return events;
}

bool EventRing::ReadSlot(const Slot& slot, std::uint64_t number,
                         ThreadEvent& event) {
  if (slot.version.load(std::memory_order_acquire) != 2 * number) return false;
  const Clock::duration when(slot.when.load(std::memory_order_acquire));
  const char* const verb = slot.verb.load(std::memory_order_acquire);
  const void* const code = slot.code.load(std::memory_order_acquire);
  char bytes[kTextSize + 1] = {};
  for (std::size_t word = 0; word < kWords; ++word) {
    const std::uint64_t value =
        slot.words[word].load(std::memory_order_acquire);
    if (value == 0) break;
    std::memcpy(bytes + word * sizeof value, &value, sizeof value);
  }
  // Relaxed: the loads above are acquires, so this one cannot come before them.
  if (slot.version.load(std::memory_order_relaxed) != 2 * number) return false;
  event = {Clock::time_point(when), verb, code};
  if (bytes[0] != '\0') event.text += std::string(" ") + bytes;
  return true;
}

void EventRing::Clear() noexcept {
  for (Slot& slot : slots_) slot.version.store(0, std::memory_order_relaxed);
  added_.store(0, std::memory_order_relaxed);
}

void NoteEvent(const char* verb, std::string_view what,
               const void* code) noexcept {
  if (own_ring == nullptr ||
      own_ring->owner.load(std::memory_order_relaxed) != own_number) {
    own_ring = TakeRing();
  }
  own_ring->ring.Add(verb, what, code);
}

std::vector<ThreadHistory> ThreadHistories() {
  const std::uint64_t seen = threads_seen.load(std::memory_order_relaxed);
  const std::uint64_t first = seen > kMostThreads ? seen - kMostThreads : 0;
  std::vector<ThreadHistory> histories;
  for (std::uint64_t number = first + 1; number <= seen; ++number) {
    const ThreadRing& ring = rings[(number - 1) % kMostThreads];
    ThreadHistory history{ring.thread.load(std::memory_order_relaxed),
                          ring.ring.Read()};
    // Or another thread has taken it, or is about to.
    if (ring.owner.load(std::memory_order_relaxed) == number &&
        !history.events.empty()) {
      histories.push_back(std::move(history));
    }
  }
  return histories;
}

}  // namespace heddle::conformance
