// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "reference/backend.h"
#include "reference/reference_thread_pool.h"

namespace heddle {
namespace {

const BackendRegistration kRegistration({
    .name = "reference",
    .make =
        [](const PoolOptions& options) {
          return std::make_unique<ReferenceThreadPool>(options);
        },
    .abilities = {.bounded = Ability::Offered()},
});

}  // namespace
}  // namespace heddle
