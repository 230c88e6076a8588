// SPDX-License-Identifier: Apache-2.0
#include "reference/log.h"

#include <cxxabi.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <typeinfo>
#include <utility>

namespace heddle {
namespace {

// The sink is shared so that it may be replaced while a record is under way;
// the mutex covers the pointer only, never a call.
struct SinkSlot {
  std::mutex mutex;
  std::shared_ptr<LogSink> sink;
};

SinkSlot& Slot() {
  static SinkSlot* const slot = new SinkSlot;  // outlives static destructors
  return *slot;
}

void WriteToStandardError(const LogRecord& record) {
  const char* const severity = record.severity == Severity::kError     ? "error"
                               : record.severity == Severity::kWarning ? "warning"
                                                                       : "info";
  std::string line = std::string("heddle ") + severity + ": " + record.message;
  if (record.exception) line += ": " + DescribeException(record.exception);
  line += '\n';
  std::fputs(line.c_str(), stderr);
}

std::string TypeName(const std::type_info& type) {
  int status = 0;
  std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  return status == 0 ? name.get() : type.name();
}

}  // namespace

LogSink SetLogSink(LogSink sink) {
  auto next = sink ? std::make_shared<LogSink>(std::move(sink)) : nullptr;
  SinkSlot& slot = Slot();
  {
    std::lock_guard lock(slot.mutex);
    next.swap(slot.sink);
  }
  return next ? *next : LogSink();
}

void Log(const LogRecord& record) noexcept {
  try {
    std::shared_ptr<LogSink> sink;
    {
      std::lock_guard lock(Slot().mutex);
      sink = Slot().sink;
    }
    if (sink) {
      (*sink)(record);
    } else {
      WriteToStandardError(record);
    }
  } catch (...) {
    std::fputs("heddle error: the log sink threw\n", stderr);
  }
}

void LogException(std::string message, std::exception_ptr exception) noexcept {
  Log({Severity::kError, std::move(message), std::move(exception)});
}

std::string DescribeException(const std::exception_ptr& exception) {
  if (!exception) return "no exception";
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return TypeName(typeid(error)) + ": " + error.what();
  } catch (...) {
    return TypeName(*abi::__cxa_current_exception_type());
  }
}

}  // namespace heddle
