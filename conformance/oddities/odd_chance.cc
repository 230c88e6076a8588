// SPDX-License-Identifier: Apache-2.0
#include "conformance/oddities/odd_chance.h"

#include <atomic>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

namespace heddle::oddities {
namespace {

std::uint64_t Seed() {
  static const std::uint64_t seed = [] {
    const char* const given = std::getenv("HEDDLE_SEED");
    const std::uint64_t chosen =
        given != nullptr ? std::strtoull(given, nullptr, 10)
                         : std::random_device()();
    std::printf("  an oddity: seed %" PRIu64 "; again with HEDDLE_SEED=%" PRIu64
                "\n",
                chosen, chosen);
    return chosen;
  }();
  return seed;
}

}  // namespace

std::size_t Below(std::size_t limit) {
  static std::atomic<std::uint64_t> next_row = 0;
  thread_local std::minstd_rand row([] {
    std::seed_seq mixed{Seed(), next_row.fetch_add(1)};
    return std::minstd_rand(mixed);
  }());
  return std::uniform_int_distribution<std::size_t>(0, limit - 1)(row);
}

void Dawdle() {
  const std::size_t mood = Below(64);
  if (mood < 32) return;
  const std::size_t turns = mood < 63 ? mood % 4 : 50;
  for (std::size_t turn = 0; turn < turns; ++turn) std::this_thread::yield();
}

}  // namespace heddle::oddities
