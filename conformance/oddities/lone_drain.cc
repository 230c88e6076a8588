// SPDX-License-Identifier: Apache-2.0
//
// From the moment the pool is asked to stop, one worker runs what is left; the
// others leave when their tasks have ended.
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class LoneDrain final : public Oddity {
  int MostInDrain(int) override { return 1; }
};

const BackendRegistration kRegistration({
    .name = "odd_lone_drain",
    .make = MakeOddPool<LoneDrain>,
    .abilities = {},
});

}  // namespace
}  // namespace heddle::oddities
