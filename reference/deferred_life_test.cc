// SPDX-License-Identifier: Apache-2.0
//
// What keeps a chain, what goes with it, and what it reports then.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/log.h"

namespace heddle {
namespace {

constexpr int kLinks = 100'000;

class Records {
 public:
  Records()
      : former_(SetLogSink(
            [this](const LogRecord& record) { all.push_back(record); })) {}
  ~Records() { SetLogSink(std::move(former_)); }

  std::vector<LogRecord> all;

 private:
  LogSink former_;
};

template <class T>
Deferred<T> WaitingFor(Deferred<T> inner) {
  return Succeed().AddCallback([inner = std::move(inner)] { return inner; });
}

TEST(Life, ACallbackMayDropTheLastHandleAndTheRestStillRuns) {
  auto last = std::make_shared<std::optional<Deferred<int>>>(std::in_place);
  int value = 0;
  (*last)
      ->AddCallback([last](int v) {
        last->reset();
        return v + 1;
      })
      .AddCallback([&](int v) { value = v; });
  (*last)->Callback(1);
  EXPECT_EQ(value, 2);
}

TEST(Life, CallbacksGoAsSoonAsTheyHaveRun) {
  const auto captured = std::make_shared<int>();
  Deferred<int> deferred;
  long seen_by_the_next = 0;
  deferred.AddCallback([captured](int value) { return value; })
      .AddCallback([&, weak = std::weak_ptr(captured)](int value) {
        seen_by_the_next = weak.use_count();
        return value;
      });
  deferred.AddErrback([captured](const Failure&) { return 0; });
  EXPECT_EQ(captured.use_count(), 3);
  deferred.Callback(1);
  EXPECT_EQ(seen_by_the_next, 2);  // ours and the errback's
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Life, TheCancellerGoesOnceTheDeferredHasFired) {
  const auto captured = std::make_shared<int>();
  Deferred<int> fired([captured](Deferred<int>&) {});
  fired.Callback(1);
  EXPECT_EQ(captured.use_count(), 1);
  Deferred<int> cancelled([captured](Deferred<int>&) {});
  cancelled.AddErrback([](const Failure&) { return 0; });
  cancelled.Cancel();
  EXPECT_EQ(captured.use_count(), 1);
  Deferred<int> forwarded([captured](Deferred<int>&) {});
  Deferred<int> source;
  source.ChainDeferred(forwarded);
  source.Callback(1);
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Life, FiringMayDropTheLastHandleWithTheCanceller) {
  auto holder = std::make_shared<std::optional<Deferred<int>>>();
  holder->emplace([holder](Deferred<int>&) {});
  int value = 0;
  (*holder)->AddCallback([&](int v) { value = v; });
  const Deferred<int>& last = **holder;
  holder.reset();
  last.Callback(1);
  EXPECT_EQ(value, 1);
}

TEST(Life, CallbacksThatHoldTheirOwnDeferredGoWhenItFires) {
  const auto captured = std::make_shared<int>();
  {
    Deferred<int> deferred;
    deferred.AddCallback([deferred, captured](int) {});
    deferred.Callback(1);
  }
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Life, AWaitingChainNeedsNoHandleOfItsOwn) {
  Deferred<int> inner;
  int value = 0;
  WaitingFor(inner).AddCallback([&](int v) { value = v; });
  inner.Callback(1);
  EXPECT_EQ(value, 1);
}

TEST(Life, AWaitingChainKeepsWhatItWaitsFor) {
  int cancelled = 0;
  Deferred<int> outer =
      WaitingFor(Deferred<int>([&](Deferred<int>&) { ++cancelled; }));
  outer.Cancel();
  EXPECT_EQ(cancelled, 1);
  outer.AddErrback([](const Failure&) { return 0; });
}

TEST(Life, ChainsThatWaitForOneAnotherGoWithTheLastHandleToAny) {
  const auto captured = std::make_shared<int>();
  {
    Deferred<int> inner;
    Deferred<int> outer = WaitingFor(inner);
    outer.AddCallback([captured](int) {});
  }
  EXPECT_EQ(captured.use_count(), 1);
  {
    Deferred<int> outer = WaitingFor(WaitingFor(Deferred<int>()));
    outer.AddCallback([captured](int) {});
  }
  EXPECT_EQ(captured.use_count(), 1);
  {
    Deferred<int> inner;
    WaitingFor(inner).AddCallback([captured](int) {});
    WaitingFor(inner).AddCallback([captured](int) {});
  }
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Life, AnUnfiredChainGoesSilently) {
  Records records;
  { Deferred<int> deferred; }
  { Deferred<int> outer = WaitingFor(Deferred<int>()); }
  EXPECT_TRUE(records.all.empty());
}

TEST(Life, ReportsAFailureOnceWhenTheLastHandleGoesAndNotBefore) {
  Records records;
  {
    Deferred<int> deferred;
    const Deferred<int> copy = deferred;
    deferred.Errback(std::runtime_error("nobody"));
    deferred = Deferred<int>();
    EXPECT_TRUE(records.all.empty());
  }
  ASSERT_EQ(records.all.size(), 1u);
  EXPECT_EQ(records.all[0].severity, Severity::kError);
  EXPECT_NE(DescribeException(records.all[0].exception).find("nobody"),
            std::string::npos);
}

TEST(Life, DoesNotReportAFailureHandledInBetween) {
  Records records;
  {
    Deferred<int> deferred = Fail<int>(std::runtime_error("x"));
    deferred.AddErrback([](const Failure&) { return 1; });
  }
  EXPECT_TRUE(records.all.empty());
}

TEST(Life, ReportsOnlyTheLastOfSeveralFailures) {
  Records records;
  Fail<int>(std::runtime_error("first")).AddErrback([](const Failure&) -> int {
    throw std::runtime_error("second");
  });
  ASSERT_EQ(records.all.size(), 1u);
  EXPECT_NE(DescribeException(records.all[0].exception).find("second"),
            std::string::npos);
}

TEST(Life, ReportsACancellationNobodyHandles) {
  Records records;
  Deferred<int>().Cancel();
  ASSERT_EQ(records.all.size(), 1u);
  EXPECT_NE(DescribeException(records.all[0].exception).find("CancelledError"),
            std::string::npos);
}

TEST(Life, ReportsAFailureThatIsStillPaused) {
  Records records;
  {
    Deferred<int> deferred;
    deferred.Pause();
    deferred.AddErrback([](const Failure&) { return 0; });
    deferred.Errback(std::runtime_error("paused"));
  }
  EXPECT_EQ(records.all.size(), 1u);
}

TEST(Life, DroppingAWaitingChainTakesConstantStack) {
  std::vector<Deferred<int>> all(kLinks);
  for (int i = 0; i + 1 < kLinks; ++i) {
    all[i].AddCallback([next = all[i + 1]](int) { return next; });
  }
  for (int i = 0; i + 1 < kLinks; ++i) all[i].Callback(0);
  const auto captured = std::make_shared<int>();
  Deferred<int> head = all.front();
  head.AddCallback([captured](int) {});
  all.clear();
  EXPECT_EQ(captured.use_count(), 2);
  head = Deferred<int>();
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Life, DroppingAnUnfiredChainOfCapturesTakesConstantStack) {
  const auto captured = std::make_shared<int>();
  Deferred<int> head;
  {
    Deferred<int> link = head;
    for (int i = 0; i < kLinks; ++i) {
      Deferred<int> next;
      link.AddCallback([next](int) { return next; });
      link = next;
    }
    link.AddCallback([captured](int) {});
  }
  EXPECT_EQ(captured.use_count(), 2);
  head = Deferred<int>();
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Life, DroppingAnUnfiredForwardedChainTakesConstantStack) {
  const auto captured = std::make_shared<int>();
  Deferred<int> head;
  {
    Deferred<int> link = head;
    for (int i = 0; i < kLinks; ++i) {
      Deferred<int> next;
      link.ChainDeferred(next);
      link = next;
    }
    link.AddCallback([captured](int) {});
  }
  EXPECT_EQ(captured.use_count(), 2);
  head = Deferred<int>();
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Life, HandlesMayBeDroppedOnAnotherThreadWhileTheChainResumes) {
  for (int round = 0; round < 2'000; ++round) {
    Deferred<int> inner;
    const auto captured = std::make_shared<int>(0);
    std::optional<Deferred<int>> outer = WaitingFor(inner);
    outer->AddCallback([captured](int value) { *captured = value; });
    std::atomic<bool> go = false;
    std::thread dropper([handle = std::move(outer), &go]() mutable {
      while (!go.load()) std::this_thread::yield();
      handle.reset();
    });
    go = true;
    inner.Callback(1);
    dropper.join();
    EXPECT_EQ(*captured, 1);
    EXPECT_EQ(captured.use_count(), 1);
  }
}

TEST(Life, TheLastHandlesOfAWaitingPairMayGoOnTwoThreads) {
  for (int round = 0; round < 2'000; ++round) {
    std::optional<Deferred<int>> inner(std::in_place);
    const auto captured = std::make_shared<int>(0);
    std::optional<Deferred<int>> outer = WaitingFor(*inner);
    outer->AddCallback([captured](int value) { *captured = value; });
    std::atomic<bool> go = false;
    std::thread dropper([handle = std::move(outer), &go]() mutable {
      while (!go.load()) std::this_thread::yield();
      handle.reset();
    });
    outer.reset();
    go = true;
    inner.reset();
    dropper.join();
    EXPECT_EQ(captured.use_count(), 1);
  }
}

}  // namespace
}  // namespace heddle
