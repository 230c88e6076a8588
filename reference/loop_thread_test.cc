// SPDX-License-Identifier: Apache-2.0
#include "reference/loop_thread.h"

#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "reference/errors.h"

namespace heddle {
namespace {

TEST(LoopThreadTest, AnyThreadMayCallWhileNoneIsInside) {
  LoopThread loop;
  loop.Require("F");
  EXPECT_FALSE(loop.IsCurrent());
}

TEST(LoopThreadTest, OneThreadIsInsideAtATime) {
  LoopThread loop;
  ASSERT_TRUE(loop.Enter());
  EXPECT_TRUE(loop.IsCurrent());
  EXPECT_FALSE(loop.Enter());
  loop.Leave();
  EXPECT_FALSE(loop.IsCurrent());
  ASSERT_TRUE(loop.Enter());
  loop.Leave();
}

TEST(LoopThreadTest, ACallOnAnotherThreadNamesTheFunctionAndBothThreads) {
  LoopThread loop;
  ASSERT_TRUE(loop.Enter());
  loop.Require("Here");
  const std::string inside = DescribeCurrentThread();
  std::string outside;
  std::string message;
  std::thread([&] {
    outside = DescribeCurrentThread();
    EXPECT_FALSE(loop.IsCurrent());
    try {
      loop.Require("Reactor::CallLater");
    } catch (const WrongThread& error) {
      message = error.what();
    }
  }).join();
  EXPECT_NE(message.find("Reactor::CallLater"), message.npos) << message;
  EXPECT_NE(message.find(inside), message.npos) << message;
  EXPECT_NE(message.find(outside), message.npos) << message;
  EXPECT_NE(inside, outside);
  loop.Leave();
}

}  // namespace
}  // namespace heddle
