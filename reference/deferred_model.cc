// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_model.h"

#include <algorithm>
#include <utility>

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

// --- making up ---------------------------------------------------------------

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

// --- doing -------------------------------------------------------------------

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
      chains_[chain].steps.push_back({Step_::Kind::kCall, op.side, op.returns,
                                      op.closure,
                                      op.held < 0 ? -1 : slots_[op.held]});
      Run(chain);
      break;
    case Kind::kForward:
      if (slots_[op.other] == chain) {
        events_.push_back({Sight::kRefused, kMisuse, 0});
      } else {
        chains_[chain].steps.push_back(
            {Step_::Kind::kForward, {}, {}, -1, slots_[op.other]});
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
      chains_[chain].steps.push_back({Step_::Kind::kLimit, {}, {}, timer, -1});
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

// --- the contract ------------------------------------------------------------

bool DeferredModel::Ready(const Chain& chain) const {
  return chain.called && !chain.running && chain.pauses == 0 &&
         chain.waits_on < 0;
}

int DeferredModel::Take(int chain) {  // DF-17, BT-36
  return std::exchange(chains_[chain].result, std::nullopt).value_or(kConsumed);
}

void DeferredModel::Fire(int chain, int result) {
  Chain& it = chains_[chain];
  if (it.called) {
    if (it.ignores_next_fire) {  // DF-31
      it.ignores_next_fire = false;
    } else {  // DF-09, DF-10, DF-33
      events_.push_back({Sight::kRefused, kAlreadyCalled, 0});
    }
    return;
  }
  it.called = true;
  it.result = result;
  Release(std::exchange(it.canceller, -1));  // DF-15
  it.canceller_holds = -1;
  Run(chain);
}

void DeferredModel::Cancel(int chain) {
  while (chains_[chain].waits_on >= 0) chain = chains_[chain].waits_on;
  Chain& it = chains_[chain];
  if (it.called || it.cancelling) return;  // DF-34, DF-35
  if (it.canceller >= 0) {
    const int closure = std::exchange(it.canceller, -1);
    it.canceller_holds = -1;
    it.cancelling = true;
    ++steps_;
    events_.push_back({Sight::kCanceller, closure, 0});
    RunBody(closure, chain);
    if (Chance(20)) {  // DF-38
      bodies_[closure].end = Body::End::kThrow;
      bodies_[closure].number = planted_++;
      reports_.push_back(kThrownByCanceller + bodies_[closure].number);
    }
    Release(closure);
    it.cancelling = false;
  } else {
    it.ignores_next_fire = true;
  }
  if (!it.called) Fire(chain, kCancelled);
}

void DeferredModel::Run(int chain) {
  Chain& it = chains_[chain];
  if (!Ready(it)) return;
  it.running = true;
  bool waits = false;
  while (!waits && !it.steps.empty()) {
    const Step_ step = it.steps.front();
    it.steps.erase(it.steps.begin());
    if (step.kind == Step_::Kind::kCall) {
      waits = Call(chain, step);
    } else if (step.kind == Step_::Kind::kResume) {  // DF-16
      chains_[step.chain].waits_on = -1;
      chains_[step.chain].result = Take(chain);
      Run(step.chain);
    } else if (step.kind == Step_::Kind::kLimit) {
      EndLimit(chain, step.closure);
    } else {  // DF-24
      Chain& target = chains_[step.chain];
      if (!target.called) {
        Fire(step.chain, Take(chain));
      } else if (target.ignores_next_fire) {
        target.ignores_next_fire = false;
        it.result = std::nullopt;
      } else {
        it.result = kAlreadyCalled;
      }
    }
  }
  it.running = false;
}

// By due times, and where those are equal in the order of their making.
void DeferredModel::Advance(int seconds) {
  now_ += seconds;
  for (;;) {
    Timer* next = nullptr;
    for (Timer& timer : timers_) {
      if (!timer.active || timer.due > now_) continue;
      if (next == nullptr || timer.due < next->due) next = &timer;
    }
    if (next == nullptr) return;
    next->active = false;
    next->passed = true;
    Cancel(next->chain);
  }
}

void DeferredModel::EndLimit(int chain, int timer) {
  std::optional<int>& result = chains_[chain].result;
  result = result.value_or(kConsumed);
  timers_[timer].active = false;  // DF-44
  if (timers_[timer].passed && result == kCancelled) result = kTimedOut;
}

// Whether the chain has to wait for what the closure returned.
bool DeferredModel::Call(int chain, const Step_& step) {
  Chain& it = chains_[chain];
  ++steps_;
  const int input = it.result.value_or(kConsumed);
  it.result = input;
  const bool ok = input >= 0;
  const bool pair = step.side == Op::Side::kPair;
  bool waits = false;
  if (ok ? step.side != Op::Side::kErrback
         : step.side != Op::Side::kCallback) {  // DF-05
    const int closure = step.closure + (pair && !ok ? 1 : 0);
    events_.push_back(
        {ok ? Sight::kCallback : Sight::kErrback, closure, input});
    RunBody(closure, -1);
    waits = EndCall(chain, closure, step.returns);
  }
  Release(step.closure);
  if (pair) Release(step.closure + 1);
  return waits;
}

bool DeferredModel::EndCall(int chain, int closure, Op::Returns returns) {
  Body body = std::move(bodies_[closure]);
  bool waits = false;
  int& number = body.number;
  std::optional<int>& result = chains_[chain].result;
  if (Chance(20)) {  // DF-04
    body.end = Body::End::kThrow;
    number = planted_++;
    result = kPlanted - number;
  } else if (returns == Op::Returns::kOutcome && Chance(30)) {
    body.end = Body::End::kFailure;
    number = planted_++;
    result = kPlanted - number;
  } else if (const int slot = AnySlot(true);
             returns == Op::Returns::kDeferred && slot >= 0 && Chance(85) &&
             MayWait(chain, slots_[slot])) {
    const int inner = slots_[slot];
    body.slot = slot;
    body.end = Body::End::kSlot;
    if (Chance(30)) {
      body.end = Body::End::kMoveSlot;
      slots_[slot] = -1;
    }
    if (WaitsFor(inner, chain)) {  // DF-26
      result = kMisuse;
    } else if (Ready(chains_[inner])) {  // DF-18
      result = Take(inner);
    } else {  // DF-16, DF-19
      result = std::nullopt;
      chains_[chain].waits_on = inner;
      chains_[inner].steps.push_back({Step_::Kind::kResume, {}, {}, -1, chain});
      waits = true;
    }
  } else {
    number = Below(1000);
    result = number;
  }
  bodies_[closure] = std::move(body);
  return waits;
}

bool DeferredModel::WaitsFor(int chain, int other) const {
  while (chain >= 0 && chain != other) chain = chains_[chain].waits_on;
  return chain == other;
}

// --- who lives ---------------------------------------------------------------

// Whom a handle to `chain` keeps: those it waits for and those that wait for it
// (DF-22), and whoever its callbacks and its canceller hold.
void DeferredModel::Mark(int chain) {
  if (chain < 0 || chains_[chain].seen) return;
  chains_[chain].seen = true;
  Mark(chains_[chain].waits_on);
  Mark(chains_[chain].canceller_holds);
  for (const Step_& step : chains_[chain].steps) Mark(step.chain);
}

bool DeferredModel::Reaches(int from, int to) {
  for (Chain& chain : chains_) chain.seen = false;
  Mark(from);
  return chains_[to].seen;
}

// Not where one would be held by what it waits for, and so hold itself. To
// wait for oneself, and not to have to wait, is no such case.
bool DeferredModel::MayWait(int chain, int other) {
  if (WaitsFor(other, chain) || Ready(chains_[other])) return true;
  return !Reaches(chain, other) && !Reaches(other, chain);
}

void DeferredModel::BuryTheDead() {
  for (Chain& chain : chains_) chain.seen = false;
  for (const int chain : slots_) Mark(chain);
  for (const Timer& timer : timers_) {
    if (timer.active) Mark(timer.chain);
  }
  for (Chain& chain : chains_) {
    if (chain.seen || chain.dead) continue;
    chain.dead = true;
    if (chain.called && chain.result.value_or(0) < 0) {  // DF-40
      reports_.push_back(*chain.result);
    }
    Release(chain.canceller);
    for (const Step_& step : chain.steps) {
      if (step.kind != Step_::Kind::kCall) continue;
      Release(step.closure);
      if (step.side == Op::Side::kPair) Release(step.closure + 1);
    }
    chain.steps.clear();
  }
  std::sort(reports_.begin(), reports_.end());
}

void DeferredModel::Release(int closure) {
  if (closure >= 0) live_[closure] = 0;
}

int DeferredModel::held_failures() const {
  int count = 0;
  for (const Chain& chain : chains_) {
    count += !chain.dead && chain.result.value_or(0) < 0;
  }
  return count;
}

std::optional<bool> DeferredModel::called(int slot) const {
  if (slots_[slot] < 0) return std::nullopt;
  return chains_[slots_[slot]].called;
}

}  // namespace heddle
