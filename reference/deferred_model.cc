// SPDX-License-Identifier: Apache-2.0
//
// What the contract says of the chains of a program, and which of them live.
#include "reference/deferred_model.h"

#include <algorithm>
#include <utility>

namespace heddle {

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
    const Link step = it.steps.front();
    it.steps.erase(it.steps.begin());
    if (step.kind == Link::Kind::kCall) {
      waits = Call(chain, step);
    } else if (step.kind == Link::Kind::kResume) {  // DF-16
      chains_[step.chain].waits_on = -1;
      chains_[step.chain].result = Take(chain);
      Run(step.chain);
    } else if (step.kind == Link::Kind::kLimit) {
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
bool DeferredModel::Call(int chain, const Link& step) {
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
      chains_[inner].steps.push_back({Link::Kind::kResume, {}, {}, -1, chain});
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

// Whom a handle to `chain` keeps: those it waits for and those that wait for it
// (DF-22), and whoever its callbacks and its canceller hold.
void DeferredModel::Mark(int chain) {
  if (chain < 0 || chains_[chain].seen) return;
  chains_[chain].seen = true;
  Mark(chains_[chain].waits_on);
  Mark(chains_[chain].canceller_holds);
  for (const Link& step : chains_[chain].steps) Mark(step.chain);
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
    for (const Link& step : chain.steps) {
      if (step.kind != Link::Kind::kCall) continue;
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
