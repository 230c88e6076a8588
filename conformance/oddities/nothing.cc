// SPDX-License-Identifier: Apache-2.0
//
// No ability declared, and none kept: min is ignored, threads come and go, the
// order is any, figures are late and steps take a while.
#include <algorithm>
#include <utility>

#include "conformance/oddities/odd_chance.h"
#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class Nothing final : public Oddity {
  std::size_t NextTask(const std::deque<Waiting>& waiting) override {
    return Below(std::min<std::size_t>(waiting.size(), 64));
  }
  std::size_t NextWorker(std::size_t idle) override { return Below(idle); }
  int Least(int) override { return 0; }
  bool Leaves(bool, int) override { return Below(2) == 0; }
  void Between() override { Dawdle(); }
  PoolStats Report(const PoolStats& exact) override {
    return std::exchange(seen_, exact);
  }

  PoolStats seen_;
};

const BackendRegistration kRegistration({
    .name = "odd_nothing",
    .make = MakeOddPool<Nothing>,
    .abilities = {.elastic = Ability::NotOffered("min is not kept"),
                  .fifo = Ability::NotOffered("tasks are drawn by lot"),
                  .named_workers = Ability::NotOffered("names are not told"),
                  .exact_stats = Ability::NotOffered("figures come late"),
                  .owns_threads = Ability::NotOffered("threads are not told"),
                  .worker_control = Ability::NotOffered("nobody asks")},
});

}  // namespace
}  // namespace heddle::oddities
