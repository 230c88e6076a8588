// SPDX-License-Identifier: Apache-2.0
//
// Floors of two threads.
//
// floor/cache_line: a cache line written by one processor, then by another,
// and back; both threads pinned, neither ever sleeps.
// floor/spsc_handoff: one item through a ring buffer for one producer and one
// consumer; both pinned, neither ever sleeps.
// floor/futex_round_trip: wake a sleeping thread and be woken by it. Not
// pinned, as the workers of a pool are not. See round_trips.h.
// floor/eventfd_round_trip: the same with a thread that sleeps in epoll_wait,
// as a reactor does, and answers through a futex.
// floor/futex_round_trip_parked, floor/eventfd_round_trip_parked: the same
// with the pause before each that workloads make until everybody sleeps.
//
// The first two are left out where the program has only one processor.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "benchmarks/event.h"
#include "benchmarks/processors.h"
#include "benchmarks/round_trips.h"
#include "benchmarks/stopwatch.h"
#include "benchmarks/workload.h"
#include "benchmarks/workloads.h"

namespace heddle::workloads {
namespace {

constexpr std::uint64_t kEnd = ~std::uint64_t{0};

struct alignas(128) Line {
  std::atomic<std::uint64_t> value{0};
};

void CacheLine(benchmark::State& state, int here, int there) {
  Line line;  // odd: the other thread's turn; even: this one's
  std::jthread other([&line, there] {
    const OnProcessor pinned(there);
    for (std::uint64_t turn = 1;; turn += 2) {
      std::uint64_t seen;
      do {
        seen = line.value.load(std::memory_order_acquire);
      } while (seen < turn);
      if (seen == kEnd) return;
      line.value.store(turn + 1, std::memory_order_release);
    }
  });
  const OnProcessor pinned(here);
  std::uint64_t turn = 1;
  const auto round_trip = [&line, &turn] {
    line.value.store(turn, std::memory_order_release);
    while (line.value.load(std::memory_order_acquire) != turn + 1) {
    }
    turn += 2;
  };
  round_trip();  // the other thread is there
  for (auto _ : state) round_trip();
  Check(state, "turns", line.value,
        2 * (static_cast<std::uint64_t>(state.iterations()) + 1));
  line.value = kEnd;
}

// A ring buffer for one producer and one consumer. Each side remembers what
// it last saw of the other, and looks again only when that does not suffice.
class Ring {
 public:
  void Push(std::uint64_t item) {
    const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
    while (tail - head_seen_ == kSize) {
      head_seen_ = head_.load(std::memory_order_acquire);
    }
    items_[tail % kSize] = {item, item};
    tail_.store(tail + 1, std::memory_order_release);
  }

  std::uint64_t Pop() {
    const std::uint64_t head = head_.load(std::memory_order_relaxed);
    while (head == tail_seen_) {
      tail_seen_ = tail_.load(std::memory_order_acquire);
    }
    const std::uint64_t item = items_[head % kSize].first;
    head_.store(head + 1, std::memory_order_release);
    return item;
  }

 private:
  using Item = std::pair<std::uint64_t, std::uint64_t>;

  static constexpr std::uint64_t kSize = 1024;

