// SPDX-License-Identifier: Apache-2.0
//
// Failures that nobody has handled: told once for all, or asked for meanwhile.
#ifndef HEDDLE_REFERENCE_UNHANDLED_FAILURES_H_
#define HEDDLE_REFERENCE_UNHANDLED_FAILURES_H_

#include <functional>
#include <vector>

#include "reference/failure.h"

namespace heddle {

// Told once, when the last handle to a Deferred goes whose current result is a
// failure (DF-40, BT-31); not of one that was handled, or has moved to another
// Deferred. Called on the thread that drops that handle, as a rule in a
// destructor, with no lock of heddle's held. It must be safe to call from
// several threads at once. What it throws goes no further: it is logged, and so
// is the failure it was told of.
using UnhandledFailureHook = std::function<void(const Failure&)>;

// Replaces the process-wide hook and returns the former one. An empty hook
// stands for the default, which logs the failure at Severity::kError. Any
// thread. A call under way on another thread may still reach the former hook.
UnhandledFailureHook SetUnhandledFailureHook(UnhandledFailureHook hook);

// The failures that Deferreds hold at this moment, of those Deferreds whose
// last callback ran, or that were fired, on the calling thread; oldest first.
// To ask for them handles nothing. A Deferred that runs or waits holds none.
std::vector<Failure> UnhandledFailures();

// For Reactor: logs each of UnhandledFailures() at Severity::kWarning, saying
// in the message `when`, "Reactor::Run ends", and how many there are. Handles
// nothing: if they go unhandled they are reported again. Never throws.
void LogUnhandledFailures(const char* when) noexcept;

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_UNHANDLED_FAILURES_H_
