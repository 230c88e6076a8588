// SPDX-License-Identifier: Apache-2.0
//
// Does everything and declares nothing: a pool may be better than it says.
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

const Ability kUnsaid = Ability::NotOffered("it does not say so");

const BackendRegistration kRegistration({
    .name = "odd_modest",
    .make = MakeOddPool<Oddity>,
    .abilities = {.elastic = kUnsaid,
                  .fifo = kUnsaid,
                  .named_workers = kUnsaid,
                  .exact_stats = kUnsaid,
                  .owns_threads = kUnsaid,
                  .worker_control = kUnsaid},
});

}  // namespace
}  // namespace heddle::oddities
