// SPDX-License-Identifier: Apache-2.0
//
// What a call throws, as a value.
#ifndef HEDDLE_CONFORMANCE_RULES_THROWN_H_
#define HEDDLE_CONFORMANCE_RULES_THROWN_H_

#include <exception>
#include <string>
#include <utility>

#include "reference/errors.h"
#include "reference/failure.h"

namespace heddle::conformance {

// What `call` throws, or null.
template <class F>
std::exception_ptr Thrown(F&& call) {
  try {
    std::forward<F>(call)();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

// The error's type, for comparing and for people.
inline std::string Kind(const std::exception_ptr& exception) {
  if (!exception) return "no exception";
  const Failure failure(exception);
  if (failure.Check<ReactorStopped>()) return "ReactorStopped";
  if (failure.Check<WouldDeadlock>()) return "WouldDeadlock";
  if (failure.Check<TimeoutError>()) return "TimeoutError";
  return failure.Describe();
}

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_RULES_THROWN_H_
