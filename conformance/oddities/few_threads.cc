// SPDX-License-Identifier: Apache-2.0
//
// One thread only, until TP-07 demands another: min means nothing, and of the
// workers that have nothing to do one stays.
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class FewThreads final : public Oddity {
  int Least(int) override { return 1; }
  bool Leaves(bool nothing_waits, int others) override {
    return nothing_waits && others > 0;
  }
};

const BackendRegistration kRegistration({
    .name = "odd_few_threads",
    .make = MakeOddPool<FewThreads>,
    .abilities = {.elastic = Ability::NotOffered(
                      "one worker stays, whatever min says"),
                  .worker_control = Ability::NotOffered(
                      "a worker more than needed would leave")},
});

}  // namespace
}  // namespace heddle::oddities
