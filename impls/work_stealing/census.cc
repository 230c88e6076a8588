// SPDX-License-Identifier: Apache-2.0
#include "impls/work_stealing/census.h"

#include <algorithm>
#include <thread>

namespace heddle::work_stealing {

bool WantsWorker(const Counts& counts, PoolSize limits) {
  if (counts.state != PoolState::kRunning) return false;
  if (counts.threads >= std::min(limits.max, Census::kMaxThreads)) return false;
  return counts.threads < limits.min ||
         counts.backlog > static_cast<std::uint64_t>(counts.idle());
}

bool MayLeave(const Standing& standing, std::uint64_t backlog) {
  if (standing.threads > standing.limits.max) {
    return true;  // also before backlog (TP-33)
  }
  if (backlog > 0) return false;
  return standing.state >= PoolState::kStopping || standing.retiring > 0;
}

Census::Census(const InjectionQueue& outside, PoolSize limits,
               std::size_t max_backlog)
    : word_(Pack({.limits = limits}) | (max_backlog > 0 ? kBounded : 0)),
      outside_(outside),
      bound_(max_backlog) {}

Standing Census::Unpack(Word word) {
  const auto number = [word](int shift) {
    return static_cast<int>((word >> shift) & kMaxThreads);
  };
  return {.state = static_cast<PoolState>(word & 3),
          .threads = number(kThreadsShift),
          .limits = {.min = number(kMinShift), .max = number(kMaxShift)},
          .retiring = number(kRetiringShift)};
}

Census::Word Census::Pack(const Standing& standing) {
  const auto number = [](int value, int shift) {
    return static_cast<Word>(std::min(value, kMaxThreads)) << shift;
  };
  const int max = std::min(standing.limits.max, kMaxThreads);
  Word word = static_cast<Word>(standing.state) |
              number(standing.threads, kThreadsShift) |
              number(standing.limits.min, kMinShift) |
              number(max, kMaxShift) |
              number(standing.retiring, kRetiringShift);
  if (standing.state != PoolState::kRunning || standing.threads == 0) {
    word |= kNotReady;
  }
  if (standing.threads < max) word |= kRoom;
  if (standing.threads > max) word |= kSurplus;
  if (standing.retiring > 0) word |= kRetiring;
  return word;
}

// B1, in one order with A1 and A2 (header). The crew's lock orders the writers
// but for new workers and who wants a picture.
template <class Change>
void Census::ChangeWord(Change change) {
  Word word = word_.load(std::memory_order_seq_cst);
  Word changed;
  do {
    Standing standing = Unpack(word);
    change(standing);
    changed = Pack(standing) | (word & (kBounded | kPicture));
  } while (!word_.compare_exchange_weak(word, changed,
                                        std::memory_order_seq_cst));
}

void Census::SetState(PoolState state) {
  ChangeWord([state](Standing& standing) { standing.state = state; });
}

void Census::AddWorker() {
  ChangeWord([](Standing& standing) { ++standing.threads; });
}

void Census::RemoveWorker() {
  ChangeWord([](Standing& standing) { --standing.threads; });
}

void Census::SetLimits(PoolSize limits) {
  ChangeWord([limits](Standing& standing) { standing.limits = limits; });
}

void Census::SetRetiring(int retiring) {
  ChangeWord([retiring](Standing& standing) { standing.retiring = retiring; });
}

std::uint64_t Census::Backlog() const {
  std::uint64_t begun = 0;
  for (const Tally* tally : tallies_.All()) begun += tally->begun();
  std::uint64_t submitted = Outside();
  for (const Tally* tally : tallies_.All()) {
    submitted += tally->submitted.Read();
  }
  return submitted - begun;
}

std::uint64_t Census::Unfinished() const {
  std::uint64_t ended = 0;
  for (const Tally* tally : tallies_.All()) ended += tally->ended();
  std::uint64_t submitted = Outside();
  for (const Tally* tally : tallies_.All()) {
    submitted += tally->submitted.Read();
  }
  return submitted - ended;
}

bool Census::MayLeaveRightNow() const {
  const Standing now = standing();
  // The state before the backlog: B1 before B2.
  return MayLeave(now, Backlog());
}

bool Census::WantsWorkerRightNow() const {
  const Standing now = standing();
  if (now.state != PoolState::kRunning) return false;
  if (now.threads >= now.limits.min &&
      Unfinished() <= static_cast<std::uint64_t>(now.threads)) {
    return false;
  }
  return WantsWorker(Read(), now.limits);
}

std::unique_lock<std::mutex> Census::AwaitPicture() const {
  std::unique_lock lock(picture_);
  if (!Has(kBounded)) lock.unlock();
  return lock;
}

// With bound_too the caller holds what PrepareToCount returned, so that nobody
// else is admitted meanwhile.
Census::Answer Census::Judge(bool bound_too) const {
  const Standing now = standing();
  if (now.state >= PoolState::kStopping) return Answer::kStopped;
  const bool running = now.state == PoolState::kRunning;
  if (running && now.threads == 0 && now.limits.max > 0) {
    return Answer::kNeedsWorker;
  }
  if (bound_too && Has(kBounded)) {
    const Counts counts = ReadLocked();
    if (bound_.IsReached(static_cast<std::size_t>(counts.backlog), counts.busy,
                         running ? now.limits.max : 0)) {
      return Answer::kFull;
    }
  }
  return Answer::kAdmitted;
}

Census::Answer Census::JudgeAdmitted(Count& submitted) const {
  const Answer answer = Judge(false);
  if (answer != Answer::kAdmitted) submitted.Set(submitted.own() - 1);
  return answer;
}

Census::Answer Census::JudgePushed() {
  const Answer answer = Judge(false);
  if (answer != Answer::kAdmitted) GiveBack();
  return answer;
}

// Both counts belong to one picture, and so no picture is taken in between.
void Census::CountFailure(Tally& tally, std::uint64_t steps) {
  std::lock_guard lock(picture_);
  tally.failed.Set(tally.failed.own() + 1);
  Step(tally, steps);
}

struct Census::Sums {
  Word word = 0;
  std::uint64_t begun = 0;
  std::uint64_t ended = 0;
  std::uint64_t failed = 0;
  std::uint64_t submitted = 0;

  friend bool operator==(const Sums&, const Sums&) = default;
};

Census::Sums Census::AddUp() const {
  Sums sums{.word = word_.load(std::memory_order_seq_cst) & ~kPicture,
            .submitted = Outside()};
  for (const Tally* tally : tallies_.All()) {
    const std::uint64_t steps = tally->steps.Read();
    sums.begun += Tally::BegunAfter(steps);
    sums.ended += Tally::EndedAfter(steps);
    sums.failed += tally->failed.Read();
    sums.submitted += tally->submitted.Read();
  }
  return sums;
}

Counts Census::Read() const {
  std::lock_guard lock(picture_);
  return ReadLocked();
}

Counts Census::ReadLocked() const {
  Sums sums = AddUp();                                          // R1
  Sums again = AddUp();                                         // R2
  if (sums != again) {
    word_.fetch_or(kPicture, std::memory_order_seq_cst);
    do {
      std::this_thread::yield();
      sums = AddUp();
      again = AddUp();
    } while (sums != again);
    word_.fetch_and(~kPicture, std::memory_order_seq_cst);
  }
  const Standing standing = Unpack(sums.word);
  return {.state = standing.state,
          .threads = standing.threads,
          .busy = static_cast<int>(sums.begun - sums.ended),
          .backlog = sums.submitted - sums.begun,
          .completed = sums.ended,
          .failed = sums.failed};
}

}  // namespace heddle::work_stealing
