// SPDX-License-Identifier: Apache-2.0
//
// Waiting for events, with one patience for all of them.
#ifndef HEDDLE_CONFORMANCE_KIT_PATIENCE_H_
#define HEDDLE_CONFORMANCE_KIT_PATIENCE_H_

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace heddle::conformance {

// How long a rule waits for something good before it calls it missing:
// HEDDLE_PATIENCE_SECONDS, a positive number, or 30 seconds. A rule that
// passes never waits that long, so it may be as long as a slow machine needs.
// Exits with status 2 if the variable is not a positive number.
std::chrono::nanoseconds Patience();

// Ends the rule's body after a wait that failed; Rule catches it. The failure
// has been recorded. Not derived from std::exception, so that a rule which
// expects an error does not take this for it.
struct RuleOver {};

// Throws RuleOver on the rule's own thread; elsewhere without effect.
void EndRule();

// Lets every waiter of every Awaited go: the rule has failed, and whoever
// still waits would only keep pools and threads from ending.
void AbandonAllWaits();

// What it is: the base of things a rule, or a task of its, waits for.
//
// Its states: waited for, come about, or abandoned.
//
// What the caller must do: declare it before the pool and the threads that
// use it, so that it outlives them.
//
// What it promises: Await returns at once when the thing comes about. If it
// does not within Patience(), the rule fails, with what was awaited and what
// was seen of it, and all waits are abandoned. On the rule's own thread a
// failed or abandoned wait throws RuleOver; on other threads it returns, and
// fails only after twice the patience, so that the rule speaks first.
//
// Happens-before: what a thread did before it made the thing come about is
// visible to whoever awaited it.
//
// Destruction: when nobody waits any more.
class Awaited {
 public:
  Awaited(const Awaited&) = delete;
  Awaited& operator=(const Awaited&) = delete;

 protected:
  // `what` completes "waited in vain for ...".
  explicit Awaited(std::string what);
  virtual ~Awaited();

  // Changes the state under the lock and wakes the waiters.
  template <class F>
  void Change(F change) {
    std::lock_guard lock(mutex_);
    change();
    // Under the lock, or a waiter could destroy this object meanwhile.
    changed_.notify_all();
  }

  // Looks at the state under the lock.
  template <class F>
  auto Look(F look) const {
    std::lock_guard lock(mutex_);
    return look();
  }

  // `come_about` and `seen` are called under the lock.
  void AwaitThat(const std::function<bool()>& come_about,
                 const std::function<std::string()>& seen);

 private:
  friend void AbandonAllWaits();

  const std::string what_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool abandoned_ = false;
};

// Something that happens a number of times.
class Latch : public Awaited {
 public:
  Latch(int count, std::string what)
      : Awaited(std::move(what)), count_(count) {}

  void CountDown() {
    Change([this] { ++seen_; });
  }

  // Returns when CountDown has been called `count` times, or more often.
  void Await();

  // Counts down and waits for the others: all are here at the same time.
  void ArriveAndAwait() {
    CountDown();
    Await();
  }

  int seen() const {
    return Look([this] { return seen_; });
  }

 private:
  const int count_;
  int seen_ = 0;
};

// Something that happens once.
class Event {
 public:
  explicit Event(std::string what) : latch_(1, std::move(what)) {}

  void Happen() { latch_.CountDown(); }
  void Await() { latch_.Await(); }
  bool happened() const { return latch_.seen() > 0; }

 private:
  Latch latch_;
};

// Where tasks wait until the rule lets them go on.
class Gate {
 public:
  explicit Gate(std::string what = "the rule to open a gate")
      : latch_(1, std::move(what)) {}

  void Open() { latch_.CountDown(); }
  void Pass() { latch_.Await(); }

 private:
  Latch latch_;
};

// What happened, in order. T is copyable.
template <class T>
class History : public Awaited {
 public:
  explicit History(std::string what) : Awaited(std::move(what)) {}

  void Add(T entry) {
    Change([&] { entries_.push_back(std::move(entry)); });
  }

  // The entries, once there are at least `count`.
  std::vector<T> Await(std::size_t count) {
    AwaitThat([&] { return entries_.size() >= count; },
              [&] {
                return std::to_string(entries_.size()) + " of " +
                       std::to_string(count);
              });
    return entries();
  }

  std::vector<T> entries() const {
    return Look([this] { return entries_; });
  }

 private:
  std::vector<T> entries_;
};

// Waits until `predicate` holds, by asking again and again, for conditions
// that nobody signals. As for Awaited otherwise; `seen` describes what is
// there instead. It waits for good events only: that something does not happen
// is never shown by waiting.
void Eventually(const std::function<bool()>& predicate, const std::string& what,
                const std::function<std::string()>& seen = nullptr);

// For Rule only: the calling thread is the rule's, until told otherwise.
void SetRuleThread(bool is_rule_thread);

// Whether the rule now running has failed; set by the announcer (verdicts.h).
bool RuleHasFailed();
void SetRuleHasFailed(bool failed);

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_PATIENCE_H_
