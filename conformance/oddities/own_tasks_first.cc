// SPDX-License-Identifier: Apache-2.0
//
// A worker hands itself what it has submitted: when its task has ended it goes
// on with the newest of its own among the last 64 to come, and after three of
// them with the oldest of all. Who is idle takes anybody's (TP-53), and nothing
// is nested (TP-13).
#include <algorithm>

#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class OwnTasksFirst final : public Oddity {
  std::size_t NextTask(const std::deque<Waiting>& waiting) override {
    thread_local int own_in_a_row = 0;
    if (++own_in_a_row <= 3) {
      const auto newest = waiting.rbegin();
      const auto looked_at = std::min<std::size_t>(waiting.size(), 64);
      for (std::size_t i = 0; i < looked_at; ++i) {
        if (newest[static_cast<std::ptrdiff_t>(i)].submitter ==
            std::this_thread::get_id()) {
          return waiting.size() - 1 - i;
        }
      }
    }
    own_in_a_row = 0;
    return 0;
  }
};

const BackendRegistration kRegistration({
    .name = "odd_own_tasks_first",
    .make = MakeOddPool<OwnTasksFirst>,
    .abilities = {.fifo = Ability::NotOffered("a worker's own come first")},
});

}  // namespace
}  // namespace heddle::oddities
