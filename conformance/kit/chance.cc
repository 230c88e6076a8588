// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/chance.h"

#include <cstdio>
#include <random>
#include <stdexcept>

namespace heddle::conformance {
namespace {

// Of 32 bits, which are enough, and easier to copy.
std::uint64_t FreshSeed() { return std::random_device()(); }

int Checked(int tries) {
  if (tries < 1) {
    throw std::invalid_argument("Chance: tries is " + std::to_string(tries) +
                                ", must be at least 1");
  }
  return tries;
}

std::string Replay(std::uint64_t seed) {
  const std::string number = std::to_string(seed);
  return "seed " + number + "; replay with --seed=" + number;
}

}  // namespace

Chance::Chance(int tries, const std::string& miss_rate,
               std::optional<std::uint64_t> seed)
    : tries_(Checked(tries)),
      seed_(seed ? *seed : FreshSeed()),
      trace_(__FILE__, __LINE__, Replay(seed_)) {
  std::printf("probabilistic: %d tries, %s\n", tries_, Replay(seed_).c_str());
  // Before whatever may end the process.
  std::fflush(stdout);
  testing::Test::RecordProperty("tries", std::to_string(tries_));
  testing::Test::RecordProperty("seed", std::to_string(seed_));
  testing::Test::RecordProperty("miss_rate", miss_rate);
}

testing::ScopedTrace Chance::Try(int number) const {
  return testing::ScopedTrace(
      __FILE__, __LINE__,
      "try " + std::to_string(number) + ", seed " + std::to_string(seed_));
}

}  // namespace heddle::conformance
