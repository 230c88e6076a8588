// SPDX-License-Identifier: Apache-2.0
//
// What is logged while a rule runs.
#ifndef HEDDLE_CONFORMANCE_KIT_LOG_CAPTURE_H_
#define HEDDLE_CONFORMANCE_KIT_LOG_CAPTURE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "conformance/kit/patience.h"
#include "reference/log.h"

namespace heddle::conformance {

// Takes the place of the log's sink for the object's lifetime. Declare it
// before the pool, so that it sees all that the pool has to say; one at a time.
// It keeps warnings and errors: what a pool says for information is its own
// affair.
class LogCapture {
 public:
  // `also`, if any, is called with each record after it was captured.
  explicit LogCapture(LogSink also = nullptr);
  // As above for records of severity `least` and above.
  explicit LogCapture(Severity least, LogSink also = nullptr);
  ~LogCapture();

  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  // The records, once there are at least `count`.
  std::vector<LogRecord> Await(std::size_t count);

  // Those so far.
  std::vector<LogRecord> records() const;

  // How many so far hold an exception that is an E.
  template <class E>
  int Count() const {
    int count = 0;
    for (const LogRecord& record : records()) count += Holds<E>(record);
    return count;
  }

  // Whether the record holds an exception that is an E.
  template <class E>
  static bool Holds(const LogRecord& record) {
    if (!record.exception) return false;
    try {
      std::rethrow_exception(record.exception);
    } catch (const E&) {
      return true;
    } catch (...) {
      return false;
    }
  }

 private:
  // Shared with the sink, which a record under way may still reach afterwards.
  const std::shared_ptr<History<LogRecord>> records_;
  LogSink former_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_LOG_CAPTURE_H_
