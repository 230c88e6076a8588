// SPDX-License-Identifier: Apache-2.0
#include "conformance/chance.h"

#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <stdexcept>

namespace heddle::conformance {
namespace {

std::optional<std::uint64_t> GivenSeed() {
  const char* const text = std::getenv("HEDDLE_SEED");
  if (text == nullptr) return std::nullopt;
  char* end = nullptr;
  errno = 0;
  const unsigned long long seed = std::strtoull(text, &end, 10);
  // strtoull takes spaces and signs, too.
  if (!std::isdigit(static_cast<unsigned char>(*text)) || *end != '\0' ||
      errno == ERANGE) {
    std::fprintf(stderr,
                 "HEDDLE_SEED is '%s', must be a whole number from 0 to "
                 "18446744073709551615\n",
                 text);
    std::exit(2);
  }
  return seed;
}

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

Chance::Chance(int tries, const std::string& miss_rate)
    : tries_(Checked(tries)),
      seed_(GivenSeed() ? *GivenSeed() : FreshSeed()),
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
