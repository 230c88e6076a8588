// SPDX-License-Identifier: Apache-2.0
//
// DF-64: coroutines that await Deferreds.
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/log_capture.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/stack_use.h"
#include "gtest/gtest.h"
#include "reference/coroutine.h"
#include "reference/deferred.h"
#include "reference/errors.h"

namespace heddle::conformance {
namespace {

// What a Deferred has come to, as one word or a number.
struct End {
  std::string word = "nothing yet";
  int value = -1;
};

std::shared_ptr<End> Watch(const Deferred<int>& deferred) {
  auto end = std::make_shared<End>();
  deferred.AddBoth([end](Outcome<int> outcome) {
    if (outcome.ok()) {
      end->word = "a value";
      end->value = outcome.value();
    } else if (outcome.failure().Check<CancelledError>()) {
      end->word = "CancelledError";
    } else if (outcome.failure().Check<AlreadyConsumed>()) {
      end->word = "AlreadyConsumed";
    } else if (outcome.failure().Check<std::out_of_range>()) {
      end->word = "std::out_of_range";
    } else {
      end->word = "another failure";
    }
  });
  return end;
}

Deferred<int> AddOne(Deferred<int> deferred) {
  const int value = co_await std::move(deferred);
  co_return value + 1;
}

Deferred<int> Await(const Deferred<int>& deferred) {
  const int value = co_await deferred;
  co_return value;
}

RULE(DF_64, AwaitingYieldsTheValue) {
  const auto fired = Watch(AddOne(Succeed(1)));
  EXPECT_EQ(fired->value, 2) << "of a Deferred that had fired";
  const Deferred<int> later;
  const auto end = Watch(AddOne(later));
  EXPECT_EQ(end->word, "nothing yet");
  later.Callback(2);
  EXPECT_EQ(end->value, 3) << "of a Deferred that fired later";
}

RULE(DF_64, AwaitingThrowsTheOriginalException) {
  const std::exception_ptr planted =
      std::make_exception_ptr(std::out_of_range("planted"));
  std::exception_ptr caught;
  const auto body = [&](Deferred<int> awaited) -> Deferred<int> {
    try {
      co_await std::move(awaited);
    } catch (...) {
      caught = std::current_exception();
    }
    co_return 5;
  };
  const Deferred<int> awaited;
  const auto end = Watch(body(awaited));
  awaited.Errback(planted);
  EXPECT_TRUE(caught == planted) << "not the original exception";
  EXPECT_EQ(end->value, 5) << "a failure that was caught is handled";
}

RULE(DF_64, AnExceptionThatLeavesTheBodyIsTheFailure) {
  LogCapture log;
  const Deferred<int> awaited;
  const auto end = Watch(AddOne(awaited));
  awaited.Errback(std::out_of_range("planted"));
  EXPECT_EQ(end->word, "std::out_of_range");
  EXPECT_EQ(log.records().size(), 0u) << "handled, but reported too";
}

RULE(DF_64, CancellingCancelsWhatIsAwaitedNow) {
  int first_cancels = 0;
  int second_cancels = 0;
  const Deferred<int> first([&](Deferred<int>&) { ++first_cancels; });
  const Deferred<int> second([&](Deferred<int>&) { ++second_cancels; });
  const auto body = [](Deferred<int> a, Deferred<int> b) -> Deferred<int> {
    const int sum = co_await std::move(a);
    const int more = co_await std::move(b);
    co_return sum + more;
  };
  const Deferred<int> result = body(first, second);
  const auto end = Watch(result);
  first.Callback(1);
  result.Cancel();
  EXPECT_EQ(first_cancels, 0);
  EXPECT_EQ(second_cancels, 1) << "what it awaits was not cancelled";
  EXPECT_EQ(end->word, "CancelledError");
}

RULE(DF_64, TheBodySeesTheCancelAndMayGoOn) {
  const Deferred<int> awaited;
  const Deferred<int> next;
  const auto body = [](Deferred<int> a, Deferred<int> b) -> Deferred<int> {
    bool cancelled = false;
    try {
      co_await std::move(a);
    } catch (const CancelledError&) {
      cancelled = true;
    }
    const int value = co_await std::move(b);
    co_return cancelled ? value : -2;
  };
  const Deferred<int> result = body(awaited, next);
  const auto end = Watch(result);
  result.Cancel();
  EXPECT_EQ(end->word, "nothing yet") << "it has handled the cancel";
  next.Callback(7);
  EXPECT_EQ(end->value, 7);
}

RULE(DF_64, CancellingReachesThroughCoroutines) {
  const Deferred<int> awaited;
  const Deferred<int> result = AddOne(AddOne(AddOne(awaited)));
  const auto end = Watch(result);
  result.Cancel();
  EXPECT_TRUE(awaited.called()) << "what the innermost awaits goes on";
  EXPECT_EQ(end->word, "CancelledError");
}

RULE(DF_64, ALoopOverFiredDeferredsTakesConstantStack) {
  ExpectConstantStack([](int rounds) {
    const auto body = [rounds]() -> Deferred<int> {
      int count = 0;
      while (count < rounds) count = co_await Succeed(count + 1);
      co_return count;
    };
    EXPECT_EQ(Watch(body())->value, rounds);
  });
}

RULE(DF_64, ALoopOverFinishedCoroutinesTakesConstantStack) {
  ExpectConstantStack([](int rounds) {
    const auto body = [rounds]() -> Deferred<int> {
      int count = 0;
      while (count < rounds) count = co_await AddOne(Succeed(count));
      co_return count;
    };
    EXPECT_EQ(Watch(body())->value, rounds);
  });
}

Deferred<int> Chain(Deferred<int> awaited, int links) {
  for (int i = 0; i < links; ++i) awaited = AddOne(std::move(awaited));
  return awaited;
}

RULE(DF_64, CoroutinesThatAwaitOneAnotherResumeInConstantStack) {
  ExpectConstantStack([](int links) {
    const Deferred<int> awaited;
    const auto end = Watch(Chain(awaited, links));
    awaited.Callback(0);
    EXPECT_EQ(end->value, links);
  });
}

RULE(DF_64, CoroutinesThatAwaitOneAnotherAreCancelledInConstantStack) {
  ExpectConstantStack([](int links) {
    const Deferred<int> awaited;
    const Deferred<int> result = Chain(awaited, links);
    const auto end = Watch(result);
    result.Cancel();
    EXPECT_EQ(end->word, "CancelledError");
  });
}

RULE(DF_64, CoroutinesThatAwaitOneAnotherGoInConstantStack) {
  ExpectConstantStack([](int links) {
    const auto witness = std::make_shared<int>(0);
    const auto link = [](std::shared_ptr<int>,
                         Deferred<int> awaited) -> Deferred<int> {
      const int value = co_await std::move(awaited);
      co_return value;
    };
    {
      Deferred<int> last;
      for (int i = 0; i < links; ++i) last = link(witness, std::move(last));
      EXPECT_EQ(witness.use_count(), links + 1);
    }
    EXPECT_EQ(witness.use_count(), 1)
        << "frames that nobody can resume are left";
  });
}

RULE(DF_64, TheFrameGoesBeforeTheCallbacksRun) {
  const auto witness = std::make_shared<int>(0);
  const auto body = [](std::shared_ptr<int> copy,
                       Deferred<int> awaited) -> Deferred<int> {
    const std::shared_ptr<int> local = copy;
    const int value = co_await std::move(awaited);
    co_return value;
  };
  const Deferred<int> awaited;
  long uses = -1;
  const Deferred<int> end = body(witness, awaited).AddCallback([&](int value) {
    uses = witness.use_count();
    return value;
  });
  awaited.Callback(1);
  EXPECT_EQ(uses, 1) << "the frame keeps what it holds";
}

RULE(DF_64, AwaitingConsumes) {
  const Deferred<int> awaited;
  const auto first = Watch(Await(awaited));
  const auto second = Watch(Await(awaited));
  awaited.Callback(3);
  EXPECT_EQ(first->value, 3);
  EXPECT_EQ(second->word, "AlreadyConsumed");
}

RULE(DF_64, APausedDeferredIsAwaited) {
  const Deferred<int> awaited;
  awaited.Pause();
  awaited.Callback(3);
  const auto end = Watch(Await(awaited));
  EXPECT_EQ(end->word, "nothing yet");
  awaited.Unpause();
  EXPECT_EQ(end->value, 3);
}

RULE(DF_64, AwaitingItselfThrows) {
  const Deferred<int> awaited;
  std::optional<Deferred<int>> own;
  const auto body = [&](Deferred<int> first) -> Deferred<int> {
    co_await std::move(first);
    try {
      co_await *own;
    } catch (const std::logic_error&) {
      co_return 1;
    }
    co_return 0;
  };
  own = body(awaited);
  awaited.Callback(0);
  EXPECT_EQ(Watch(*own)->value, 1);
}

}  // namespace
}  // namespace heddle::conformance
