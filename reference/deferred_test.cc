// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "reference/errors.h"

namespace heddle {
namespace {

using Trace = std::vector<std::string>;

// What went wrong, as `what()` says it.
std::string Text(const Failure& failure) {
  try {
    failure.Rethrow();
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "not a std::exception";
  }
}

TEST(Deferred, RunsCallbacksInOrderBeforeFiringReturns) {
  Deferred<int> deferred;
  Trace trace;
  deferred
      .AddCallback([&](int value) {
        trace.push_back("first " + std::to_string(value));
        return value;
      })
      .AddCallback(
          [&](int value) { trace.push_back("then " + std::to_string(value)); });
  EXPECT_TRUE(trace.empty());
  deferred.Callback(1);
  EXPECT_EQ(trace, (Trace{"first 1", "then 1"}));
}

TEST(Deferred, HandsEachCallbackWhatTheOneBeforeReturned) {
  Deferred<int> deferred;
  std::string seen;
  Deferred<std::string> text =
      deferred.AddCallback([](int value) { return std::to_string(value + 1); });
  text.AddCallback([&](const std::string& value) { seen = value; });
  deferred.Callback(6);
  EXPECT_EQ(seen, "7");
}

TEST(Deferred, PassesExtraArgumentsAfterTheResult) {
  Deferred<int> deferred;
  int sum = 0;
  std::string said;
  deferred
      .AddCallback(
          [&](int value, int more, std::unique_ptr<int> owned) {
            sum = value + more + *owned;
          },
          10, std::make_unique<int>(100))
      .AddCallback(
          [](const std::string& text) -> int {
            throw std::runtime_error(text);
          },
          std::string("thrown"))
      .AddErrback([&](const Failure& failure,
                      const char* suffix) { said = Text(failure) + suffix; },
                  "!");
  deferred.Callback(1);
  EXPECT_EQ(sum, 111);
  EXPECT_EQ(said, "thrown!");
}

TEST(Deferred, RunsACallbackAttachedLateBeforeAttachingReturns) {
  int value = 0;
  Succeed(3).AddCallback([&](int v) { value = v; });
  EXPECT_EQ(value, 3);
  std::string text;
  Fail<int>(std::runtime_error("late")).AddErrback([&](const Failure& failure) {
    text = Text(failure);
    return 0;
  });
  EXPECT_EQ(text, "late");
}

TEST(Deferred, TurnsAThrowIntoAFailureThatTheSamePairDoesNotSee) {
  Trace trace;
  Succeed(1)
      .AddCallbacks([](int) -> int { throw 42; },
                    [&](const Failure&) {
                      trace.push_back("same pair");
                      return 0;
                    })
      .AddErrback([&](const Failure& failure) {
        trace.push_back(failure.Check<int>() ? "next, int" : "next, other");
        return 0;
      });
  EXPECT_EQ(trace, Trace{"next, int"});
}

TEST(Deferred, ReturnsToTheValuePathAfterAnErrbackAndSkipsMissingSides) {
  Trace trace;
  Deferred<int> deferred;
  deferred
      .AddCallback([&](int value) {
        trace.push_back("skipped");
        return value;
      })
      .AddErrback([&](const Failure& failure) {
        trace.push_back(Text(failure));
        return 5;
      })
      .AddErrback([&](const Failure&) {
        trace.push_back("skipped");
        return 0;
      })
      .AddCallback([&](int value) { trace.push_back(std::to_string(value)); });
  deferred.Errback(std::runtime_error("bad"));
  EXPECT_EQ(trace, (Trace{"bad", "5"}));
}

TEST(Deferred, TakesAReturnedFailureAsAFailure) {
  Trace trace;
  Succeed(1)
      .AddCallback([](int) { return Failure::Of(std::runtime_error("one")); })
      .AddErrback([&](const Failure& failure) {
        trace.push_back(Text(failure));
        return Failure::Of(std::runtime_error("two"));
      })
      .AddCallback([]() -> Outcome<int> {
        return Failure::Of(std::runtime_error("never"));
      })
      .AddErrback([&](const Failure& failure) {
        trace.push_back(Text(failure));
        return Outcome<int>(8);
      })
      .AddCallback([&](int value) { trace.push_back(std::to_string(value)); });
  EXPECT_EQ(trace, (Trace{"one", "two", "8"}));
}

TEST(Deferred, CallsAddBothOnceOnEitherSide) {
  int calls = 0;
  Succeed(2)
      .AddBoth([&](Outcome<int> outcome) -> int {
        ++calls;
        throw std::runtime_error(std::to_string(outcome.value()));
      })
      .AddBoth([&](Outcome<int> outcome) {
        ++calls;
        EXPECT_EQ(Text(outcome.failure()), "2");
      })
      .AddBoth([&](Outcome<void> outcome) {
        ++calls;
        EXPECT_TRUE(outcome.ok());
      });
  EXPECT_EQ(calls, 3);
}

TEST(Deferred, EndsAsVoidAfterAnErrbackThatReturnsNothing) {
  int passed = 0;
  Deferred<void> after_value =
      Succeed(std::string("dropped")).AddErrback([](const Failure&) {});
  after_value.AddCallback([&] { ++passed; });
  Deferred<void> after_failure =
      Fail<std::string>(std::runtime_error("x")).AddErrback([](const Failure&) {
      });
  after_failure.AddCallback([&] { ++passed; });
  EXPECT_EQ(passed, 2);
}

TEST(Deferred, TreatsCallbackWithAFailureAsErrback) {
  Deferred<int> deferred;
  deferred.Callback(Failure::Of(std::runtime_error("as value")));
  std::string text;
  deferred.AddErrback([&](const Failure& failure) {
    text = Text(failure);
    return 0;
  });
  EXPECT_EQ(text, "as value");
  Deferred<void> nothing;
  nothing.Callback(Outcome<void>(Failure::Of(1)));
  bool failed = false;
  nothing.AddErrback(
      [&](const Failure& failure) { failed = failure.Check<int>(); });
  EXPECT_TRUE(failed);
}

TEST(Deferred, TakesTheExceptionBeingHandledOrStaysUnfired) {
  Deferred<int> deferred;
  EXPECT_THROW(deferred.Errback(), std::invalid_argument);
  EXPECT_FALSE(deferred.called());
  try {
    throw std::runtime_error("handled");
  } catch (...) {
    deferred.Errback();
  }
  std::string text;
  deferred.AddErrback([&](const Failure& failure) {
    text = Text(failure);
    return 0;
  });
  EXPECT_EQ(text, "handled");
}

TEST(Deferred, RefusesToFireTwiceAndKeepsTheFirstResult) {
  Deferred<int> by_value;
  by_value.Callback(1);
  EXPECT_THROW(by_value.Callback(2), AlreadyCalledError);
  EXPECT_THROW(by_value.Errback(std::runtime_error("x")), AlreadyCalledError);
  int value = 0;
  by_value.AddCallback([&](int v) { value = v; });
  EXPECT_EQ(value, 1);

  Deferred<int> by_failure;
  by_failure.Errback(std::runtime_error("first"));
  EXPECT_THROW(by_failure.Callback(2), AlreadyCalledError);
  EXPECT_THROW(by_failure.Errback(std::runtime_error("x")), AlreadyCalledError);
  std::string text;
  by_failure.AddErrback([&](const Failure& failure) {
    text = Text(failure);
    return 0;
  });
  EXPECT_EQ(text, "first");
}

TEST(Deferred, CountsAsFiredWhileItWaits) {
  Deferred<int> inner;
  Deferred<int> outer;
  outer.AddCallback([&](int) { return inner; });
  outer.Callback(1);
  EXPECT_TRUE(outer.called());
  EXPECT_THROW(outer.Callback(2), AlreadyCalledError);
  EXPECT_THROW(outer.Errback(std::runtime_error("x")), AlreadyCalledError);
}

TEST(Deferred, RunsWhatACallbackAttachesInTheSamePassButNotNested) {
  Deferred<int> deferred;
  Trace trace;
  deferred
      .AddCallback([&](int value) {
        trace.push_back("begin");
        deferred.AddCallback([&](int v) {
          trace.push_back("attached");
          return v;
        });
        trace.push_back("end");
        return value;
      })
      .AddCallback([&](int value) {
        trace.push_back("second");
        return value;
      });
  deferred.Callback(1);
  EXPECT_EQ(trace, (Trace{"begin", "end", "second", "attached"}));
}

TEST(Deferred, RunsWhatAnErrbackAttachesInTheSamePassButNotNested) {
  Deferred<int> deferred;
  Trace trace;
  deferred.AddErrback([&](const Failure& failure) {
    deferred.AddErrback([&](const Failure&) {
      trace.push_back("attached");
      return 0;
    });
    trace.push_back("end");
    return failure;
  });
  deferred.Errback(std::runtime_error("x"));
  EXPECT_EQ(trace, (Trace{"end", "attached"}));
}

TEST(Deferred, RunsAnotherChainRightWhereItIsFired) {
  Deferred<int> first;
  Deferred<int> second;
  Trace trace;
  second.AddCallback([&](int) { trace.push_back("inner"); });
  first.AddCallback([&](int) {
    trace.push_back("before");
    second.Callback(1);
    trace.push_back("after");
  });
  first.Callback(1);
  EXPECT_EQ(trace, (Trace{"before", "inner", "after"}));
}

TEST(Deferred, TakesAReferenceToTheValueThatACallbackGot) {
  const Deferred<std::string> deferred;
  std::string seen;
  deferred
      .AddCallback([](std::string&& value) -> std::string& { return value; })
      .AddCallback([&seen](std::string value) { seen = std::move(value); });
  deferred.Callback(std::string(100, 'x'));
  EXPECT_EQ(seen, std::string(100, 'x'));
}

TEST(Deferred, CarriesMoveOnlyAndLargeValues) {
  int seen = 0;
  Succeed(std::make_unique<int>(4))
      .AddCallback([](std::unique_ptr<int> owned) { return owned; })
      .AddBoth([](Outcome<std::unique_ptr<int>> outcome) {
        return std::array<int, 100>{*outcome.value()};
      })
      .AddCallback([&](const std::array<int, 100>& large) { seen = large[0]; });
  EXPECT_EQ(seen, 4);
}

TEST(Deferred, DestroysEachValueOnce) {
  const auto tally = std::make_shared<int>(0);
  {
    Deferred<std::shared_ptr<int>> unused;
    unused.Callback(tally);
    EXPECT_EQ(tally.use_count(), 2);
  }
  EXPECT_EQ(tally.use_count(), 1);
  Deferred<std::shared_ptr<int>> used;
  used.AddCallback([](const std::shared_ptr<int>&) {});
  used.Callback(tally);
  EXPECT_EQ(tally.use_count(), 1);
}

TEST(Deferred, RefusesAHandleOfAnotherTypeThanTheTail) {
  Deferred<int> deferred;
  deferred.AddCallback([](int value) { return std::to_string(value); });
  try {
    deferred.AddCallback([](int) {});
    FAIL();
  } catch (const std::logic_error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("AddCallback"), std::string::npos) << text;
    EXPECT_NE(text.find("int"), std::string::npos) << text;
    EXPECT_NE(text.find("string"), std::string::npos) << text;
  }
  EXPECT_THROW(deferred.AddErrback([](const Failure&) { return 0; }),
               std::logic_error);
  EXPECT_THROW(deferred.AddBoth([](Outcome<int>) {}), std::logic_error);
  EXPECT_THROW(deferred.AddCallbacks([](int) {}, [](const Failure&) {}),
               std::logic_error);
  EXPECT_NO_THROW(deferred.Callback(1));
}

TEST(Deferred, RefusesToFireThroughAHandleOfAnotherTypeThanTheHead) {
  Deferred<int> deferred;
  const Deferred<std::string> tail =
      deferred.AddCallback([](int value) { return std::to_string(value); });
  EXPECT_THROW(tail.Callback("x"), std::logic_error);
  EXPECT_FALSE(deferred.called());
  tail.Errback(std::runtime_error("a failure suits every type"));
  EXPECT_TRUE(deferred.called());
  tail.AddErrback([](const Failure&) {});
}

TEST(Deferred, RefusesEmptyCallablesWithNothingChanged) {
  Deferred<int> deferred;
  using Function = std::function<void(int)>;
  EXPECT_THROW(deferred.AddCallback(Function()), std::invalid_argument);
  EXPECT_THROW(deferred.AddErrback(std::function<int(const Failure&)>()),
               std::invalid_argument);
  EXPECT_THROW(deferred.AddBoth(std::function<void(Outcome<int>)>()),
               std::invalid_argument);
  EXPECT_THROW(
      deferred.AddCallbacks([](int) {}, std::function<void(const Failure&)>()),
      std::invalid_argument);
  EXPECT_THROW(Deferred<int>(Deferred<int>::Canceller()),
               std::invalid_argument);
  int value = 0;
  deferred.AddCallback([&](int v) { value = v; });
  deferred.Callback(1);
  EXPECT_EQ(value, 1);
}

TEST(Deferred, RefusesTheUseOfAHandleThatWasMovedFrom) {
  Deferred<int> first;
  const Deferred<int> second = std::move(first);
  EXPECT_THROW(first.Callback(1), std::logic_error);
  EXPECT_THROW(first.AddCallback([](int) {}), std::logic_error);
  EXPECT_THROW(first.Cancel(), std::logic_error);
  first = second;
  EXPECT_FALSE(first.called());
}

TEST(Execute, GivesAFiredDeferredWithWhatCameOfTheCall) {
  int value = 0;
  Execute([](int a, int b) { return a * b; }, 6, 7).AddCallback([&](int v) {
    value = v;
  });
  EXPECT_EQ(value, 42);
  Trace trace;
  const auto note = [&](const Failure& failure) {
    trace.push_back(Text(failure));
  };
  Execute([] { throw std::runtime_error("thrown"); }).AddErrback(note);
  Execute([] {
    return Failure::Of(std::runtime_error("returned"));
  }).AddErrback(note);
  EXPECT_EQ(trace, (Trace{"thrown", "returned"}));
}

TEST(MaybeDeferred, HandsBackAReturnedDeferredItself) {
  Deferred<int> given;
  Deferred<int> got = MaybeDeferred([&] { return given; });
  int value = 0;
  got.AddCallback([&](int v) {
    value = v;
    return v;
  });
  given.Callback(9);
  EXPECT_EQ(value, 9);
  EXPECT_THROW(got.Callback(1), AlreadyCalledError);  // one chain, two handles
}

TEST(MaybeDeferred, TurnsValuesThrowsAndFailuresIntoFiredDeferreds) {
  int value = 0;
  MaybeDeferred([] { return 5; }).AddCallback([&](int v) { value = v; });
  EXPECT_EQ(value, 5);
  Trace trace;
  MaybeDeferred([]() -> Deferred<int> {
    throw std::runtime_error("early");
  }).AddErrback([&](const Failure& failure) {
    trace.push_back(Text(failure));
    return 0;
  });
  MaybeDeferred([] {
    return Failure::Of(std::runtime_error("returned"));
  }).AddErrback([&](const Failure& failure) {
    trace.push_back(Text(failure));
  });
  EXPECT_EQ(trace, (Trace{"early", "returned"}));
}

}  // namespace
}  // namespace heddle
