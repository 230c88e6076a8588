// SPDX-License-Identifier: Apache-2.0
#include "reference/coroutine.h"

#include <cxxabi.h>

#include "reference/chain_step.h"

namespace heddle {

// The body as a callback of its chain, and the owner of its frame.
class CoroutineStep final : public ChainStep {
 public:
  explicit CoroutineStep(CoroutineState& state)
      : ChainStep(Kind::kCoroutine), state_(state) {}
  ~CoroutineStep() override {
    if (frame_) frame_.destroy();
  }

  // From here on the frame goes with the step.
  void Own(std::coroutine_handle<> frame) { frame_ = frame; }

  ChainHandle Run(ChainResult& result) override {
    if (ChainResult* const resumed_with = state_.resumed_with_) {
      *resumed_with = std::move(result);
    }
    frame_.resume();
    if (!frame_.done()) return std::move(state_.awaited_);
    result = std::move(state_.ended_with_);
    return ChainHandle();
  }

 private:
  CoroutineState& state_;  // in the frame
  std::coroutine_handle<> frame_;
};

CoroutineState::CoroutineState() = default;
CoroutineState::~CoroutineState() = default;

ChainHandle CoroutineState::RequireAwaited(ChainHandle chain,
                                           const std::type_info& type) {
  if (!chain) ThrowMovedFrom("co_await");
  chain->RequireThread("co_await");
  chain->RequireTail("co_await", type);
  return chain;
}

void CoroutineState::EndWithException() {
  try {
    throw;
  } catch (abi::__forced_unwind&) {
    throw;
  } catch (...) {
    End(ChainResult::OfFailure(std::current_exception()));
  }
}

void CoroutineState::Become(ChainHandle chain, const std::type_info& type) {
  step_ = std::make_unique<CoroutineStep>(*this);
  type_ = &type;
  chain_ = std::move(chain);
}

void CoroutineState::Begin(std::coroutine_handle<> frame) noexcept {
  const ChainHandle chain = std::move(chain_);
  std::unique_ptr<CoroutineStep> step = std::move(step_);
  step->Own(frame);
  chain->Attach(std::move(step), *type_);
  chain->Fire("a coroutine", ChainResult::OfValue<void>());
}

}  // namespace heddle
