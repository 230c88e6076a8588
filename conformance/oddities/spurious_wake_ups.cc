// SPDX-License-Identifier: Apache-2.0
//
// Idle workers wake all the time, for no reason, and go back to sleep.
#include <chrono>

#include "conformance/oddities/odd_chance.h"
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class SpuriousWakeUps final : public Oddity {
  void Wait(std::condition_variable& woken,
            std::unique_lock<std::mutex>& lock) override {
    woken.wait_for(lock, std::chrono::microseconds(Below(500)));
  }
};

const BackendRegistration kRegistration({
    .name = "odd_spurious_wake_ups",
    .make = MakeOddPool<SpuriousWakeUps>,
    .abilities = {},
});

}  // namespace
}  // namespace heddle::oddities
