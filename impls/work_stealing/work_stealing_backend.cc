// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "impls/work_stealing/work_stealing_pool.h"
#include "reference/backend.h"

namespace heddle::work_stealing {
namespace {

const BackendRegistration kRegistration({
    .name = "work_stealing",
    .make =
        [](const PoolOptions& options) {
          return std::make_unique<WorkStealingPool>(options);
        },
    .abilities = {
        .fifo = Ability::NotOffered(
            "a worker takes the newest of its own tasks first"),
        .bounded = Ability::Offered(),
    },
});

}  // namespace
}  // namespace heddle::work_stealing
