// SPDX-License-Identifier: Apache-2.0
//
// Idle workers wake for no reason, and go back to sleep: often at first, then
// ever more rarely, for an idle pool comes to rest (MU-22), also where each
// waking is dear.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "conformance/oddities/odd_chance.h"
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class SpuriousWakeUps final : public Oddity {
  void Wait(std::condition_variable& woken,
            std::unique_lock<std::mutex>& lock) override {
    using std::chrono::microseconds;
    thread_local std::size_t longest = kShort;
    const auto status = woken.wait_for(lock, microseconds(Below(longest)));
    longest = status == std::cv_status::timeout ? std::min(2 * longest, kLong)
                                                : kShort;
  }

  // In microseconds.
  static constexpr std::size_t kShort = 500;
  static constexpr std::size_t kLong = 64'000;
};

const BackendRegistration kRegistration({
    .name = "odd_spurious_wake_ups",
    .make = MakeOddPool<SpuriousWakeUps>,
    .abilities = {},
});

}  // namespace
}  // namespace heddle::oddities
