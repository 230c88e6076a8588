// SPDX-License-Identifier: Apache-2.0
//
// Random numbers that a seed gives again, on every machine.
#ifndef HEDDLE_CONFORMANCE_KIT_RANDOM_NUMBERS_H_
#define HEDDLE_CONFORMANCE_KIT_RANDOM_NUMBERS_H_

#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

namespace heddle::conformance {

// For one thread at a time. Two sequences of one seed, with different numbers
// of their own, have nothing to do with one another.
class RandomNumbers {
 public:
  explicit RandomNumbers(std::uint64_t seed, std::uint32_t sequence = 0)
      : engine_(Engine(seed, sequence)) {}

  std::uint64_t Next() { return engine_(); }

  // 0 to `limit` - 1. Throws std::invalid_argument if `limit` is not above 0.
  int Below(int limit) {
    if (limit <= 0) {
      throw std::invalid_argument("RandomNumbers::Below: limit is " +
                                  std::to_string(limit) + ", must be above 0");
    }
    return static_cast<int>(Next() % static_cast<std::uint64_t>(limit));
  }

  // `least` to `most`, both included.
  int Between(int least, int most) { return least + Below(most - least + 1); }

  // True once in `times`, on the average.
  bool OneIn(int times) { return Below(times) == 0; }

  // Spends a random time, of some microseconds at most, or gives way to other
  // threads: moves what comes next about in relation to them.
  void Pause() {
    if (OneIn(4)) return std::this_thread::yield();
    engine_.discard(Next() % 4096);
  }

 private:
  static std::mt19937_64 Engine(std::uint64_t seed, std::uint32_t sequence) {
    std::seed_seq seeds{static_cast<std::uint32_t>(seed),
                        static_cast<std::uint32_t>(seed >> 32), sequence};
    return std::mt19937_64(seeds);
  }

  std::mt19937_64 engine_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_RANDOM_NUMBERS_H_
