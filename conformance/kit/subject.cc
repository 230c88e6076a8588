// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/subject.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <sstream>
#include <utility>
#include <vector>

#include "conformance/kit/patience.h"
#include "conformance/kit/thread_events.h"
#include "reference/failure.h"

namespace heddle {

std::ostream& operator<<(std::ostream& out, const PoolStats& stats) {
  return out << "threads " << stats.threads << ", idle " << stats.idle
             << ", busy " << stats.busy << ", backlog " << stats.backlog
             << ", completed " << stats.completed << ", failed "
             << stats.failed << ", refused " << stats.refused
             << ", oldest waits for " << stats.oldest_wait.count() << " ns";
}

std::ostream& operator<<(std::ostream& out, PoolState state) {
  switch (state) {
    case PoolState::kNew:
      return out << "new";
    case PoolState::kRunning:
      return out << "running";
    case PoolState::kStopping:
      return out << "stopping";
    case PoolState::kStopped:
      return out << "stopped";
  }
  return out << "state " << static_cast<int>(state);
}

std::ostream& operator<<(std::ostream& out, PoolSize size) {
  return out << size.min << ".." << size.max;
}

}  // namespace heddle

namespace heddle::conformance {
namespace {

struct LivePools {
  std::mutex mutex;
  std::vector<ThreadPool*> pools;  // in order of making
};

LivePools& Live() {
  static LivePools* const live = new LivePools;
  return *live;
}

PoolHandle Watched(std::unique_ptr<ThreadPool> pool) {
  std::lock_guard lock(Live().mutex);
  Live().pools.push_back(pool.get());
  NoteEvent("has made a pool");
  return PoolHandle(pool.release());
}

[[noreturn]] void Refuse(const std::string& why) {
  std::fprintf(stderr, "heddle conformance: %s\n", why.c_str());
  std::exit(2);
}

}  // namespace

const Backend& Subject() { return RegisteredBackends().front(); }

void RequireSubject() {
  const std::vector<Backend>& backends = RegisteredBackends();
  if (backends.empty()) {
    Refuse(
        "no backend is linked into this test. Its library must hold a "
        "heddle::BackendRegistration at namespace scope and be built with "
        "alwayslink = True.");
  }
  if (backends.size() > 1) {
    std::string names;
    for (const Backend& backend : backends) names += " " + backend.name;
    Refuse("more than one backend is linked into this test:" + names);
  }
  const std::string name = "the factory of backend '" + Subject().name + "' ";
  try {
    const std::unique_ptr<ThreadPool> pool = Subject().make(PoolOptions{});
    if (!pool) Refuse(name + "made no pool");
    if (pool->State() != PoolState::kNew) {
      std::ostringstream state;
      state << pool->State();
      Refuse(name + "made a pool that is " + state.str() + ", must be new");
    }
  } catch (...) {
    Refuse(name + "threw " + Failure::Current().Describe());
  }
}

void PoolDeleter::operator()(ThreadPool* pool) const {
  {
    std::lock_guard lock(Live().mutex);
    std::erase(Live().pools, pool);
  }
  if (RuleHasFailed()) AbandonAllWaits();
  NoteEvent("destroys a pool, which stops and joins");
  delete pool;
  NoteEvent("has destroyed a pool");
}

PoolHandle::Call::Call(ThreadPool* pool, const void* code)
    : pool_(pool) {
  NoteEvent("calls a pool", {}, code);
}

PoolHandle::Call::~Call() { NoteEvent("is back from a pool"); }

// Not inlined, so that it has a caller.
[[gnu::noinline]] PoolHandle::Call PoolHandle::operator->() const {
  return Call(get(), __builtin_return_address(0));
}

PoolHandle MakePool(int min, int max, const std::string& name) {
  return MakePool({.size = {.min = min, .max = max}, .name = name});
}

PoolHandle MakePool(const PoolOptions& options) {
  return Watched(Subject().make(options));
}

PoolHandle MakeDefaultPool() { return Watched(Subject().make(PoolOptions{})); }

PoolStats AwaitStats(const ThreadPool& pool,
                     const std::function<bool(const PoolStats&)>& predicate,
                     const std::string& what) {
  PoolStats stats;
  Eventually(
      [&] {
        stats = pool.Stats();
        return predicate(stats);
      },
      what,
      [&] {
        std::ostringstream seen;
        seen << stats;
        return seen.str();
      });
  return stats;
}

void AwaitThreads(const ThreadPool& pool, int count) {
  AwaitStats(
      pool, [&](const PoolStats& stats) { return stats.threads == count; },
      "exactly " + std::to_string(count) + " workers");
}

std::string DescribeNewestPool() {
  std::lock_guard lock(Live().mutex);
  if (Live().pools.empty()) return "none, or it is being destroyed";
  const ThreadPool& pool = *Live().pools.back();
  std::ostringstream text;
  text << pool.State() << ", size " << pool.Size() << ", " << pool.Stats();
  return text.str();
}

}  // namespace heddle::conformance
