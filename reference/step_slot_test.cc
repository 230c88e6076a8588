// SPDX-License-Identifier: Apache-2.0
#include "reference/step_slot.h"

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

#include "gtest/gtest.h"
#include "reference/chain_step.h"
#include "reference/deferred.h"

namespace heddle {
namespace {

// Whether it is free; it is so again afterwards if it was.
bool IsFree(StepSlot& slot) {
  const bool free = slot.Take<char>() != nullptr;
  if (free) slot.Free();
  return free;
}

template <int kBytes>
class Step final : public ChainStep {
 public:
  explicit Step(bool* gone, bool throws = false)
      : ChainStep(Kind::kCall), gone_(gone) {
    if (throws) throw std::runtime_error("the step cannot be made");
  }
  ~Step() override { *gone_ = true; }

 private:
  bool* const gone_;
  std::array<char, kBytes> bytes_;
};

TEST(StepSlotTest, OneStepIsInTheSlotAndTheNextByItself) {
  StepSlot slot;
  bool gone[2] = {};
  auto first = ChainStep::Make<Step<8>>(slot, &gone[0]);
  EXPECT_FALSE(IsFree(slot));
  const auto second = ChainStep::Make<Step<8>>(slot, &gone[1]);
  first.reset();
  EXPECT_TRUE(gone[0]);
  EXPECT_TRUE(IsFree(slot));
  EXPECT_FALSE(gone[1]);
}

TEST(StepSlotTest, AStepThatDoesNotFitIsByItself) {
  StepSlot slot;
  bool gone = false;
  {
    const auto step =
        ChainStep::Make<Step<static_cast<int>(StepSlot::kSize)>>(slot, &gone);
    EXPECT_TRUE(IsFree(slot));
  }
  EXPECT_TRUE(gone);
  EXPECT_TRUE(IsFree(slot));
}

TEST(StepSlotTest, AStepThatCannotBeMadeLeavesTheSlotFree) {
  StepSlot slot;
  bool gone = false;
  EXPECT_THROW(ChainStep::Make<Step<8>>(slot, &gone, true), std::runtime_error);
  EXPECT_TRUE(IsFree(slot));
}

// The last handle is inside the callable that cannot be kept.
TEST(StepSlotTest, AChainMayGoWithTheStepThatCannotBeMade) {
  struct Owner {
    Deferred<int> deferred;
  };
  struct MovedOnce {
    MovedOnce() = default;
    MovedOnce(MovedOnce&& other) : moves(other.moves + 1) {
      if (moves > 1) throw std::runtime_error("moved twice");
    }
    int moves = 0;
  };
  auto owner = std::make_shared<Owner>();
  const std::weak_ptr<Owner> watch = owner;
  const Deferred<int>& deferred = owner->deferred;
  EXPECT_THROW(deferred.AddCallback([owner = std::move(owner),
                                     last = MovedOnce()](int) {}),
               std::runtime_error);
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace heddle
