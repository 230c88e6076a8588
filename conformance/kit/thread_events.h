// SPDX-License-Identifier: Apache-2.0
//
// What each thread of a rule did last, for whoever looks into a hang.
#ifndef HEDDLE_CONFORMANCE_KIT_THREAD_EVENTS_H_
#define HEDDLE_CONFORMANCE_KIT_THREAD_EVENTS_H_

#include <sys/types.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::conformance {

struct ThreadEvent {
  std::chrono::steady_clock::time_point when;
  std::string text;  // "waits for the gate"
  const void* code;  // the code it happened in, or null
};

// What it is: the last events of one thread, in memory of fixed size.
//
// Its states: how many events were added; of those the last kCapacity are
// there.
//
// What the caller must do: add on one thread at a time. Anybody may read.
//
// What it promises: neither side waits for the other or allocates while it
// adds. An event that is written over while it is read is left out.
//
// Happens-before: none between threads that add, so that noting events orders
// nothing which a rule wants to see unordered. A reader that gets an event
// gets all of it.
//
// Destruction: never while it may be used; those of NoteEvent() live for ever.
class EventRing {
 public:
  static constexpr std::size_t kCapacity = 8;
  // Bytes of text kept of an event, beside its verb; what is longer ends in
  // "...".
  static constexpr std::size_t kTextSize = 80;

  // `verb` must live as long as the ring: a literal.
  void Add(const char* verb, std::string_view text, const void* code) noexcept;

  // Oldest first.
  std::vector<ThreadEvent> Read() const;

  // For a ring that changes hands: as if new.
  void Clear() noexcept;

 private:
  static constexpr std::size_t kWords = kTextSize / sizeof(std::uint64_t);

  struct Slot {
    // 0: never written; odd: being written; else twice the event's number.
    std::atomic<std::uint64_t> version = 0;
    std::atomic<std::int64_t> when = 0;
    std::atomic<const char*> verb = nullptr;
    std::atomic<const void*> code = nullptr;
    std::array<std::atomic<std::uint64_t>, kWords> words = {};
  };

  static bool ReadSlot(const Slot& slot, std::uint64_t number,
                       ThreadEvent& event);

  std::atomic<std::uint64_t> added_ = 0;  // written by the adding thread only
  std::array<Slot, kCapacity> slots_;
};

// Notes what the calling thread does now: a verb that lives for ever, a
// literal, and what it does it to. `code` is where, if that tells more than a
// stack. A quarter of a microsecond; no lock, no allocation, no edge between
// threads.
void NoteEvent(const char* verb, std::string_view what = {},
               const void* code = nullptr) noexcept;

struct ThreadHistory {
  pid_t thread = 0;
  std::vector<ThreadEvent> events = {};  // oldest first
};

// The last events of every thread that noted some, in the order in which they
// noted their first. Threads that have ended are among them until other threads
// need the room, which is enough for kMostThreads. Any thread, at any time.
std::vector<ThreadHistory> ThreadHistories();

inline constexpr std::size_t kMostThreads = 4096;

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_THREAD_EVENTS_H_
