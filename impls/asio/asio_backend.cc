// SPDX-License-Identifier: Apache-2.0
//
// The backend "asio": Asio's thread_pool, with what the contract asks around
// it.
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <asio/version.hpp>
#include <memory>
#include <string>

#include "reference/backend.h"
#include "reference/executor_pool.h"

namespace heddle {
namespace {

class AsioThreads final : public Executor {
 public:
  explicit AsioThreads(int threads)
      : pool_(static_cast<std::size_t>(threads)) {}

  void Execute(ExecutorJob job) override { asio::post(pool_, job); }

 private:
  asio::thread_pool pool_;  // its destructor joins
};

std::string Version() {
  return std::to_string(ASIO_VERSION / 100000) + "." +
         std::to_string(ASIO_VERSION / 100 % 1000) + "." +
         std::to_string(ASIO_VERSION % 100);
}

const BackendRegistration kRegistration({
    .name = "asio",
    .version = Version(),
    .make =
        [](const PoolOptions& options) {
          return std::make_unique<ExecutorPool>(options, [](int threads) {
            return std::make_unique<AsioThreads>(threads);
          });
        },
    .abilities =
        {.elastic = Ability::NotOffered(
             "asio::thread_pool has all its threads from the start"),
         .named_workers = Ability::NotOffered("asio names no threads"),
         .owns_threads = Ability::NotOffered(
             "the constructor of asio::thread_pool hangs if it can create "
             "some of its threads and not all"),
         .worker_control = Ability::NotOffered(
             "asio::thread_pool cannot add or retire single threads"),
         .bounded = Ability::Offered()},
});

}  // namespace
}  // namespace heddle
