// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/patience.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <thread>

#include "conformance/kit/thread_events.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

using Clock = std::chrono::steady_clock;

struct Registry {
  std::mutex mutex;
  std::set<Awaited*> members;
};

Registry& AllAwaited() {
  static Registry* const registry = new Registry;
  return *registry;
}

thread_local bool on_rule_thread = false;
std::atomic<bool> rule_has_failed = false;

std::chrono::nanoseconds ReadPatience() {
  const char* const text = std::getenv("HEDDLE_PATIENCE_SECONDS");
  if (text == nullptr) return std::chrono::seconds(30);
  char* end = nullptr;
  const double seconds = std::strtod(text, &end);
  // The upper limit keeps a product with it inside the clock's range.
  if (end == text || *end != '\0' || !(seconds > 0) || seconds > 1e6) {
    std::fprintf(stderr,
                 "HEDDLE_PATIENCE_SECONDS is '%s', must be a number above 0 "
                 "and not above 1000000\n",
                 text);
    std::exit(2);
  }
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds));
}

// Tasks and helpers wait twice as long as the rule does, so that of all who
// wait in vain the rule, which knows what is missing, speaks first.
std::chrono::nanoseconds PatienceHere() {
  return on_rule_thread ? Patience() : 2 * Patience();
}

std::string InVain(const std::string& what, const std::string& seen) {
  const double seconds = std::chrono::duration<double>(PatienceHere()).count();
  char text[32];
  std::snprintf(text, sizeof text, "%g", seconds);
  return "waited in vain for " + what + (seen.empty() ? "" : "; seen: " + seen) +
         " (patience " + text + " s)";
}

}  // namespace

std::chrono::nanoseconds Patience() {
  static const std::chrono::nanoseconds patience = ReadPatience();
  return patience;
}

void EndRule() {
  if (on_rule_thread) throw RuleOver();
}

void AbandonAllWaits() {
  Registry& registry = AllAwaited();
  std::lock_guard registry_lock(registry.mutex);
  for (Awaited* const awaited : registry.members) {
    awaited->Change([awaited] { awaited->abandoned_ = true; });
  }
}

Awaited::Awaited(std::string what) : what_(std::move(what)) {
  Registry& registry = AllAwaited();
  std::lock_guard lock(registry.mutex);
  registry.members.insert(this);
}

Awaited::~Awaited() {
  Registry& registry = AllAwaited();
  std::lock_guard lock(registry.mutex);
  registry.members.erase(this);
}

void Awaited::AwaitThat(const std::function<bool()>& come_about,
                        const std::function<std::string()>& seen) {
  NoteEvent("waits for", what_);
  std::unique_lock lock(mutex_);
  const bool ended = changed_.wait_until(
      lock, Clock::now() + PatienceHere(),
      [&] { return abandoned_ || come_about(); });
  if (come_about()) {
    NoteEvent("got", what_);
    return;
  }
  const std::string message = ended ? "" : InVain(what_, seen());
  lock.unlock();
  NoteEvent(ended ? "was let go, without" : "waited in vain for", what_);
  if (!ended) {
    ADD_FAILURE() << message;
    AbandonAllWaits();
  }
  EndRule();
}

void Latch::Await() {
  AwaitThat([this] { return seen_ >= count_; },
            [this] {
              return std::to_string(seen_) + " of " + std::to_string(count_);
            });
}

void Eventually(const std::function<bool()>& predicate, const std::string& what,
                const std::function<std::string()>& seen) {
  NoteEvent("asks again and again for", what);
  const Clock::time_point deadline = Clock::now() + PatienceHere();
  // Nobody notifies this; its timed wait is the pause between two looks.
  std::mutex mutex;
  std::condition_variable never;
  std::chrono::microseconds pause(1);
  while (!predicate()) {
    if (Clock::now() >= deadline) {
      NoteEvent("asked in vain for", what);
      ADD_FAILURE() << InVain(what, seen ? seen() : "");
      AbandonAllWaits();
      EndRule();
      return;
    }
    std::unique_lock lock(mutex);
    never.wait_for(lock, pause);
    pause = std::min(pause * 2, std::chrono::microseconds(10000));
  }
  NoteEvent("got", what);
}

void SetRuleThread(bool is_rule_thread) {
  NoteEvent(is_rule_thread ? "begins the rule" : "has ended the rule");
  on_rule_thread = is_rule_thread;
}

bool RuleHasFailed() { return rule_has_failed.load(); }

void SetRuleHasFailed(bool failed) { rule_has_failed.store(failed); }

}  // namespace heddle::conformance
