// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "impls/tbb/arena.h"
#include "impls/tbb/tbb_pool.h"
#include "reference/backend.h"

namespace heddle {
namespace {

const BackendRegistration kRegistration({
    .name = "tbb",
    .version = TbbVersion(),
    .make =
        [](const PoolOptions& options) {
          return std::make_unique<TbbPool>(options);
        },
    .abilities =
        {.elastic = Ability::NotOffered(
             "oneTBB lends a thread for as long as there is work; the pool "
             "keeps no min"),
         .named_workers = Ability::NotOffered(
             "the threads are oneTBB's, which runs others' work on them too"),
         .owns_threads = Ability::NotOffered(
             "the threads are oneTBB's and outlive the pool"),
         .worker_control = Ability::NotOffered(
             "there are no standing workers to add or retire"),
         .bounded = Ability::Offered()},
});

}  // namespace
}  // namespace heddle
