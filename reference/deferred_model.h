// SPDX-License-Identifier: Apache-2.0
//
// DeferredModel: what programs of Deferreds do, by the contract.
#ifndef HEDDLE_REFERENCE_DEFERRED_MODEL_H_
#define HEDDLE_REFERENCE_DEFERRED_MODEL_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace heddle {

// What a chain holds: a value from 0 up, or one of these failures, or
// kPlanted - n for the n-th exception that the program throws.
enum : int {
  kCancelled = -1,
  kConsumed = -2,
  kAlreadyCalled = -3,
  kMisuse = -4,  // std::logic_error: waits for itself, unbalanced unpause
  kTimedOut = -5,
  kPlanted = -100,
};

// What can be seen of a program, in order.
enum class Sight : int { kCallback, kErrback, kCanceller, kRefused };
struct Event {
  Sight sight;
  int who;   // the closure; for kRefused the error
  int with;  // its argument
  bool operator==(const Event&) const = default;
};

// One thing that a program does. Handles are in numbered slots.
struct Op {
  enum class Kind : int {
    kMake,       // a new chain into `slot`; `closure` is its canceller, or -1
    kFire,       // slot with value `number`
    kFail,       // slot with planted failure `number`
    kAttach,     // closure to slot, as `side` and `returns` say
    kForward,    // slot.ChainDeferred(other)
    kCancel,     // slot
    kPause,      // slot
    kUnpause,    // slot
    kDrop,       // the handle in slot
    kCopy,       // the handle in slot into `other`
    kLimit,      // slot.AddTimeout(number)
    kAdvance,    // the clock by `number`; in no closure
    kStoreSelf,  // in a canceller: its argument into slot
  };
  enum class Side : int { kCallback, kErrback, kPair, kBoth };
  enum class Returns : int { kValue, kOutcome, kDeferred };

  Kind kind = Kind::kMake;
  int slot = -1;
  int other = -1;
  int closure = -1;  // a pair has closure + 1, too
  int held = -1;     // the slot whose handle the closure captures, or -1
  int number = 0;
  Side side = Side::kCallback;
  Returns returns = Returns::kValue;
};

// What a closure does when it is called, which is once.
struct Body {
  enum class End : int { kValue, kFailure, kThrow, kSlot, kMoveSlot };
  std::vector<Op> ops;
  End end = End::kValue;
  int number = 0;
  int slot = -1;
};

// What it is: a program, made up at random while it is being run on a model of
// the contract: recursive, and without handles, steps or stacks of the
// library's. Whoever plays it on real Deferreds must see the same.
//
// The model knows who lives by looking who can be reached. It makes up nothing
// that would keep itself alive for ever.
class DeferredModel {
 public:
  DeferredModel(std::uint64_t seed, int slots);

  // Does one thing more, at random.
  Op Step();
  // For the end of a program: no timer is left, or no handle in `slot`.
  Op Advance();
  Op Drop(int slot);

  // What the last Step() led to.
  const std::vector<Event>& events() const { return events_; }
  // Failures reported: unhandled ones, and kThrownByCanceller + n; sorted.
  const std::vector<int>& reports() const { return reports_; }
  static constexpr int kThrownByCanceller = 1'000'000'000;

  // Valid after the closure's call.
  const Body& body(int closure) const { return bodies_[closure]; }
  // Whether each closure exists still.
  const std::vector<char>& live() const { return live_; }
  // Failures that chains hold.
  int held_failures() const;
  // Whether the chain in `slot` has been fired; nothing if the slot is empty.
  std::optional<bool> called(int slot) const;

  int slots() const { return static_cast<int>(slots_.size()); }
  long steps() const { return steps_; }

 private:
  struct Link {
    enum class Kind { kCall, kResume, kForward, kLimit } kind;
    Op::Side side;
    Op::Returns returns;
    int closure;  // or the timer
    int chain;    // the waiter, the target, or the captured one
  };
  struct Timer {
    int chain;
    long due;
    bool active;
    bool passed;
  };
  struct Chain {
    std::optional<int> result;
    std::vector<Link> steps;
    int canceller = -1;
    int canceller_holds = -1;
    int waits_on = -1;
    int pauses = 0;
    bool called = false;
    bool running = false;
    bool cancelling = false;
    bool ignores_next_fire = false;
    bool dead = false;
    bool seen = false;
  };

  int Below(int limit);
  bool Chance(int percent) { return Below(100) < percent; }
  int AnySlot(bool occupied);
  int NewClosure();
  Op MakeUp();
  Op DoLast(const Op& op);
  void Do(const Op& op);
  void RunBody(int closure, int self);

  void Fire(int chain, int result);
  void Cancel(int chain);
  void Run(int chain);
  void Advance(int seconds);
  void EndLimit(int chain, int timer);
  bool Call(int chain, const Link& step);
  bool EndCall(int chain, int closure, Op::Returns returns);
  int Take(int chain);
  bool Ready(const Chain& chain) const;
  bool WaitsFor(int chain, int other) const;

  void Mark(int chain);
  bool Reaches(int from, int to);
  bool MayHold(int chain, int held) { return !Reaches(held, chain); }
  bool MayWait(int chain, int other);
  void BuryTheDead();
  void Release(int closure);

  std::uint64_t random_;
  std::vector<int> slots_;  // chains, or -1
  std::deque<Chain> chains_;
  std::vector<Timer> timers_;
  std::vector<Body> bodies_;
  std::vector<char> live_;
  std::vector<Event> events_;
  std::vector<int> reports_;
  int depth_ = 0;
  int budget_ = 0;
  int planted_ = 0;
  long now_ = 0;
  long steps_ = 0;
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_DEFERRED_MODEL_H_
