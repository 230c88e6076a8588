// SPDX-License-Identifier: Apache-2.0
//
// Any of the 64 oldest tasks, by any of the idle workers: none waits for ever,
// because each of them has the same chance every time.
#include <algorithm>

#include "conformance/oddities/odd_chance.h"
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class RandomOrder final : public Oddity {
  std::size_t NextTask(const std::deque<Waiting>& waiting) override {
    return Below(std::min<std::size_t>(waiting.size(), 64));
  }
  std::size_t NextWorker(std::size_t idle) override { return Below(idle); }
};

const BackendRegistration kRegistration({
    .name = "odd_random_order",
    .make = MakeOddPool<RandomOrder>,
    .abilities = {.fifo = Ability::NotOffered("tasks are drawn by lot")},
});

}  // namespace
}  // namespace heddle::oddities
