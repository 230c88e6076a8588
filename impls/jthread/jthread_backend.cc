// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "impls/jthread/jthread_pool.h"
#include "reference/backend.h"

namespace heddle {
namespace {

const BackendRegistration kRegistration({
    .name = "jthread",
    .make =
        [](const PoolOptions& options) {
          return std::make_unique<JthreadPool>(options);
        },
    .abilities = {.bounded = Ability::Offered()},
});

}  // namespace
}  // namespace heddle
