// SPDX-License-Identifier: Apache-2.0
//
// Every ability declared: all that is left free is chosen as by a plain pool.
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

const BackendRegistration kRegistration({
    .name = "odd_everything",
    .make = MakeOddPool<Oddity>,
    .abilities = {.bounded = Ability::Offered()},
});

}  // namespace
}  // namespace heddle::oddities
