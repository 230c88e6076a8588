// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/log_capture.h"

#include <utility>

namespace heddle::conformance {

LogCapture::LogCapture(LogSink also)
    : LogCapture(Severity::kWarning, std::move(also)) {}

LogCapture::LogCapture(Severity least, LogSink also)
    : records_(std::make_shared<History<LogRecord>>("log records")),
      former_(SetLogSink([records = records_, least,
                            also = std::move(also)](const LogRecord& record) {
        if (record.severity < least) return;
        records->Add(record);
        if (also) also(record);
      })) {}

LogCapture::~LogCapture() { SetLogSink(std::move(former_)); }

std::vector<LogRecord> LogCapture::Await(std::size_t count) {
  return records_->Await(count);
}

std::vector<LogRecord> LogCapture::records() const {
  return records_->entries();
}

}  // namespace heddle::conformance
