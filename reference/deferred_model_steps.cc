// SPDX-License-Identifier: Apache-2.0
//
// How a program is made up, and what each operation does.
#include <cstdint>
#include <utility>

#include "reference/deferred_model.h"

namespace heddle {
namespace {

// How deep closures may call closures, and how much one step may lead to.
constexpr int kDepth = 5;
constexpr int kBudget = 200;

// The longest time limit, in seconds.
constexpr int kLongest = 4;

}  // namespace

DeferredModel::DeferredModel(std::uint64_t seed, int slots)
    : random_(seed), slots_(slots, -1) {}

// SplitMix64.
int DeferredModel::Below(int limit) {
  std::uint64_t z = (random_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return static_cast<int>((z ^ (z >> 31)) % static_cast<unsigned>(limit));
}

int DeferredModel::AnySlot(bool occupied) {
  const int count = slots();
  const int first = Below(count);
  if (!occupied) return first;
  for (int i = 0; i < count; ++i) {
    const int slot = (first + i) % count;
    if (slots_[slot] >= 0) return slot;
  }
  return -1;
}

int DeferredModel::NewClosure() {
  bodies_.emplace_back();
  live_.push_back(1);
  return static_cast<int>(bodies_.size()) - 1;
}

Op DeferredModel::MakeUp() {
  using Kind = Op::Kind;
  Op op;
  op.slot = AnySlot(true);
  const int dice = op.slot < 0 ? 0 : Below(107);
  if (dice < 14) {
    op.kind = Kind::kMake;
    op.slot = AnySlot(false);
    if (Chance(40)) {
      op.closure = NewClosure();
      if (Chance(30)) op.held = AnySlot(true);
    }
  } else if (dice < 46) {
    op.kind = Kind::kAttach;
    op.side = static_cast<Op::Side>(Below(4));
    op.returns = static_cast<Op::Returns>(Below(3));
    op.closure = NewClosure();
    if (op.side == Op::Side::kPair) NewClosure();
    if (Chance(15)) {
      const int held = AnySlot(true);
      if (MayHold(slots_[op.slot], slots_[held])) op.held = held;
    }
  } else if (dice < 60) {
    op.kind = Kind::kFire;
    op.number = Below(1000);
  } else if (dice < 68) {
    op.kind = Kind::kFail;
    op.number = planted_++;
  } else if (dice < 73) {
    op.kind = Kind::kForward;
    op.other = AnySlot(true);
    const int chain = slots_[op.slot];
    const int other = slots_[op.other];
    if (chain != other && !MayHold(chain, other)) op.kind = Kind::kPause;
  } else if (dice < 79) {
    op.kind = Kind::kCancel;
  } else if (dice < 83) {
    op.kind = Kind::kPause;
  } else if (dice < 90) {
    op.kind = Kind::kUnpause;
    for (int i = 0; i < slots() && !Chance(10); ++i) {
      const int slot = (op.slot + i) % slots();
      if (slots_[slot] < 0 || chains_[slots_[slot]].pauses == 0) continue;
      op.slot = slot;
      break;
    }
  } else if (dice < 96) {
    op.kind = Kind::kDrop;
  } else if (dice < 100) {
    op.kind = Kind::kCopy;
    op.other = AnySlot(false);
  } else if (dice < 104 || depth_ > 0) {
    op.kind = Kind::kLimit;
    op.number = 1 + Below(kLongest);
  } else {
    op.kind = Kind::kAdvance;
    op.number = 1 + Below(2);
  }
  return op;
}

Op DeferredModel::Step() {
  events_.clear();
  reports_.clear();
  budget_ = kBudget;
  const Op op = MakeUp();
  Do(op);
  BuryTheDead();
  return op;
}

Op DeferredModel::Advance() {
  Op op;
  op.kind = Op::Kind::kAdvance;
  op.number = kLongest;
  return DoLast(op);
}

Op DeferredModel::Drop(int slot) {
  Op op;
  op.kind = Op::Kind::kDrop;
  op.slot = slot;
  return DoLast(op);
}

Op DeferredModel::DoLast(const Op& op) {
  events_.clear();
  reports_.clear();
  budget_ = 0;
  Do(op);
  BuryTheDead();
  return op;
}

void DeferredModel::Do(const Op& op) {
  using Kind = Op::Kind;
  ++steps_;
  const int chain = op.slot < 0 ? -1 : slots_[op.slot];
  switch (op.kind) {
    case Kind::kMake: {
      const int held = op.held < 0 ? -1 : slots_[op.held];
      chains_.emplace_back();
      chains_.back().canceller = op.closure;
      chains_.back().canceller_holds = held;
      slots_[op.slot] = static_cast<int>(chains_.size()) - 1;
      break;
    }
    case Kind::kFire:
      Fire(chain, op.number);
      break;
    case Kind::kFail:
      Fire(chain, kPlanted - op.number);
      break;
    case Kind::kAttach:
      chains_[chain].steps.push_back({Link::Kind::kCall, op.side, op.returns,
                                      op.closure,
                                      op.held < 0 ? -1 : slots_[op.held]});
      Run(chain);
      break;
    case Kind::kForward:
      if (slots_[op.other] == chain) {
        events_.push_back({Sight::kRefused, kMisuse, 0});
      } else {
        chains_[chain].steps.push_back(
            {Link::Kind::kForward, {}, {}, -1, slots_[op.other]});
        Run(chain);
      }
      break;
    case Kind::kCancel:
      Cancel(chain);
      break;
    case Kind::kPause:
      ++chains_[chain].pauses;
      break;
    case Kind::kUnpause:
      if (chains_[chain].pauses == 0) {  // DF-30
        events_.push_back({Sight::kRefused, kMisuse, 0});
      } else if (--chains_[chain].pauses == 0) {
        Run(chain);
      }
      break;
    case Kind::kDrop:
      slots_[op.slot] = -1;
      break;
    case Kind::kCopy:
      slots_[op.other] = chain;
      break;
    case Kind::kLimit: {
      const int timer = static_cast<int>(timers_.size());
      timers_.push_back({chain, now_ + op.number, true, false});
      chains_[chain].steps.push_back({Link::Kind::kLimit, {}, {}, timer, -1});
      Run(chain);
      break;
    }
    case Kind::kAdvance:
      Advance(op.number);
      break;
    case Kind::kStoreSelf:
      break;  // RunBody knows who it is
  }
}

void DeferredModel::RunBody(int closure, int self) {
  if (++depth_ <= kDepth) {
    if (self >= 0 && Chance(70)) {
      Op op;
      op.kind = Op::Kind::kStoreSelf;
      op.slot = AnySlot(false);
      bodies_[closure].ops.push_back(op);
      slots_[op.slot] = self;
      if (Chance(50)) {
        Op fire;
        fire.kind = Chance(60) ? Op::Kind::kFire : Op::Kind::kFail;
        fire.slot = op.slot;
        fire.number = fire.kind == Op::Kind::kFire ? Below(1000) : planted_++;
        bodies_[closure].ops.push_back(fire);
        Do(fire);
      }
    }
    while (Chance(40) && --budget_ > 0) {
      const Op op = MakeUp();
      bodies_[closure].ops.push_back(op);
      Do(op);
    }
  }
  --depth_;
}

}  // namespace heddle
