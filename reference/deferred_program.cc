// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_program.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "reference/deferred.h"
#include "reference/deferred_model.h"
#include "reference/errors.h"
#include "reference/log.h"
#include "reference/test_clock.h"
#include "reference/unhandled_failures.h"

namespace heddle {
namespace {

struct Planted {
  int number;
};

// The model's number for an exception.
int NumberOf(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const Planted& planted) {
    return kPlanted - planted.number;
  } catch (const CancelledError&) {
    return kCancelled;
  } catch (const TimeoutError&) {
    return kTimedOut;
  } catch (const AlreadyConsumed&) {
    return kConsumed;
  } catch (const AlreadyCalledError&) {
    return kAlreadyCalled;
  } catch (const std::logic_error&) {
    return kMisuse;
  } catch (...) {
    return -99;
  }
}

std::string InWords(const std::vector<Event>& events,
                    const std::vector<int>& reports) {
  const char* const names[] = {"callback", "errback", "canceller", "refused"};
  std::ostringstream out;
  for (const Event& event : events) {
    out << names[static_cast<int>(event.sight)] << ' ' << event.who << " with "
        << event.with << ", ";
  }
  out << "reported:";
  for (const int report : reports) out << ' ' << report;
  return out.str();
}

// Plays on real Deferreds what a model has made up.
class Player {
 public:
  explicit Player(const DeferredModel& model)
      : model_(model),
        slots_(model.slots()),
        former_hook_(SetUnhandledFailureHook([this](const Failure& failure) {
          reports_.push_back(NumberOf(failure.exception()));
        })),
        former_sink_(SetLogSink([this](const LogRecord& record) {
          reports_.push_back(DeferredModel::kThrownByCanceller -
                             (NumberOf(record.exception) - kPlanted));
        })) {}
  ~Player() {
    // What is left, if the program was broken off, refers to this object.
    slots_.clear();
    clock_.reset();
    SetUnhandledFailureHook(std::move(former_hook_));
    SetLogSink(std::move(former_sink_));
  }

  void Play(const Op& op) {
    events_.clear();
    reports_.clear();
    live_.resize(model_.live().size());
    Do(op);
    std::sort(reports_.begin(), reports_.end());
  }

  // The first thing that is not as the model has it, or null.
  const char* Difference() const {
    if (events_ != model_.events()) return "what was called, or refused";
    if (reports_ != model_.reports()) return "what was reported";
    if (live_ != model_.live()) return "which closures exist";
    for (int slot = 0; slot < model_.slots(); ++slot) {
      std::optional<bool> called;
      if (slots_[slot]) called = slots_[slot]->called();
      if (called != model_.called(slot)) return "whether a Deferred has fired";
    }
    if (static_cast<int>(UnhandledFailures().size()) !=
        model_.held_failures()) {
      return "how many failures are held";
    }
    return nullptr;
  }

  std::string Describe() const {
    return "Deferreds: " + InWords(events_, reports_) +
           "\nthe model: " + InWords(model_.events(), model_.reports());
  }

 private:
  // What every closure captures: it is counted, and may hold a handle.
  class Closure {
   public:
    Closure(Player& player, int number, std::optional<Deferred<int>> held)
        : player_(&player), number_(number), held_(std::move(held)) {
      ++player_->live_[number_];
    }
    Closure(Closure&& other) noexcept
        : player_(std::exchange(other.player_, nullptr)),
          number_(other.number_),
          held_(std::move(other.held_)) {}
    ~Closure() {
      if (player_ != nullptr) --player_->live_[number_];
    }

    Player& player() const { return *player_; }
    int number() const { return number_; }

   private:
    Player* player_;
    int number_;
    std::optional<Deferred<int>> held_;
  };

  template <class Result>
  class Callable : public Closure {
   public:
    using Closure::Closure;
    Result operator()(int value) { return See(Sight::kCallback, value); }
    Result operator()(const Failure& failure) {
      return See(Sight::kErrback, NumberOf(failure.exception()));
    }
    Result operator()(Outcome<int> outcome) {
      return outcome.ok() ? (*this)(outcome.value())
                          : (*this)(outcome.failure());
    }

   private:
    Result See(Sight sight, int with) {
      return player().template Call<Result>(sight, number(), with);
    }
  };

  std::optional<Deferred<int>> Copy(int slot) const {
    if (slot < 0) return std::nullopt;
    return slots_[slot];
  }

