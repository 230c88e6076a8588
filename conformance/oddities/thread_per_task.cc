// SPDX-License-Identifier: Apache-2.0
//
// A new thread for every task: a worker leaves as soon as its task has ended.
// What is left of a backlog when the pool stops, one worker runs to the end.
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class ThreadPerTask final : public Oddity {
  int Least(int) override { return 0; }
  bool Leaves(bool, int) override { return true; }
};

const BackendRegistration kRegistration({
    .name = "odd_thread_per_task",
    .make = MakeOddPool<ThreadPerTask>,
    .abilities = {.elastic = Ability::NotOffered(
                      "a worker is made for one task; min is not kept")},
});

}  // namespace
}  // namespace heddle::oddities
