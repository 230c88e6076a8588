// SPDX-License-Identifier: Apache-2.0
#include "reference/unhandled_failures.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>

#include "reference/deferred_record.h"
#include "reference/held_failures.h"
#include "reference/log.h"
#include "reference/thread_number.h"

namespace heddle {
namespace {

using Maker = std::shared_ptr<const CallSite>;

struct Held {
  std::exception_ptr exception;
  Maker maker;  // may be null
  std::uint64_t thread = 0;
  std::uint64_t order = 0;
};

// One for the process, for a chain's last handle may go on any thread. The
// mutex is held for a look at the table, never while something is destroyed
// that a user has made.
struct Failures {
  std::mutex mutex;
  std::unordered_map<const DeferredChain*, Held> held;
  std::uint64_t next_order = 0;
};

Failures& All() {
  static Failures* const all = new Failures;  // outlives static destructors
  return *all;
}

// Those of this thread, oldest first.
std::vector<Held> HeldHere() {
  const std::uint64_t here = CurrentThreadNumber();
  std::vector<Held> found;
  Failures& all = All();
  {
    std::lock_guard lock(all.mutex);
    for (const auto& [chain, held] : all.held) {
      if (held.thread == here) found.push_back(held);
    }
  }
  std::sort(
      found.begin(), found.end(),
      [](const Held& a, const Held& b) { return a.order < b.order; });
  return found;
}

struct HookSlot {
  std::mutex mutex;
  std::shared_ptr<UnhandledFailureHook> hook;
};

HookSlot& Slot() {
  static HookSlot* const slot = new HookSlot;  // likewise
  return *slot;
}

// What a message says of a maker; nothing if debugging was off.
std::string Suffix(const Maker& maker) {
  return maker ? "; it was " + DescribeMaker(maker.get()) : std::string();
}

void LogUnhandled(const std::exception_ptr& exception, const Maker& maker) {
  LogException(
      "a Deferred went with a failure that nobody handled" + Suffix(maker),
      exception);
}

}  // namespace

bool ListFailure(const DeferredChain& chain,
                 const std::exception_ptr& exception,
                 const Maker& maker) noexcept {
  Failures& all = All();
  const std::uint64_t here = CurrentThreadNumber();
  try {
    std::lock_guard lock(all.mutex);
    all.held.emplace(&chain, Held{exception, maker, here, all.next_order++});
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void UnlistFailure(const DeferredChain& chain) noexcept {
  Failures& all = All();
  decltype(all.held)::node_type held;  // destroyed without the lock
  std::lock_guard lock(all.mutex);
  held = all.held.extract(&chain);
}

void ReportUnhandled(const std::exception_ptr& exception,
                     const Maker& maker) noexcept {
  std::shared_ptr<UnhandledFailureHook> hook;
  {
    std::lock_guard lock(Slot().mutex);
    hook = Slot().hook;
  }
  if (hook) {
    try {
      (*hook)(Failure(exception));
      return;
    } catch (...) {
      LogException("the hook for unhandled failures threw",
                   std::current_exception());
    }
  }
  LogUnhandled(exception, maker);
}

UnhandledFailureHook SetUnhandledFailureHook(UnhandledFailureHook hook) {
  auto next =
      hook ? std::make_shared<UnhandledFailureHook>(std::move(hook)) : nullptr;
  HookSlot& slot = Slot();
  {
    std::lock_guard lock(slot.mutex);
    next.swap(slot.hook);
  }
  return next ? *next : UnhandledFailureHook();
}

std::vector<Failure> UnhandledFailures() {
  std::vector<Failure> failures;
  for (Held& held : HeldHere()) failures.emplace_back(std::move(held.exception));
  return failures;
}

void LogUnhandledFailures(const char* when) noexcept {
  try {
    const std::vector<Held> all = HeldHere();
    for (std::size_t i = 0; i < all.size(); ++i) {
      Log({Severity::kWarning,
           std::string(when) +
               " and a Deferred still holds a failure that nobody has handled "
               "(" + std::to_string(i + 1) + " of " +
               std::to_string(all.size()) + ")" + Suffix(all[i].maker),
           all[i].exception});
    }
  } catch (...) {
    LogException("failures that nobody has handled could not be listed",
                 std::current_exception());
  }
}

}  // namespace heddle