  void Do(const Op& op) {
    using Kind = Op::Kind;
    try {
      switch (op.kind) {
        case Kind::kMake:
          slots_[op.slot] = Make(op);
          break;
        case Kind::kFire:
          Handle(op.slot).Callback(op.number);
          break;
        case Kind::kFail:
          Handle(op.slot).Errback(Planted{op.number});
          break;
        case Kind::kAttach:
          if (op.returns == Op::Returns::kValue) Attach<int>(op);
          if (op.returns == Op::Returns::kOutcome) Attach<Outcome<int>>(op);
          if (op.returns == Op::Returns::kDeferred) Attach<Deferred<int>>(op);
          break;
        case Kind::kForward:
          Handle(op.slot).ChainDeferred(Handle(op.other));
          break;
        case Kind::kCancel:
          Handle(op.slot).Cancel();
          break;
        case Kind::kPause:
          Handle(op.slot).Pause();
          break;
        case Kind::kUnpause:
          Handle(op.slot).Unpause();
          break;
        case Kind::kDrop:
          slots_[op.slot].reset();
          break;
        case Kind::kCopy:
          slots_[op.other] = Handle(op.slot);
          break;
        case Kind::kLimit:
          Handle(op.slot).AddTimeout(Seconds(op.number), *clock_);
          break;
        case Kind::kAdvance:
          clock_->Advance(Seconds(op.number));
          break;
        case Kind::kStoreSelf:
          break;
      }
    } catch (...) {
      events_.push_back(
          {Sight::kRefused, NumberOf(std::current_exception()), 0});
    }
  }

  // Not a copy: callbacks may change what is in the slot while it is in use.
  // Throws if the slot is empty, which it is not for the model.
  const Deferred<int>& Handle(int slot) const { return slots_[slot].value(); }

  Deferred<int> Make(const Op& op) {
    if (op.closure < 0) return Deferred<int>();
    return Deferred<int>(
        [closure = Closure(*this, op.closure, Copy(op.held))](
            Deferred<int>& self) { closure.player().Cancel(closure, self); });
  }

  template <class Result>
  void Attach(const Op& op) {
    const Deferred<int>& deferred = Handle(op.slot);
    Callable<Result> first(*this, op.closure, Copy(op.held));
    switch (op.side) {
      case Op::Side::kCallback:
        deferred.AddCallback(std::move(first));
        break;
      case Op::Side::kErrback:
        deferred.AddErrback(std::move(first));
        break;
      case Op::Side::kPair:
        deferred.AddCallbacks(
            std::move(first),
            Callable<Result>(*this, op.closure + 1, std::nullopt));
        break;
      case Op::Side::kBoth:
        deferred.AddBoth(std::move(first));
        break;
    }
  }

  template <class Result>
  Result Call(Sight sight, int closure, int with) {
    events_.push_back({sight, closure, with});
    const Body& body = model_.body(closure);
    for (const Op& op : body.ops) Do(op);
    if (body.end == Body::End::kThrow) throw Planted{body.number};
    if constexpr (std::is_same_v<Result, Deferred<int>>) {
      if (body.end == Body::End::kValue) return Succeed(body.number);
      if (body.end == Body::End::kSlot) return Handle(body.slot);
      return std::exchange(slots_[body.slot], std::nullopt).value();
    } else {
      if constexpr (std::is_same_v<Result, Outcome<int>>) {
        if (body.end == Body::End::kFailure) {
          return Failure::Of(Planted{body.number});
        }
      }
      return body.number;
    }
  }

  void Cancel(const Closure& closure, const Deferred<int>& self) {
    events_.push_back({Sight::kCanceller, closure.number(), 0});
    const Body& body = model_.body(closure.number());
    for (const Op& op : body.ops) {
      if (op.kind == Op::Kind::kStoreSelf) slots_[op.slot] = self;
      Do(op);
    }
    if (body.end == Body::End::kThrow) throw Planted{body.number};
  }

  const DeferredModel& model_;
  std::optional<TestClock> clock_{std::in_place};
  std::vector<std::optional<Deferred<int>>> slots_;
  std::vector<Event> events_;
  std::vector<int> reports_;
  std::vector<char> live_;
  UnhandledFailureHook former_hook_;
  LogSink former_sink_;
};

}  // namespace

ProgramRun PlayProgram(std::uint64_t seed) {
  // Most are short and crowded; some are long.
  const bool is_long = seed % 50 == 0;
  const int slots = 2 + static_cast<int>(seed % 7) * (is_long ? 4 : 1);
  const int length = is_long ? 500 : 10 + static_cast<int>(seed % 80);
  ProgramRun run;
  std::ostringstream difference;
  DeferredModel model(seed, slots);
  Player player(model);
  for (int i = 0; i <= length + slots && difference.str().empty(); ++i) {
    const Op op = i < length    ? model.Step()
                  : i == length ? model.Advance()
                                : model.Drop(i - length - 1);
    player.Play(op);
    if (const char* const what = player.Difference()) {
      difference << "program " << seed << ", step " << i << ", operation "
                 << static_cast<int>(op.kind) << " on slot " << op.slot
                 << ", differs in " << what << '\n'
                 << player.Describe();
    }
  }
  if (difference.str().empty() &&
      std::ranges::count(model.live(), 0) !=
          static_cast<std::ptrdiff_t>(model.live().size())) {
    difference << "program " << seed << " leaves closures behind";
  }
  run.steps = model.steps();
  run.difference = difference.str();
  return run;
}

}  // namespace heddle