  // The consumer's line, the producer's line, and the items, of 16 bytes.
  alignas(128) std::atomic<std::uint64_t> head_{0};
  std::uint64_t tail_seen_ = 0;
  alignas(128) std::atomic<std::uint64_t> tail_{0};
  std::uint64_t head_seen_ = 0;
  alignas(128) std::array<Item, kSize> items_;
};

void SpscHandoff(benchmark::State& state, int here, int there) {
  constexpr std::uint64_t kItems = 1 << 16;
  const auto ring = std::make_unique<Ring>();
  Line sums;  // what the consumer has taken out in whole rounds
  std::jthread consumer([&ring, &sums, there] {
    const OnProcessor pinned(there);
    std::uint64_t sum = 0;
    while (true) {
      for (std::uint64_t i = 0; i < kItems; ++i) {
        const std::uint64_t item = ring->Pop();
        if (item == kEnd) return;
        sum += item;
      }
      sums.value.store(sum, std::memory_order_release);
    }
  });
  const OnProcessor pinned(here);
  constexpr std::uint64_t kSum = kItems * (kItems + 1) / 2;
  std::uint64_t rounds = 0;
  const auto run_round = [&] {
    for (std::uint64_t i = 1; i <= kItems; ++i) ring->Push(i);
    ++rounds;
    // The sum changes only at the end of the round.
    while (sums.value.load(std::memory_order_acquire) == (rounds - 1) * kSum) {
    }
  };
  run_round();  // the consumer is there
  for (auto _ : state) run_round();
  ring->Push(kEnd);
  Check(state, "sum of the items", sums.value, rounds * kSum);
  CountItems(state, kItems);
}

void FutexRoundTrip(benchmark::State& state, std::chrono::microseconds pause) {
  Event there;
  RoundTrips round_trips;
  std::atomic<bool> ended{false};
  std::jthread other([&] {
    while (there.Wait() && !ended) round_trips.Answer();
  });
  round_trips.Run(state, pause, [&there] { there.Set(); });
  ended = true;
  there.Set();
  other.join();
  round_trips.Finish(state);
}

// An eventfd, watched by an epoll instance.
class WakeupDescriptor {
 public:
  WakeupDescriptor() {
    epoll_event event{};
    event.events = EPOLLIN;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, event_, &event);
  }

  ~WakeupDescriptor() {
    close(epoll_);
    close(event_);
  }

  WakeupDescriptor(const WakeupDescriptor&) = delete;
  WakeupDescriptor& operator=(const WakeupDescriptor&) = delete;

  bool Wake() const {
    const std::uint64_t one = 1;
    return write(event_, &one, sizeof(one)) == sizeof(one);
  }

  bool Wait() const {
    epoll_event event;
    std::uint64_t count;
    return epoll_wait(epoll_, &event, 1, -1) == 1 &&
           read(event_, &count, sizeof(count)) == sizeof(count);
  }

 private:
  const int event_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
};

void EventfdRoundTrip(benchmark::State& state,
                      std::chrono::microseconds pause) {
  const WakeupDescriptor there;
  RoundTrips round_trips;
  std::atomic<bool> ended{false};
  std::jthread other([&] {
    while (there.Wait() && !ended) round_trips.Answer();
  });
  round_trips.Run(state, pause, [&there] { there.Wake(); });
  ended = true;
  there.Wake();
  other.join();
  round_trips.Finish(state);
}

// A round trip, back to back and with pauses.
void RegisterRoundTrip(const std::string& who,
                       void (*run)(benchmark::State&,
                                   std::chrono::microseconds)) {
  Register({.name = "floor", .who = who, .run = [run](benchmark::State& state) {
              run(state, std::chrono::microseconds(0));
            }});
  Register(
      {.name = "floor",
       .who = who + "_parked",
       .iterations = kPausedRoundTrips,
       .run = [run](benchmark::State& state) { run(state, kUntilParked); }});
}

}  // namespace

void RegisterFloorsOfTwoThreads() {
  const std::vector<int> processors = AllowedProcessors();
  if (processors.size() >= 2) {
    const int here = processors[0];
    const int there = processors[1];
    Register({.name = "floor",
              .who = "cache_line",
              .run = [here, there](benchmark::State& state) {
                CacheLine(state, here, there);
              }});
    Register({.name = "floor",
              .who = "spsc_handoff",
              .run = [here, there](benchmark::State& state) {
                SpscHandoff(state, here, there);
              }});
  }
  RegisterRoundTrip("futex_round_trip", FutexRoundTrip);
  RegisterRoundTrip("eventfd_round_trip", EventfdRoundTrip);
}

}  // namespace heddle::workloads
