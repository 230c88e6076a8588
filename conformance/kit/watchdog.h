// SPDX-License-Identifier: Apache-2.0
//
// Makes a rule that does not end that rule's violation.
#ifndef HEDDLE_CONFORMANCE_KIT_WATCHDOG_H_
#define HEDDLE_CONFORMANCE_KIT_WATCHDOG_H_

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace heddle::conformance {

// Guards the scope it lives in: if that is not left within kPatiences times
// Patience(), the watchdog writes a report to standard error and aborts the
// process. The report says what it watches, the time passed, the figures of the
// newest pool (subject.h), and of each thread the last events and the stack
// (wedge_report.h). If the report itself hangs, SIGALRM ends the process, at
// most kReportSeconds later, after as much of it as could be had.
class Watchdog {
 public:
  // A rule that waits in vain needs one; what follows its failure may need
  // more, before the rule counts as hanging.
  static constexpr int kPatiences = 5;

  static constexpr int kReportSeconds = 20;

  // What it writes then, among other things.
  static constexpr const char* kHangs = "hangs: no end after";

  explicit Watchdog(std::string watched);
  ~Watchdog();

  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void Watch();
  [[noreturn]] void Bark() const;

  const std::string watched_;
  std::mutex mutex_;
  std::condition_variable left_;
  bool has_left_ = false;  // guarded by mutex_
  std::jthread thread_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_WATCHDOG_H_
