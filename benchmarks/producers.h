// SPDX-License-Identifier: Apache-2.0
//
// Producers: threads that submit work at the same time.
#ifndef HEDDLE_BENCHMARKS_PRODUCERS_H_
#define HEDDLE_BENCHMARKS_PRODUCERS_H_

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "benchmarks/event.h"

namespace heddle::workloads {

// What it is: `count` producers, of which the thread that owns the object is
// number 0 and the others are threads that sleep between rounds.
//
// Its states: asleep, or within a round.
//
// What the caller must do: begin a round only when the work of the former has
// run.
//
// What it promises: Produce calls `produce` once with each producer's number,
// each on its own thread, and returns when number 0 has done its share.
//
// Happens-before: what the owner did before Produce is visible to all of them.
//
// Destruction: joins the others. Before the pool or reactor they submit to is
// stopped.
class Producers {
 public:
  Producers(int count, std::function<void(int)> produce)
      : produce_(std::move(produce)) {
    for (int number = 1; number < count; ++number) {
      rounds_.push_back(std::make_unique<Event>());
      threads_.emplace_back(
          [this, number, &round = *rounds_.back()] { Serve(number, round); });
    }
  }

  ~Producers() {
    ended_.store(true, std::memory_order_relaxed);  // Event::Set publishes it
    for (const auto& round : rounds_) round->Set();
  }

  Producers(const Producers&) = delete;
  Producers& operator=(const Producers&) = delete;

  void Produce() {
    for (const auto& round : rounds_) round->Set();
    produce_(0);
  }

 private:
  void Serve(int number, Event& round) {
    while (true) {
      while (!round.Wait()) {
        // The owner is busy with something else; it sets the event in the end.
      }
      if (ended_.load(std::memory_order_relaxed)) return;
      produce_(number);
    }
  }

  const std::function<void(int)> produce_;
  std::atomic<bool> ended_{false};
  std::vector<std::unique_ptr<Event>> rounds_;
  std::vector<std::jthread> threads_;  // joined first
};

}  // namespace heddle::workloads

#endif  // HEDDLE_BENCHMARKS_PRODUCERS_H_
