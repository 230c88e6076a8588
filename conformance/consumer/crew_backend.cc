// SPDX-License-Identifier: Apache-2.0
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
  Crew crew_;  // its destructor joins
};

const heddle::BackendRegistration kRegistration({
    .name = "crew",
    .make =
        [](const heddle::PoolOptions& options) {
          return std::make_unique<heddle::ExecutorPool>(
              options, [](int threads) {
                return std::make_unique<CrewThreads>(threads);
              });
        },
    .abilities = {.elastic = heddle::Ability::NotOffered(
                      "a Crew has all its threads from the start"),
                  .named_workers =
                      heddle::Ability::NotOffered("a Crew names no threads"),
                  .owns_threads = heddle::Ability::NotOffered(
                      "a Crew ends the program if it lacks a thread"),
                  .worker_control = heddle::Ability::NotOffered(
                      "a Crew cannot add or retire single threads"),
                  .bounded = heddle::Ability::Offered()},
});

}  // namespace
