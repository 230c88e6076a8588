// SPDX-License-Identifier: Apache-2.0
//
// What a rule says that finds its fault only with luck.
// From conformance/rules/thread_pool_submission.cc:
//
//   RULE(TP_14, SubmissionFromManyThreadsLosesAndDuplicatesNothing) {
//     ...
//     const Chance chance(kSubmitters * kTasksEach);
//     ...
//       submitters.emplace_back([&, i] {
//         RandomNumbers random = chance.Numbers(i);
//         ...
//           random.Pause();
#ifndef HEDDLE_CONFORMANCE_KIT_CHANCE_H_
#define HEDDLE_CONFORMANCE_KIT_CHANCE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "conformance/kit/options.h"
#include "conformance/kit/random_numbers.h"
#include "gtest/gtest.h"

namespace heddle::conformance {

// What it is: the declaration of a probabilistic rule, and the source of all
// its randomness. Races, random histories and random programs are such.
//
// What the caller must do: make it first of all in the rule, on the rule's
// thread, once, and draw every random number from it.
//
// What it promises: it prints "probabilistic: N tries, seed S; replay with
// --seed=S", and records GoogleTest's properties `tries`, `seed` and
// `miss_rate`. While it exists, each failure on the rule's thread carries the
// seed. The seed is that of --seed or HEDDLE_SEED; without them it is a fresh
// one in each run, so that what one run misses another may find. A seed brings
// back the same numbers, not the same scheduling: a race that a seed has shown
// may want several replays.
//
// Threads: Numbers() and Try() may be called on any thread.
class Chance {
 public:
  // `tries`: how many times, at least 1, the rule tries its luck in one run.
  // `miss_rate`: how often a run misses a fault that is there, as it was
  // measured and with what, "0 of 40 runs with mutant tp_14_..."; or "unknown".
  // `seed`: none is a fresh one. Throws std::invalid_argument.
  explicit Chance(int tries, const std::string& miss_rate = "unknown",
                  std::optional<std::uint64_t> seed = GivenSeed());

  Chance(const Chance&) = delete;
  Chance& operator=(const Chance&) = delete;

  int tries() const { return tries_; }
  std::uint64_t seed() const { return seed_; }

  // The random numbers of one thread, or of one part of the rule; each has a
  // `sequence` of its own.
  RandomNumbers Numbers(int sequence = 0) const {
    return RandomNumbers(seed_, static_cast<std::uint32_t>(sequence));
  }

  // While the result exists, failures on this thread carry the try's number
  // and the seed.
  [[nodiscard]] testing::ScopedTrace Try(int number) const;

 private:
  const int tries_;
  const std::uint64_t seed_;
  const testing::ScopedTrace trace_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_CHANCE_H_
