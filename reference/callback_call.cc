// SPDX-License-Identifier: Apache-2.0
#include "reference/callback_call.h"

#include <cxxabi.h>

#include "reference/log.h"

namespace heddle {
namespace {

TaskEnding Deliver(CallbackCall& call) {
  const std::exception_ptr failure = call.Exception();
  try {
    call.Deliver();
    return failure ? TaskEnding::kFailed : TaskEnding::kSucceeded;
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {
    LogException("a result callback threw", std::current_exception());
    if (failure) {
      LogException("the failure which that callback was given", failure);
    }
    return TaskEnding::kFailed;
  }
}

}  // namespace

TaskEnding RunCallbackCall(std::unique_ptr<CallbackCall> call) {
  call->Call();
  call->ReleaseFunction();
  return Deliver(*call);
}

void RefuseCallbackCall(std::unique_ptr<CallbackCall> call, Refusal refusal) {
  call->SetRefused(refusal);
  call->ReleaseFunction();
  Deliver(*call);
}

}  // namespace heddle
