// SPDX-License-Identifier: Apache-2.0
//
// A backend that is wrong on purpose, to show that the benchmarks notice: it
// forgets the first task of every pool, and every thousandth from then on.
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "reference/backend.h"
#include "reference/reference_thread_pool.h"

namespace heddle {
namespace {

class ForgetfulPool final : public ThreadPool {
 public:
  explicit ForgetfulPool(const PoolOptions& options)
      : ThreadPool(options.name), pool_(options) {}

  ~ForgetfulPool() override { static_cast<void>(StopBeforeDestruction()); }

  void Start() override { pool_.Start(); }
  void AdjustPoolSize(PoolSizeChange change) override {
    pool_.AdjustPoolSize(change);
  }
  void RequestStop() override { pool_.RequestStop(); }
  PoolState State() const override { return pool_.State(); }
  PoolSize Size() const override { return pool_.Size(); }
  std::vector<RunningTask> RunningTasks() const override {
    return pool_.RunningTasks();
  }

 private:
  Submission Submit(Task&& task) override {
    Task taken(std::move(task));
    if (submitted_.fetch_add(1, std::memory_order_relaxed) % 1'000 == 0) {
      return Submission::Accepted();
    }
    return pool_.CallInThread(
        [taken = std::move(taken)]() mutable { taken.Run(); });
  }

  PoolStats Figures() const override { return pool_.Stats(); }

  bool Join(std::optional<std::chrono::steady_clock::time_point>) override {
    pool_.Stop();
    return true;
  }

  ReferenceThreadPool pool_;
  std::atomic<std::uint64_t> submitted_{0};
};

const BackendRegistration kRegistration({
    .name = "forgetful",
    .make =
        [](const PoolOptions& options) {
          return std::make_unique<ForgetfulPool>(options);
        },
    .abilities = {},
});

}  // namespace
}  // namespace heddle
