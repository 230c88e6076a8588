// SPDX-License-Identifier: Apache-2.0
//
// The list of failures that Deferreds hold, and the report of one that goes.
#ifndef HEDDLE_REFERENCE_HELD_FAILURES_H_
#define HEDDLE_REFERENCE_HELD_FAILURES_H_

#include <exception>
#include <memory>

#include "reference/call_site.h"

namespace heddle {

class DeferredChain;

// For DeferredChain. All functions: any thread; none throws, and none runs
// user code under a lock, the destructor of an exception included.

// Puts the failure of `chain`, which is not on the list, there, as one of the
// calling thread's. False if there is no memory for it; then it is not listed.
bool ListFailure(const DeferredChain& chain,
                 const std::exception_ptr& exception,
                 const std::shared_ptr<const CallSite>& maker) noexcept;

// Takes `chain`, which is on the list, off it.
void UnlistFailure(const DeferredChain& chain) noexcept;

// Tells the hook, once, of the failure of a chain that goes.
void ReportUnhandled(const std::exception_ptr& exception,
                     const std::shared_ptr<const CallSite>& maker) noexcept;

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_HELD_FAILURES_H_
