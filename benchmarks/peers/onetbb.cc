// SPDX-License-Identifier: Apache-2.0
//
// The peer "onetbb": an arena of oneTBB. Tasks from outside are enqueued;
// tasks of tasks go to a task group, as TBB has it.
#include <tbb/global_control.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <utility>

#include "benchmarks/peers/peer_pool.h"

namespace heddle::workloads {
namespace {

class TbbArena {
 public:
  explicit TbbArena(int workers)
      // oneTBB counts the thread that uses it as one more, and has by itself
      // no more threads than there are processors.
      : threads_(tbb::global_control::max_allowed_parallelism,
                 static_cast<std::size_t>(workers) + 1),
        arena_(workers, /*reserved_for_masters=*/0) {
    arena_.initialize();
  }

  ~TbbArena() {
    arena_.execute([this] { spawned_.wait(); });
  }

  template <class F>
  void Submit(F&& task) {
    arena_.enqueue(std::forward<F>(task));
  }

  template <class F>
  void Spawn(F&& task) {
    spawned_.run(std::forward<F>(task));
  }

 private:
  tbb::global_control threads_;
  tbb::task_arena arena_;
  tbb::task_group spawned_;
};

const PeerRegistration kRegistration(PeerPool<TbbArena>("onetbb"));

}  // namespace
}  // namespace heddle::workloads
