// SPDX-License-Identifier: Apache-2.0
//
// A call whose outcome goes to a callback on the same worker.
#ifndef HEDDLE_REFERENCE_CALLBACK_CALL_H_
#define HEDDLE_REFERENCE_CALLBACK_CALL_H_

#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "reference/errors.h"
#include "reference/outcome.h"
#include "reference/submission.h"
#include "reference/task_ending.h"

namespace heddle {

// The steps of such a call, in the order RunCallbackCall takes them.
class CallbackCall {
 public:
  virtual ~CallbackCall() = default;

  // Calls the function and keeps the outcome.
  virtual void Call() = 0;
  // Destroys the function and its arguments.
  virtual void ReleaseFunction() = 0;
  // Calls on_result with the outcome, which moves; throws what it throws.
  virtual void Deliver() = 0;
  // The function's exception, or null; until Deliver.
  virtual std::exception_ptr Exception() const = 0;
  // Makes the refusal the outcome, in place of Call.
  virtual void SetRefused(Refusal refusal) = 0;
};

// Takes all steps: the function is gone before on_result is entered (TP-23);
// on_result is called once (TP-17); what it throws is logged, and so is then
// the function's failure, which nobody else would report (TP-21, TP-22); all
// of it is destroyed on return. kFailed if the outcome is a failure, or if
// on_result threw (BT-16).
TaskEnding RunCallbackCall(std::unique_ptr<CallbackCall> call);

// As above without the call: on_result gets the refusal (TP-41, TP-44).
void RefuseCallbackCall(std::unique_ptr<CallbackCall> call, Refusal refusal);

// The steps for one function and one callback. T is the outcome's type.
template <class T, class OnResult, class F>
class TypedCallbackCall final : public CallbackCall {
 public:
  TypedCallbackCall(OnResult on_result, F function)
      : on_result_(std::move(on_result)), function_(std::move(function)) {}

  void Call() override {
    outcome_.emplace(Capture([this]() -> decltype(auto) {
      return std::move(*function_)();
    }));
  }

  void ReleaseFunction() override { function_.reset(); }

  void Deliver() override { std::move(on_result_)(*std::move(outcome_)); }

  std::exception_ptr Exception() const override {
    return outcome_->ok() ? nullptr : outcome_->failure().exception();
  }

  void SetRefused(Refusal refusal) override {
    outcome_.emplace(Capture([&]() -> Outcome<T> { ThrowRefusal(refusal); }));
  }

 private:
  OnResult on_result_;
  std::optional<F> function_;
  std::optional<Outcome<T>> outcome_;
};

// The task that takes the steps; Refusable.
class CallbackCallTask {
 public:
  explicit CallbackCallTask(std::unique_ptr<CallbackCall> call)
      : call_(std::move(call)) {}

  TaskEnding operator()() { return RunCallbackCall(std::move(call_)); }
  void Refuse(Refusal refusal) {
    RefuseCallbackCall(std::move(call_), refusal);
  }

 private:
  std::unique_ptr<CallbackCall> call_;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CALLBACK_CALL_H_
