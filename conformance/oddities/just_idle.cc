// SPDX-License-Identifier: Apache-2.0
//
// The worker that has become idle last, and before it is asleep: it looks
// around for a while first, and the task finds it awake.
#include <thread>

#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class JustIdle final : public Oddity {
  std::size_t NextWorker(std::size_t idle) override { return idle - 1; }

  void Wait(std::condition_variable& woken,
            std::unique_lock<std::mutex>& lock) override {
    thread_local int looked = 0;
    if (++looked % 8 == 0) return woken.wait(lock);
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }
};

const BackendRegistration kRegistration({
    .name = "odd_just_idle",
    .make = MakeOddPool<JustIdle>,
    .abilities = {},
});

}  // namespace
}  // namespace heddle::oddities
