// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_timeout.h"

#include <cxxabi.h>

#include <exception>
#include <sstream>
#include <utility>

#include "reference/deferred_chain.h"
#include "reference/errors.h"
#include "reference/failure.h"
#include "reference/scheduler.h"
#include "reference/timer_queue.h"

namespace heddle {
namespace {

// What is no CancelledError is a result for all that: the canceller's, or that
// of a callback within the limit (DF-45, DF-46).
void TranslateCancelled(ChainResult& result, Seconds limit) {
  if (!result.has_failure()) return;
  if (!Failure(result.exception()).Check<CancelledError>()) return;
  std::ostringstream text;
  text << "Deferred::AddTimeout: no result within " << limit.count() << " s";
  result =
      ChainResult::OfFailure(std::make_exception_ptr(TimeoutError(text.str())));
}

}  // namespace

Seconds RequireTimeout(Seconds limit) {
  return RequireDelay("Deferred::AddTimeout", limit);
}

TimeoutStep::TimeoutStep(Seconds limit, Scheduler& scheduler, ChainHandle chain,
                         std::unique_ptr<ChainStep> translate)
    : ChainStep(Kind::kCall),
      limit_(limit),
      translate_(std::move(translate)),
      passed_(std::make_shared<bool>(false)),
      timer_(scheduler.CallLater(limit,
                                 [passed = passed_, chain = std::move(chain)] {
                                   *passed = true;
                                   chain->Cancel();
                                 })) {}

ChainHandle TimeoutStep::Run(ChainResult& result) {
  try {
    // The result is here; nothing is left to cancel (DF-44). A scheduler that
    // went has cancelled the timer itself.
    if (timer_.active()) timer_.Cancel();
    if (!*passed_) return ChainHandle();
    if (translate_) return translate_->Run(result);
    TranslateCancelled(result, limit_);
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {  // WrongThread, from the timer
    result = ChainResult::OfFailure(std::current_exception());
  }
  return ChainHandle();
}

}  // namespace heddle
