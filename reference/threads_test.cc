// SPDX-License-Identifier: Apache-2.0
//
// CallMultipleInThread.
#include "reference/threads.h"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "reference/errors.h"
#include "reference/log.h"
#include "reference/running_reactor.h"

namespace heddle {
namespace {

using Calls = std::vector<std::function<void()>>;

TEST(CallMultipleInThread, RunsAListInOrderOnOneWorker) {
  RunningReactor reactor;
  std::vector<std::thread::id> threads;
  std::vector<int> order;
  std::promise<void> done;
  Calls calls;
  for (int i = 0; i < 10; ++i) {
    calls.push_back([&, i] {
      order.push_back(i);
      threads.push_back(std::this_thread::get_id());
    });
  }
  calls.push_back([&] { done.set_value(); });
  CallMultipleInThread(*reactor, calls).OrThrow();
  done.get_future().wait();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(order[i], i);
    EXPECT_EQ(threads[i], threads[0]);
  }
  EXPECT_NE(threads[0], reactor.thread());
}

TEST(CallMultipleInThread, TakesAnEmptyList) {
  RunningReactor reactor;
  EXPECT_TRUE(CallMultipleInThread(*reactor, Calls()).accepted());
}

TEST(CallMultipleInThread, TakesMoveOnlyCallablesOfDifferentTypes) {
  RunningReactor reactor;
  std::promise<int> done;
  CallMultipleInThread(
      *reactor, [] {},
      [&done, owned = std::make_unique<int>(3)] { done.set_value(*owned); })
      .OrThrow();
  EXPECT_EQ(done.get_future().get(), 3);
}

TEST(CallMultipleInThread, DestroysEachCallBeforeTheNextRuns) {
  RunningReactor reactor;
  auto captured = std::make_shared<int>();
  std::weak_ptr<int> weak = captured;
  std::promise<bool> gone;
  Calls calls;
  calls.push_back([captured = std::move(captured)] {});
  calls.push_back([&] { gone.set_value(weak.expired()); });
  CallMultipleInThread(*reactor, std::move(calls)).OrThrow();
  EXPECT_TRUE(gone.get_future().get());
}

TEST(CallMultipleInThread, EndsTheListAtTheFirstExceptionAndLogsItOnce) {
  std::promise<std::string> logged;
  LogSink former = SetLogSink([&](const LogRecord& record) {
    logged.set_value(DescribeException(record.exception));
  });
  bool later_ran = false;
  {
    RunningReactor reactor;
    CallMultipleInThread(*reactor,
                         Calls{[] { throw std::out_of_range("planted"); },
                               [&] { later_ran = true; }})
        .OrThrow();
    EXPECT_NE(logged.get_future().get().find("planted"), std::string::npos);
  }
  SetLogSink(std::move(former));
  EXPECT_FALSE(later_ran);
}

TEST(CallMultipleInThread, CopiesTheListAtTheCall) {
  RunningReactor reactor;
  std::promise<void> started;
  std::promise<void> gate;
  std::promise<std::string> which;
  Calls calls{[&] {
                started.set_value();
                gate.get_future().wait();
              },
              [&] { which.set_value("as it was"); }};
  CallMultipleInThread(*reactor, calls).OrThrow();
  started.get_future().wait();
  calls[1] = [&] { which.set_value("as it became"); };
  gate.set_value();
  EXPECT_EQ(which.get_future().get(), "as it was");
}

TEST(CallMultipleInThread, RefusesAnEmptyCallAndSubmitsNothing) {
  bool ran = false;
  {
    RunningReactor reactor;
    try {
      static_cast<void>(CallMultipleInThread(
          *reactor, Calls{[&] { ran = true; }, std::function<void()>()}));
      FAIL();
    } catch (const std::invalid_argument& error) {
      EXPECT_STREQ(error.what(), "CallMultipleInThread: call 1 is empty");
    }
    EXPECT_THROW(static_cast<void>(CallMultipleInThread(
                     *reactor, [&] { ran = true; }, std::function<void()>())),
                 std::invalid_argument);
  }
  EXPECT_FALSE(ran);
}

TEST(CallMultipleInThread, IsRefusedVisiblyWhenTheReactorHasStopped) {
  RunningReactor reactor;
  reactor.Stop();
  EXPECT_FALSE(CallMultipleInThread(*reactor, Calls()).accepted());
}

}  // namespace
}  // namespace heddle
