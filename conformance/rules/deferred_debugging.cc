// SPDX-License-Identifier: Apache-2.0
//
// DF-61, DF-62, BT-20: the thread of a Deferred, and what debugging tells.
#include <pthread.h>

#include <atomic>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/deferred_results.h"
#include "conformance/rules/thrown.h"
#include "gtest/gtest.h"
#include "reference/deferred.h"
#include "reference/deferred_debug.h"
#include "reference/errors.h"
#include "reference/threads.h"

namespace heddle::conformance {

// With linkage, so that the dynamic linker knows their names; the statement
// after each call keeps the compiler from jumping to it instead of calling.

[[gnu::noinline]] Deferred<int> MakeIt() {
  Deferred<int> deferred;
  asm volatile("");
  return deferred;
}

[[gnu::noinline]] void FireItFirst(const Deferred<int>& deferred) {
  deferred.Callback(1);
  asm volatile("");
}

[[gnu::noinline]] void FireItAgain(const Deferred<int>& deferred) {
  deferred.Errback(Lost());
  asm volatile("");
}

namespace {

class Debugging {
 public:
  Debugging() { SetDeferredDebugging(true); }
  ~Debugging() { SetDeferredDebugging(false); }
};

// The text of the AlreadyCalledError that a further fire throws.
std::string TextOfFiringAgain(const Deferred<int>& deferred) {
  try {
    FireItAgain(deferred);
  } catch (const AlreadyCalledError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

bool Says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// What `call` throws on a thread of that name, or "nothing".
std::string ThrownOnThread(const char* name, const std::function<void()>& call) {
  std::exception_ptr thrown;
  HelperThread thread([&] {
    pthread_setname_np(pthread_self(), name);
    thrown = Thrown(call);
  });
  thread.Join();
  return thrown ? Failure(thrown).Describe() : "nothing";
}

RULE(DF_61, FiredOnAForeignThreadItsCallbacksRunThere) {
  const Deferred<int> deferred;
  std::thread::id ran_on;
  deferred.AddCallback([&](int) { ran_on = std::this_thread::get_id(); });
  HelperThread thread([&] { deferred.Callback(1); });
  const std::thread::id foreign = thread.id();
  thread.Join();
  EXPECT_EQ(ran_on, foreign);
}

// Its full power is with ThreadSanitizer.
RULE(DF_61, CodeThatHopsThroughCallFromThreadKeepsTheRule) {
  constexpr int kDeferreds = 100;
  const Debugging debugging;
  LogCapture log;
  Latch fired(kDeferreds, "every Deferred to fire");
  RunningReactor reactor;
  reactor.Do([&] {
    for (int i = 0; i < kDeferreds; ++i) {
      const Deferred<int> deferred;
      deferred.AddCallback([&](int value) {
        EXPECT_TRUE(reactor->IsInIOThread());
        fired.CountDown();
        return value;
      });
      MustCallInThread(*reactor, [&, deferred, i] {
        MustCall(*reactor, [deferred, i] { deferred.Callback(i); });
      });
    }
  });
  fired.Await();
  reactor.Stop();
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(BT_20, WhileDebuggingEveryUseOfAnotherThreadsDeferredIsRefused) {
  const Debugging debugging;
  const Deferred<int> deferred;
  const std::vector<std::function<void()>> uses = {
      [&] { deferred.Callback(1); },
      [&] { deferred.Errback(Lost()); },
      [&] { deferred.AddCallback([](int value) { return value; }); },
      [&] { deferred.AddErrback([](const Failure&) { return 0; }); },
      [&] { deferred.AddBoth([](Outcome<int> outcome) { return outcome; }); },
      [&] { deferred.ChainDeferred(Deferred<int>()); },
      [&] { Deferred<int>().ChainDeferred(deferred); },
      [&] { deferred.Cancel(); },
      [&] { deferred.Pause(); },
      [&] { deferred.Unpause(); },
  };
  for (std::size_t i = 0; i < uses.size(); ++i) {
    const std::string thrown = ThrownOnThread("foreign", uses[i]);
    EXPECT_TRUE(Says(thrown, "WrongThread")) << "use " << i << ": " << thrown;
  }
  EXPECT_FALSE(deferred.called()) << "what was refused has changed something";
  deferred.Callback(2);
  EXPECT_EQ(TakeResult(deferred), "2");
}

RULE(BT_20, TheRefusalNamesTheFunctionAndBothThreads) {
  const Debugging debugging;
  std::optional<Deferred<int>> deferred;
  EXPECT_EQ(ThrownOnThread("the-owner", [&] { deferred = MakeIt(); }),
            "nothing");
  const std::string thrown =
      ThrownOnThread("the-caller", [&] { deferred->Callback(1); });
  EXPECT_TRUE(Says(thrown, "Deferred::Callback")) << thrown;
  EXPECT_TRUE(Says(thrown, "'the-caller'")) << thrown;
  EXPECT_TRUE(Says(thrown, "'the-owner'")) << thrown;
}

RULE(BT_20, AReturnedDeferredOfAnotherThreadIsAFailureInTheChain) {
  const Debugging debugging;
  const Deferred<int> foreign;
  std::string result;
  ThrownOnThread("foreign", [&] { result = TakeResult(WaitingFor(foreign)); });
  EXPECT_EQ(result, "WrongThread");
  foreign.Callback(1);
  EXPECT_EQ(TakeResult(foreign), "1");
}

RULE(BT_20, ADeferredHandedOverBelongsToTheNextThreadThatUsesIt) {
  const Debugging debugging;
  const Deferred<int> deferred;
  deferred.DetachFromThread();
  EXPECT_EQ(ThrownOnThread("new-owner", [&] { deferred.Pause(); }), "nothing");
  const std::exception_ptr thrown = Thrown([&] { deferred.Unpause(); });
  ASSERT_TRUE(thrown) << "the former owner is still let in";
  EXPECT_TRUE(Failure(thrown).Check<WrongThread>());
}

RULE(BT_20, AReactorSetUpOnOneThreadMayRunOnAnother) {
  const Debugging debugging;
  LogCapture log;
  std::string result = "none";
  Reactor reactor(SubjectOptions());
  HelperThread([&] {
    DeferToThread(reactor, [] { return 1; }).AddBoth([&](Outcome<int> outcome) {
      result = InWords(outcome);
      reactor.Stop();
    });
  }).Join();
  RunHere(reactor);
  EXPECT_EQ(result, "1");
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(DF_62, TheErrorOfASecondFireNamesTheMakerAndTheFirst) {
  const Debugging debugging;
  const Deferred<int> deferred = MakeIt();
  FireItFirst(deferred);
  for (int i = 0; i < 2; ++i) {
    const std::string text = TextOfFiringAgain(deferred);
    EXPECT_TRUE(Says(text, "made by heddle::conformance::MakeIt()"))
        << "not the maker: " << text;
    EXPECT_TRUE(Says(text, "first fired by heddle::conformance::FireItFirst("))
        << "not who fired it first: " << text;
    EXPECT_FALSE(Says(text, "FireItAgain")) << "names the second: " << text;
  }
}

RULE(DF_62, WhatWasDoneWhileItWasOffIsSaidToBe) {
  const Deferred<int> made_off = MakeIt();
  const Deferred<int> all_off = MakeIt();
  FireItFirst(all_off);
  SetDeferredDebugging(true);
  const Deferred<int> fired_off = MakeIt();
  FireItFirst(made_off);
  SetDeferredDebugging(false);
  FireItFirst(fired_off);
  std::string text = TextOfFiringAgain(made_off);
  EXPECT_TRUE(Says(text, "made while debugging was off")) << text;
  EXPECT_TRUE(Says(text, "fired by heddle::conformance::FireItFirst(")) << text;
  text = TextOfFiringAgain(fired_off);
  EXPECT_TRUE(Says(text, "made by heddle::conformance::MakeIt()")) << text;
  EXPECT_TRUE(Says(text, "fired while debugging was off")) << text;
  text = TextOfFiringAgain(all_off);
  EXPECT_TRUE(Says(text, "made and fired while debugging was off")) << text;
}

// Its full power is with ThreadSanitizer.
RULE(DF_62, ItMayBeSwitchedAtAnyTime) {
  constexpr int kDeferreds = 2000;
  // Between making, firing and firing again, in all combinations.
  for (int states = 0; states < 8; ++states) {
    SCOPED_TRACE(states);
    SetDeferredDebugging(states % 2 != 0);
    const Deferred<int> deferred;
    SetDeferredDebugging(states / 2 % 2 != 0);
    deferred.Callback(1);
    SetDeferredDebugging(states / 4 != 0);
    EXPECT_TRUE(Says(TextOfFiringAgain(deferred), "made"));
  }
  // And by another thread, between any two instructions.
  std::atomic<bool> done = false;
  HelperThread switching([&] {
    for (bool on = true; !done; on = !on) SetDeferredDebugging(on);
    SetDeferredDebugging(false);
  });
  for (int i = 0; i < kDeferreds; ++i) {
    const Deferred<int> deferred;
    const Deferred<int> tail =
        deferred.AddCallback([](int value) { return value + 1; });
    deferred.Callback(i);
    EXPECT_EQ(TakeResult(tail), std::to_string(i + 1));
    EXPECT_TRUE(Says(TextOfFiringAgain(deferred), "made"));
  }
  done = true;
}

}  // namespace
}  // namespace heddle::conformance
