// SPDX-License-Identifier: Apache-2.0
//
// RT-06, RT-07, RT-09, RT-15, RT-16: thread calls, timers and descriptors take
// turns.
#include <sys/eventfd.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "conformance/kit/helper_thread.h"
#include "conformance/kit/log_capture.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "gtest/gtest.h"
#include "reference/errors.h"
#include "reference/reactor.h"

namespace heddle::conformance {
namespace {

using Order = std::vector<std::string>;

// A descriptor that is readable from the start.
class ReadableDescriptor {
 public:
  ReadableDescriptor() : fd_(eventfd(1, EFD_CLOEXEC)) {}
  ~ReadableDescriptor() { close(fd_); }

  int fd() const { return fd_; }

 private:
  const int fd_;
};

RULE(RT_06, ACallMadeDuringABatchWaitsForTimersAndDescriptors) {
  ReadableDescriptor readable;
  Order order;
  Reactor reactor(SubjectOptions());
  const auto note = [&](std::string what) { order.push_back(std::move(what)); };
  reactor.CallWhenRunning([&] {
    reactor.AddReader(readable.fd(), [&] {
      note("reader");
      reactor.RemoveReader(readable.fd());
    });
  });
  reactor.CallLater(Seconds(0), note, "timer");
  MustCall(reactor, [&] {
    note("first");
    MustCall(reactor, note, "made by the first");
  });
  MustCall(reactor, [&] {
    HelperThread other(
        [&] { MustCall(reactor, note, "made by another thread"); });
    other.Join();
    MustCall(reactor, [&] {
      note("stop");
      reactor.Stop();
    });
    note("last");
  });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"first", "last", "timer", "reader",
                          "made by the first", "made by another thread",
                          "stop"}))
      << "the order of the turns";
}

RULE(RT_07, ACallThatResubmitsItselfLeavesTimersAndDescriptorsTheirTurn) {
  constexpr int kTooMany = 10000;
  ReadableDescriptor readable;
  int calls = 0;
  int calls_at_timer = 0;
  int calls_at_reader = 0;
  Reactor reactor(SubjectOptions());
  reactor.CallWhenRunning([&] {
    reactor.AddReader(readable.fd(), [&] {
      calls_at_reader = calls;
      reactor.RemoveReader(readable.fd());
    });
  });
  reactor.CallLater(Seconds(0), [&] { calls_at_timer = calls; });
  const std::function<void()> again = [&] {
    ++calls;
    if ((calls_at_timer == 0 || calls_at_reader == 0) && calls < kTooMany) {
      MustCall(reactor, again);
    } else {
      reactor.Stop();
    }
  };
  MustCall(reactor, again);
  RunHere(reactor);
  EXPECT_EQ(calls_at_timer, 1) << "turns that a due timer had to wait";
  EXPECT_EQ(calls_at_reader, 1) << "turns that a readable descriptor waited";
}

RULE(RT_07, ATimerComesInTimeBesideACallThatResubmitsItself) {
  bool fired = false;
  Reactor reactor(SubjectOptions());
  reactor.CallLater(Seconds(0.01), [&] {
    fired = true;
    reactor.Stop();
  });
  const std::function<void()> again = [&] {
    if (fired || RuleHasFailed()) return;
    (void)reactor.CallFromThread(again);
  };
  MustCall(reactor, again);
  RunHere(reactor);
  EXPECT_TRUE(fired);
}

RULE(RT_07, AStormOfTimersLeavesThreadCallsTheirTurn) {
  constexpr int kStorm = 50;
  constexpr int kTooMany = 10000;
  int timers = 0;
  int timers_since_call_was_made = -1;
  bool ran = false;
  Reactor reactor(SubjectOptions());
  const std::function<void()> again = [&] {
    ++timers;
    if (timers == 10 * kStorm) {
      MustCall(reactor, [&] {
        ran = true;
        timers_since_call_was_made = timers - 10 * kStorm;
        if (timers < kTooMany) reactor.Stop();
      });
    }
    if (ran) return;
    if (timers < kTooMany) {
      reactor.CallLater(Seconds(0), again);
    } else if (timers == kTooMany) {
      reactor.Stop();
    }
  };
  for (int timer = 0; timer < kStorm; ++timer) {
    reactor.CallLater(Seconds(0), again);
  }
  RunHere(reactor);
  ASSERT_TRUE(ran) << "the call had not run after " << timers << " timers";
  // Those that were due in the same turn.
  EXPECT_LT(timers_since_call_was_made, kStorm)
      << "timers that the call had to wait for";
}

