// SPDX-License-Identifier: Apache-2.0
//
// Arena: the seam to oneTBB. Nothing else includes its headers.
//
// arena.cc is compiled without ThreadSanitizer, which knows nothing of the
// ordering that Debian's library, not being instrumented, gives to what it
// passes from thread to thread: of code inlined from oneTBB's headers it would
// see half, and report races that are none.
#ifndef HEDDLE_IMPLS_TBB_ARENA_H_
#define HEDDLE_IMPLS_TBB_ARENA_H_

#include <memory>
#include <string>

namespace heddle {

// The version of the oneTBB that is loaded: "2021.8".
std::string TbbVersion();

enum class Enqueued {
  kYes,
  // Yes, but oneTBB had to create a thread for it and could not. It waits until
  // oneTBB next wakes or creates one, for whatever reason.
  kWithoutThread,
  kNo,  // there is no memory for it
};

// A tbb::task_arena for one thread of oneTBB's at a time.
class Arena {
 public:
  Arena();
  ~Arena();

  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Has a thread of oneTBB's call function(argument), soon and exactly once;
  // the caller's never does. What the function throws ends the process.
  [[nodiscard]] Enqueued Enqueue(void (*function)(void*), void* argument);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// What it is: one pool's share of the threads that oneTBB has in this
// process. The first one made raises oneTBB's own limit
// (global_control::max_allowed_parallelism), once and for all. The limit is not
// the sum of the shares, because oneTBB fixes how many threads it can ever
// have when it is first used, and of several global_control objects the
// smallest wins: two pools with an object each would starve one another.
//
// Any thread may use it, one at a time.
class ArenaShare {
 public:
  ArenaShare();
  ~ArenaShare();

  ArenaShare(const ArenaShare&) = delete;
  ArenaShare& operator=(const ArenaShare&) = delete;

  // Up to `threads` arenas may be in use. False if all shares together are
  // more than Available(): then some may have to wait for others.
  [[nodiscard]] bool Set(int threads);

  // How many threads oneTBB has for all shares together. Less than we ask for
  // if the program used oneTBB earlier, or limits it too.
  static long Available();

 private:
  int threads_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_IMPLS_TBB_ARENA_H_
