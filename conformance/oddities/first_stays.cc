// SPDX-License-Identifier: Apache-2.0
//
// When max is lowered, who ends a task first stays and goes on with the backlog;
// those whose tasks last longer leave.
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class FirstStays final : public Oddity {
  int LeftToLeave(int others) override { return others; }
};

const BackendRegistration kRegistration({
    .name = "odd_first_stays",
    .make = MakeOddPool<FirstStays>,
    .abilities = {},
});

}  // namespace
}  // namespace heddle::oddities
