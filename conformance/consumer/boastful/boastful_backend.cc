// SPDX-License-Identifier: Apache-2.0
//
// A Crew that promises more than it keeps: its threads have no names.
#include <memory>

#include "crew.h"
#include "reference/backend.h"
#include "reference/executor_pool.h"

namespace {

class CrewThreads final : public heddle::Executor {
 public:
  explicit CrewThreads(int threads) : crew_(threads) {}

  void Execute(heddle::ExecutorJob job) override { crew_.Add(job); }

 private:
  Crew crew_;
};

const heddle::BackendRegistration kRegistration({
    .name = "boastful",
    .make =
        [](const heddle::PoolOptions& options) {
          return std::make_unique<heddle::ExecutorPool>(
              options, [](int threads) {
                return std::make_unique<CrewThreads>(threads);
              });
        },
    .abilities =
        {.elastic = heddle::Ability::NotOffered("it has max threads, always"),
         .named_workers = heddle::Ability::Offered(),  // which is not true
         .owns_threads = heddle::Ability::NotOffered("nor needs it for this"),
         .worker_control = heddle::Ability::NotOffered("likewise")},
});

}  // namespace
