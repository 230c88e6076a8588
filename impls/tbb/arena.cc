// SPDX-License-Identifier: Apache-2.0
#include "impls/tbb/arena.h"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/version.h>

#include <atomic>
#include <new>
#include <stdexcept>

namespace heddle {
namespace {

// oneTBB keeps some 150 bytes for each thread that it might create.
constexpr long kThreads = 1000;

// What all shares come to. Relaxed: the number stands for nothing else.
std::atomic<long> shares{0};

// Never destroyed: its threads are in use until the process ends.
union Limit {
  // oneTBB counts the thread that uses it as one more.
  Limit() : control(tbb::global_control::max_allowed_parallelism,
                    kThreads + 1) {}
  ~Limit() {}

  tbb::global_control control;
};

}  // namespace

class Arena::Impl : public tbb::task_arena {
 public:
  Impl() : task_arena(/*max_concurrency=*/1, /*reserved_for_masters=*/0) {}
};

Arena::Arena() : impl_(std::make_unique<Impl>()) {}

Arena::~Arena() = default;

Enqueued Arena::Enqueue(void (*function)(void*), void* argument) {
  try {
    impl_->enqueue([=]() noexcept { function(argument); });
    return Enqueued::kYes;
  } catch (const std::bad_alloc&) {
    return Enqueued::kNo;
  } catch (const std::runtime_error&) {
    return Enqueued::kWithoutThread;
  }
}

ArenaShare::ArenaShare() { static const Limit limit; }

ArenaShare::~ArenaShare() { static_cast<void>(Set(0)); }

bool ArenaShare::Set(int threads) {
  const long change = static_cast<long>(threads) - threads_;
  threads_ = threads;
  return shares.fetch_add(change, std::memory_order_relaxed) + change <=
         Available();
}

long ArenaShare::Available() {
  return static_cast<long>(tbb::global_control::active_value(
             tbb::global_control::max_allowed_parallelism)) -
         1;
}

std::string TbbVersion() { return TBB_runtime_version(); }

}  // namespace heddle
