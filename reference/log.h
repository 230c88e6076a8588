// SPDX-License-Identifier: Apache-2.0
//
// Where heddle reports what nobody else can be told: one record an event,
// through one replaceable sink.
#ifndef HEDDLE_REFERENCE_LOG_H_
#define HEDDLE_REFERENCE_LOG_H_

#include <exception>
#include <functional>
#include <string>

namespace heddle {

enum class Severity { kInfo, kWarning, kError };

struct LogRecord {
  Severity severity = Severity::kInfo;
  std::string message;           // one line, without the exception's text
  std::exception_ptr exception;  // the original, or null
};

// Called on whichever thread reports, never with a lock of heddle's held, so
// it may submit work (TP-49). It must be safe to call from several threads at
// once; what it throws is dropped.
using LogSink = std::function<void(const LogRecord&)>;

// Replaces the process-wide sink and returns the former one. An empty sink
// stands for the default, which writes to standard error. Any thread. A record
// under way on another thread may still reach the former sink.
LogSink SetLogSink(LogSink sink);

// Hands one record to the sink. Any thread; never throws.
void Log(const LogRecord& record) noexcept;

// Reports an exception that has nowhere else to go, at Severity::kError:
// `message` says what was going on. Any thread; never throws.
void LogException(std::string message, std::exception_ptr exception) noexcept;

// The exception's dynamic type and, for a std::exception, its what().
std::string DescribeException(const std::exception_ptr& exception);

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_LOG_H_
