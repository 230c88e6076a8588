// SPDX-License-Identifier: Apache-2.0
//
// A random while between any two steps: around a submission, between a task's
// being given and its run, between its end and the worker's being idle, before
// a thread ends and before it is joined.
#include "conformance/oddities/odd_chance.h"
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class Delays final : public Oddity {
  void Between() override { Dawdle(); }
};

const BackendRegistration kRegistration({
    .name = "odd_delays",
    .make = MakeOddPool<Delays>,
    .abilities = {},
});

}  // namespace
}  // namespace heddle::oddities
