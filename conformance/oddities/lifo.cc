// SPDX-License-Identifier: Apache-2.0
//
// The newest task first; of eight, one is the oldest, so that none waits for
// ever.
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class Lifo final : public Oddity {
  std::size_t NextTask(const std::deque<Waiting>& waiting) override {
    const bool oldest = ++handed_out_ % 8 == 0;
    return oldest ? 0 : waiting.size() - 1;
  }

  unsigned handed_out_ = 0;
};

const BackendRegistration kRegistration({
    .name = "odd_lifo",
    .make = MakeOddPool<Lifo>,
    .abilities = {.fifo = Ability::NotOffered("the newest task comes first")},
});

}  // namespace
}  // namespace heddle::oddities
