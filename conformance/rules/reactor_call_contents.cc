// SPDX-License-Identifier: Apache-2.0
//
// RT-08, RT-10 to RT-13: calls that throw, that are many, that are none, and
// what they carry with them.
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "gtest/gtest.h"
#include "reference/context.h"
#include "reference/reactor.h"

namespace heddle::conformance {
namespace {

using Order = std::vector<std::string>;

template <class F>
concept AcceptedByCallFromThread =
    requires(Reactor& reactor, F callable) {
      reactor.CallFromThread(callable);
    };

template <class F>
concept AcceptedByCallInThread =
    requires(Reactor& reactor, F callable) {
      reactor.CallInThread(callable);
    };

const ContextKey<int> kNumber;

// The kNumber in effect here, or 0.
int CurrentNumber() {
  const int* const number = Context::Current().Get(kNumber);
  return number ? *number : 0;
}

RULE(RT_08, ACallThatThrowsIsLoggedAndTheRestGoesOn) {
  LogCapture log;
  Order order;
  Reactor reactor(SubjectOptions());
  MustCall(reactor, [&] { order.push_back("first"); });
  MustCall(reactor, [&] {
    order.push_back("throws an error");
    throw std::runtime_error("planted");
  });
  MustCall(reactor, [&] {
    order.push_back("throws a number");
    throw 42;
  });
  MustCall(reactor, [&] {
    order.push_back("last");
    MustCall(reactor, [&] {
      order.push_back("next batch");
      reactor.Stop();
    });
  });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"first", "throws an error", "throws a number", "last",
                          "next batch"}))
      << "what ran beside a call that throws";
  EXPECT_EQ(log.Count<std::runtime_error>(), 1) << "records of the error";
  EXPECT_EQ(log.Count<int>(), 1) << "records of the number";
}

RULE(RT_10, AHundredThousandCallsQueueUpWhileTheReactorIsBlocked) {
  constexpr int kCalls = 100000;
  Event busy("the reactor to be busy");
  Gate gate;
  Latch ran(kCalls, "every call to run");
  Event all_queued("the producer to have queued all calls");
  RunningReactor reactor;
  MustCall(*reactor, [&] {
    busy.Happen();
    gate.Pass();
  });
  busy.Await();
  HelperThread producer([&] {
    int refused = 0;
    for (int call = 0; call < kCalls; ++call) {
      refused += !reactor->CallFromThread([&] { ran.CountDown(); }).accepted();
    }
    EXPECT_EQ(refused, 0) << "calls were refused";
    all_queued.Happen();
  });
  all_queued.Await();
  gate.Open();
  ran.Await();
}

RULE(RT_11, WhatCannotBeCalledIsRefusedAtTheCallSite) {
  LogCapture log;
  EXPECT_FALSE(AcceptedByCallFromThread<int>);
  EXPECT_FALSE(AcceptedByCallFromThread<std::string>);
  EXPECT_FALSE(AcceptedByCallFromThread<void (*)(int)>) << "too few arguments";
  EXPECT_TRUE(AcceptedByCallFromThread<void (*)()>);
  EXPECT_FALSE(AcceptedByCallInThread<int>);
  EXPECT_TRUE(AcceptedByCallInThread<void (*)()>);

  Reactor reactor(SubjectOptions());
  void (*const null)() = nullptr;
  const std::function<void()> empty;
  EXPECT_THROW((void)reactor.CallFromThread(null), std::invalid_argument);
  EXPECT_THROW((void)reactor.CallInThread(empty), std::invalid_argument);
  try {
    (void)reactor.CallFromThread(empty);
    ADD_FAILURE() << "an empty function was accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string(error.what()).find("CallFromThread"),
              std::string::npos)
        << "the message does not name the function: " << error.what();
  }
  MustCall(reactor, [&] { reactor.Stop(); });
  RunHere(reactor);
  EXPECT_EQ(log.records().size(), 0u) << "something was left in the loop";
}

RULE(RT_12, NoContextIsCarriedAcrossUnlessAskedFor) {
  std::vector<int> seen;
  Reactor reactor(SubjectOptions());
  const auto look = [&] { seen.push_back(CurrentNumber()); };
  {
    ScopedContext scope(kNumber, 1);
    MustCall(reactor, look);
    MustCall(reactor, WithCurrentContext(look));
  }
  MustCall(reactor, look);
  MustCall(reactor, [&] { reactor.Stop(); });
  {
    ScopedContext running(kNumber, 2);
    RunHere(reactor);
    EXPECT_EQ(CurrentNumber(), 2) << "the caller of Run() lost its context";
  }
  // What Run() was called in is the reactor's own context, or none is.
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_NE(seen[0], 1) << "the context was carried without being asked for";
  EXPECT_EQ(seen[1], 1) << "the snapshot was not carried";
  EXPECT_NE(seen[2], 1) << "the snapshot leaked into the next call";
}

RULE(RT_13, CapturesAreDestroyedOnTheReactorThreadWithoutALock) {
  History<std::thread::id> destroyed("a capture to be destroyed");
  Event ran("the call that a destructor made");
  RunningReactor reactor;
  MustCall(*reactor,
           [capture = std::shared_ptr<void>(nullptr, [&](void*) {
              destroyed.Add(std::this_thread::get_id());
              MustCall(*reactor, [&] { ran.Happen(); });
            })] {});
  ran.Await();
  EXPECT_EQ(destroyed.Await(1), std::vector{reactor.thread()})
      << "not on the reactor's thread";
}

RULE(RT_13, WhatACallThatThrowsHeldIsDestroyedOnTheReactorThreadToo) {
  LogCapture log;
  History<std::thread::id> destroyed("a capture to be destroyed");
  RunningReactor reactor;
  MustCall(*reactor,
           [capture = std::shared_ptr<void>(nullptr, [&](void*) {
              destroyed.Add(std::this_thread::get_id());
            })] { throw std::runtime_error("planted"); });
  EXPECT_EQ(destroyed.Await(1), std::vector{reactor.thread()})
      << "not on the reactor's thread";
}

}  // namespace
}  // namespace heddle::conformance
