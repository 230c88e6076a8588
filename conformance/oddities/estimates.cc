// SPDX-License-Identifier: Apache-2.0
//
// Figures one look late: Stats() answers with what the look before it saw, and
// counts what is completed in tens.
#include <utility>

#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class Estimates final : public Oddity {
  PoolStats Report(const PoolStats& exact) override {
    PoolStats late = std::exchange(seen_, exact);
    late.completed -= late.completed % 10;
    return late;
  }

  PoolStats seen_;
};

const BackendRegistration kRegistration({
    .name = "odd_estimates",
    .make = MakeOddPool<Estimates>,
    .abilities = {.exact_stats = Ability::NotOffered("figures come late")},
});

}  // namespace
}  // namespace heddle::oddities
