// SPDX-License-Identifier: Apache-2.0
//
// Start() makes one worker, which makes the next, and so on up to max, while the
// pool is at work already.
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class Ladder final : public Oddity {
  int Least(int) override { return 1; }
  bool BringsAnother() override { return true; }
};

const BackendRegistration kRegistration({
    .name = "odd_ladder",
    .make = MakeOddPool<Ladder>,
    .abilities = {.elastic = Ability::NotOffered(
                      "there are max workers, sooner or later")},
});

}  // namespace
}  // namespace heddle::oddities
