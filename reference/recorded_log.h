// SPDX-License-Identifier: Apache-2.0
//
// RecordedLog: what is logged while a test runs.
#ifndef HEDDLE_REFERENCE_RECORDED_LOG_H_
#define HEDDLE_REFERENCE_RECORDED_LOG_H_

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "reference/log.h"

namespace heddle {

// Takes the log for the object's lifetime. Any thread may log.
class RecordedLog {
 public:
  RecordedLog()
      : former_(SetLogSink([this](const LogRecord& record) {
          std::lock_guard lock(mutex_);
          records_.push_back(record);
        })) {}
  ~RecordedLog() { SetLogSink(std::move(former_)); }

  RecordedLog(const RecordedLog&) = delete;
  RecordedLog& operator=(const RecordedLog&) = delete;

  std::vector<LogRecord> records() const {
    std::lock_guard lock(mutex_);
    return records_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<LogRecord> records_;  // with the mutex
  LogSink former_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_RECORDED_LOG_H_
