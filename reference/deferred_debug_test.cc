// SPDX-License-Identifier: Apache-2.0
//
// Linked with -rdynamic, and the functions below have linkage, so that their
// names are known where debugging looks.
#include "reference/deferred_debug.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/recorded_log.h"

namespace heddle {

// An empty statement after a call keeps it from being the function's last, and
// so from being replaced by a jump.
#define HEDDLE_CALL(call) \
  call;                   \
  asm volatile("")

[[gnu::noinline]] Deferred<int> MakesIt() {
  Deferred<int> deferred;
  asm volatile("");
  return deferred;
}
[[gnu::noinline]] void FiresItFirst(const Deferred<int>& deferred) {
  HEDDLE_CALL(deferred.Callback(1));
}
[[gnu::noinline]] void FiresItAgain(const Deferred<int>& deferred) {
  HEDDLE_CALL(deferred.Callback(2));
}
[[gnu::noinline]] void Forwards(const Deferred<int>& from,
                                const Deferred<int>& to) {
  HEDDLE_CALL(from.ChainDeferred(to));
}
[[gnu::noinline]] void Cancels(const Deferred<int>& deferred) {
  HEDDLE_CALL(deferred.Cancel());
}

namespace {

class Debugging {
 public:
  Debugging() { SetDeferredDebugging(true); }
  ~Debugging() { SetDeferredDebugging(false); }
};

// What() of the E that `call` throws, or "nothing thrown".
template <class E, class F>
std::string TextOf(F call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "nothing thrown";
}

std::string TextOfFiringAgain(const Deferred<int>& deferred) {
  return TextOf<AlreadyCalledError>([&] { FiresItAgain(deferred); });
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

template <class F>
void OnAThreadCalled(const char* name, F call) {
  std::thread([&] {
    pthread_setname_np(pthread_self(), name);
    call();
  }).join();
}

TEST(DeferredDebug, IsOffAtFirstAndNamesNobodyThen) {
  EXPECT_FALSE(DeferredDebugging());
  const Deferred<int> deferred = MakesIt();
  FiresItFirst(deferred);
  EXPECT_EQ(TextOfFiringAgain(deferred),
            "Deferred::Callback: the Deferred has been fired before; it was "
            "made and fired while debugging was off");
}

TEST(DeferredDebug, NamesTheMakerAndWhoFiredFirstAndNotTheSecond) {
  const Debugging debugging;
  const Deferred<int> deferred = MakesIt();
  FiresItFirst(deferred);
  for (int i = 0; i < 2; ++i) {
    const std::string text = TextOfFiringAgain(deferred);
    EXPECT_TRUE(Contains(text, "it was made by heddle::MakesIt() from")) << text;
    EXPECT_TRUE(Contains(text, "first fired by heddle::FiresItFirst(")) << text;
    EXPECT_FALSE(Contains(text, "FiresItAgain")) << text;
  }
}

TEST(DeferredDebug, NamesTheThreads) {
  const Debugging debugging;
  Deferred<int> deferred;
  OnAThreadCalled("the-maker", [&] { deferred = MakesIt(); });
  deferred.DetachFromThread();
  OnAThreadCalled("the-first", [&] { FiresItFirst(deferred); });
  deferred.DetachFromThread();
  const std::string text = TextOfFiringAgain(deferred);
  const auto fired = text.find("first fired");
  EXPECT_LT(text.find("'the-maker'"), fired) << text;
  EXPECT_GT(text.find("'the-first'"), fired) << text;
}

TEST(DeferredDebug, SaysWhatWasDoneWhileItWasOff) {
  const Deferred<int> made_off = MakesIt();
  SetDeferredDebugging(true);
  const Deferred<int> fired_off = MakesIt();
  FiresItFirst(made_off);
  SetDeferredDebugging(false);
  FiresItFirst(fired_off);
  std::string text = TextOfFiringAgain(made_off);
  EXPECT_TRUE(Contains(text, "made while debugging was off, first fired by "
                             "heddle::FiresItFirst("))
      << text;
  text = TextOfFiringAgain(fired_off);
  EXPECT_TRUE(Contains(text, "made by heddle::MakesIt()")) << text;
  EXPECT_TRUE(Contains(text, "first fired while debugging was off")) << text;
}

TEST(DeferredDebug, NamesWhoFiredThroughAnotherChainOrACancel) {
  const Debugging debugging;
  const Deferred<int> forwarded = MakesIt();
  Forwards(Succeed(1), forwarded);
  EXPECT_TRUE(Contains(TextOfFiringAgain(forwarded),
                       "first fired by heddle::Forwards("));
  const Deferred<int> cancelled([](Deferred<int>&) {});
  Cancels(cancelled);
  EXPECT_TRUE(Contains(TextOfFiringAgain(cancelled),
                       "first fired by heddle::Cancels("));
  cancelled.AddErrback([](const Failure&) {});
}

TEST(DeferredDebug, TellsTheChainThatForwardsWhoFiredTheOther) {
  const Debugging debugging;
  const Deferred<int> other = MakesIt();
  FiresItFirst(other);
  std::string text;
  const Deferred<int> source;
  source.ChainDeferred(other);
  source.AddErrback([&](const Failure& failure) { text = failure.Describe(); });
  source.Callback(1);
  EXPECT_TRUE(Contains(text, "first fired by heddle::FiresItFirst(")) << text;
}

TEST(DeferredDebug, TheReportOfAFailureNamesTheMaker) {
  const RecordedLog log;
  const Debugging debugging;
  MakesIt().Errback(std::runtime_error("nobody"));
  ASSERT_EQ(log.records().size(), 1u);
  EXPECT_TRUE(Contains(log.records()[0].message,
                       "nobody handled; it was made by heddle::MakesIt()"))
      << log.records()[0].message;
}

TEST(WrongThread, IsThrownForEveryUseOfAnotherThreadsDeferred) {
  const Debugging debugging;
  const Deferred<int> deferred;
  int value = 0;
  deferred.AddCallback([&](int v) {
    value = v;
    return v;
  });
  OnAThreadCalled("foreign", [&] {
    const Deferred<int> own;
    EXPECT_THROW(deferred.Callback(1), WrongThread);
    EXPECT_THROW(deferred.Errback(std::runtime_error("x")), WrongThread);
    EXPECT_THROW(deferred.AddCallback([](int v) { return v; }), WrongThread);
    EXPECT_THROW(deferred.AddErrback([](const Failure&) { return 0; }),
                 WrongThread);
    EXPECT_THROW(deferred.AddCallbacks([](int v) { return v; },
                                       [](const Failure&) { return 0; }),
                 WrongThread);
    EXPECT_THROW(deferred.AddBoth([](Outcome<int> o) { return o; }),
                 WrongThread);
    EXPECT_THROW(deferred.ChainDeferred(own), WrongThread);
    EXPECT_THROW(own.ChainDeferred(deferred), WrongThread);
    EXPECT_THROW(deferred.Cancel(), WrongThread);
    EXPECT_THROW(deferred.Pause(), WrongThread);
    EXPECT_THROW(deferred.Unpause(), WrongThread);
    EXPECT_THROW(deferred.called(), WrongThread);
    own.Callback(1);  // not chained
    const Deferred<int> copy = deferred;
  });
  EXPECT_FALSE(deferred.called());
  deferred.Callback(1);
  EXPECT_EQ(value, 1);
}

TEST(WrongThread, NamesTheFunctionAndBothThreads) {
  const Debugging debugging;
  Deferred<int> deferred;
  OnAThreadCalled("the-owner", [&] { deferred = Deferred<int>(); });
  std::string text;
  OnAThreadCalled("the-caller", [&] {
    text = TextOf<WrongThread>([&] { deferred.Pause(); });
  });
  EXPECT_TRUE(Contains(text, "Deferred::Pause: called on thread 'the-caller'"))
      << text;
  EXPECT_TRUE(Contains(text, "belongs to thread 'the-owner'")) << text;
}

TEST(WrongThread, IsTheFailureOfAChainThatReturnsAForeignDeferred) {
  const Debugging debugging;
  const Deferred<int> foreign;
  bool failed = false;
  OnAThreadCalled("other", [&] {
    Succeed().AddCallback([&] { return foreign; })
        .AddErrback([&](const Failure& failure) {
          failed = failure.Check<WrongThread>();
          return 0;
        });
  });
  EXPECT_TRUE(failed);
  foreign.Callback(1);
}

TEST(WrongThread, IsNotThrownOnceTheDeferredWasHandedOver) {
  const Debugging debugging;
  const Deferred<int> deferred;
  deferred.DetachFromThread();
  OnAThreadCalled("new-owner", [&] { deferred.Pause(); });
  EXPECT_THROW(deferred.Unpause(), WrongThread);
  deferred.DetachFromThread();
  deferred.Unpause();
  OnAThreadCalled("another", [&] {
    EXPECT_THROW(deferred.Pause(), WrongThread);
  });
}

TEST(WrongThread, IsThrownOnlyWhileDebuggingAndForChainsMadeThen) {
  const Deferred<int> made_off;
  SetDeferredDebugging(true);
  const Deferred<int> made_on;
  OnAThreadCalled("other", [&] { made_off.Callback(1); });
  SetDeferredDebugging(false);
  OnAThreadCalled("other", [&] { made_on.Callback(1); });
  SetDeferredDebugging(true);
  EXPECT_TRUE(made_off.called());
  EXPECT_TRUE(made_on.called());
  SetDeferredDebugging(false);
}

TEST(WrongThread, IsThrownThoughTheOwnerHasEndedAndItsPlaceWasTaken) {
  const Debugging debugging;
  Deferred<int> deferred;
  OnAThreadCalled("first", [&] { deferred = Deferred<int>(); });
  OnAThreadCalled("second", [&] {
    EXPECT_THROW(deferred.Callback(1), WrongThread);
  });
}

TEST(DeferredDebug, MayBeSwitchedWhileOtherThreadsMakeAndFire) {
  std::atomic<bool> done = false;
  std::thread switching([&] {
    for (bool on = true; !done; on = !on) SetDeferredDebugging(on);
    SetDeferredDebugging(false);
  });
  for (int i = 0; i < 2'000; ++i) {
    const Deferred<int> deferred;
    deferred.AddCallback([](int v) { return v; });
    deferred.Callback(i);
    EXPECT_FALSE(TextOfFiringAgain(deferred).empty());
  }
  done = true;
  switching.join();
}

}  // namespace
}  // namespace heddle
