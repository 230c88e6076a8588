// SPDX-License-Identifier: Apache-2.0
//
// Isolation: rules in processes of their own, several at a time.
#ifndef HEDDLE_CONFORMANCE_KIT_ISOLATION_H_
#define HEDDLE_CONFORMANCE_KIT_ISOLATION_H_

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "conformance/kit/rule_result.h"
#include "gtest/gtest.h"

namespace heddle::conformance {

// Runs one rule in a process of its own and says what came of it: also if the
// process crashes, hangs or cannot be started, which are violations, each with
// what it printed. `rule` is "TP.TP_05_WorkSubmitted...". With --probe, a rule
// that is not offered is run again as if it were, and the reason says what was
// seen. Any thread.
RuleResult RunIsolated(const std::string& rule);

// What it is: a run of several rules, each by RunIsolated, GivenOptions().jobs
// of them at a time.
//
// Its states: running, until all are done or it is destroyed.
//
// What the caller must do: await only rules that were given.
//
// What it promises: rules begin in the order given.
//
// Happens-before: a mutex.
//
// Destruction: begins no further rule, and waits for those that run.
class Isolation {
 public:
  explicit Isolation(std::vector<std::string> rules);
  ~Isolation();

  Isolation(const Isolation&) = delete;
  Isolation& operator=(const Isolation&) = delete;

  // What came of `rule`; waits for it.
  RuleResult Await(const std::string& rule);

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable done_;
  std::deque<std::string> waiting_;            // guarded by mutex_
  std::map<std::string, RuleResult> results_;  // guarded by mutex_
  std::vector<std::jthread> threads_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_ISOLATION_H_