RULE(RT_09, CallsPrecedeTimersAndWhatATimerSetsWaitsForTheNextTurn) {
  Order order;
  Reactor reactor(SubjectOptions());
  const auto note = [&](std::string what) { order.push_back(std::move(what)); };
  reactor.CallLater(Seconds(0), [&] {
    note("timer");
    reactor.CallLater(Seconds(0), [&] {
      note("timer set by the timer");
      reactor.Stop();
    });
    MustCall(reactor, note, "call made by the timer");
  });
  MustCall(reactor, [&] {
    note("call");
    MustCall(reactor, note, "call made by the call");
  });
  RunHere(reactor);
  EXPECT_EQ(order,
            (Order{"call", "timer", "call made by the call",
                   "call made by the timer", "timer set by the timer"}))
      << "the order of the turns";
}

RULE(RT_15, WakingWithoutACallIsHarmless) {
  constexpr int kWakes = 10000;
  LogCapture log;
  std::vector<int> order;  // the reactor's thread
  RunningReactor reactor;
  reactor->WakeUp();
  HelperThread waker([&] {
    for (int wake = 0; wake < kWakes; ++wake) reactor->WakeUp();
  });
  for (int call = 0; call < 100; ++call) {
    reactor.Do([&] { order.push_back(call); });
    reactor.Do([&] { reactor->WakeUp(); });
  }
  waker.Join();
  reactor.Stop();
  ASSERT_EQ(order.size(), 100u);
  for (int call = 0; call < 100; ++call) EXPECT_EQ(order[call], call);
  EXPECT_EQ(log.records().size(), 0u) << "waking was logged";
}

RULE(RT_15, WakingAReactorThatDoesNotRunIsHarmless) {
  Order order;
  Reactor reactor(SubjectOptions());
  reactor.WakeUp();
  MustCall(reactor, [&] {
    order.push_back("call");
    reactor.Stop();
  });
  RunHere(reactor);
  reactor.WakeUp();
  EXPECT_EQ(order, Order{"call"});
}

RULE(RT_16, IteratingInsideACallThrowsAndRunsNothing) {
  LogCapture log;
  Order order;
  Reactor reactor(SubjectOptions());
  MustCall(reactor, [&] {
    order.push_back("first");
    if (order.size() > 100) return;
    EXPECT_THROW(reactor.Iterate(), ReactorAlreadyRunning);
    EXPECT_THROW(reactor.Run(), ReactorAlreadyRunning);
  });
  MustCall(reactor, [&] { order.push_back("second"); });
  reactor.CallLater(Seconds(0), [&] {
    order.push_back("timer");
    if (order.size() > 100) return;
    EXPECT_THROW(reactor.Iterate(Seconds(1)), ReactorAlreadyRunning);
    reactor.Stop();
  });
  RunHere(reactor);
  EXPECT_EQ(order, (Order{"first", "second", "timer"}));
  EXPECT_EQ(log.records().size(), 0u);
}

RULE(RT_16, IteratingInsideAnIterationThrowsToo) {
  Order order;
  Reactor reactor(SubjectOptions());
  MustCall(reactor, [&] {
    order.push_back("call");
    if (order.size() > 100) return;
    EXPECT_THROW(reactor.Iterate(), ReactorAlreadyRunning);
  });
  reactor.Iterate();
  reactor.Iterate();
  EXPECT_EQ(order, Order{"call"});
}

}  // namespace
}  // namespace heddle::conformance
