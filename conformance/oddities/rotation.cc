// SPDX-License-Identifier: Apache-2.0
//
// The worker that has been idle longest: tasks that follow one another never
// meet the same thread, if there are two.
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class Rotation final : public Oddity {
  std::size_t NextWorker(std::size_t) override { return 0; }
};

const BackendRegistration kRegistration({
    .name = "odd_rotation",
    .make = MakeOddPool<Rotation>,
    .abilities = {},
});

}  // namespace
}  // namespace heddle::oddities
