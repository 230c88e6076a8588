// SPDX-License-Identifier: Apache-2.0
//
// When max is lowered below the count of workers, the idle ones go down to min.
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class Zealous final : public Oddity {
  bool ShrinksToMin() override { return true; }
};

const BackendRegistration kRegistration({
    .name = "odd_zealous",
    .make = MakeOddPool<Zealous>,
    .abilities = {},
});

}  // namespace
}  // namespace heddle::oddities
