// SPDX-License-Identifier: Apache-2.0
#include "reference/signals.h"

#include <csignal>
#include <optional>

#include "gtest/gtest.h"
#include "reference/thread_call_queue.h"
#include "reference/wakeup.h"

namespace heddle {
namespace {

class SignalsTest : public testing::Test {
 protected:
  Wakeup wakeup_;
  ThreadCallQueue calls_{wakeup_};
};

void (*HandlerOf(int signal))(int) {
  struct sigaction now = {};
  sigaction(signal, nullptr, &now);
  return now.sa_handler;
}

void UsersHandler(int) {}

TEST_F(SignalsTest, ASignalIsCountedAndWantsATurn) {
  Signals signals(calls_);
  EXPECT_FALSE(calls_.IsTurnWanted());
  EXPECT_FALSE(signals.HaveCome());
  std::raise(SIGTERM);
  EXPECT_TRUE(calls_.IsTurnWanted());
  EXPECT_TRUE(signals.HaveCome());
  Signals::Counts counts = signals.Take();
  EXPECT_EQ(counts.terminations, 1);
  EXPECT_EQ(counts.interrupts, 0);
  EXPECT_FALSE(signals.HaveCome());
  std::raise(SIGINT);
  counts = signals.Take();
  EXPECT_EQ(counts.terminations, 0);
  EXPECT_EQ(counts.interrupts, 1);
}

TEST_F(SignalsTest, HandlersAreGivenBack) {
  std::signal(SIGTERM, UsersHandler);
  {
    Signals signals(calls_);
    EXPECT_NE(HandlerOf(SIGTERM), UsersHandler);
    EXPECT_NE(HandlerOf(SIGINT), SIG_DFL);
  }
  EXPECT_EQ(HandlerOf(SIGTERM), UsersHandler);
  EXPECT_EQ(HandlerOf(SIGINT), SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

TEST_F(SignalsTest, AUsersHandlerOfSigintStays) {
  std::signal(SIGINT, UsersHandler);
  {
    Signals signals(calls_);
    EXPECT_EQ(HandlerOf(SIGINT), UsersHandler);
    std::raise(SIGINT);
    EXPECT_EQ(signals.Take().interrupts, 0);
  }
  EXPECT_EQ(HandlerOf(SIGINT), UsersHandler);
  std::signal(SIGINT, SIG_DFL);
}

TEST_F(SignalsTest, AHandlerThatWasChangedMeanwhileStays) {
  {
    Signals signals(calls_);
    std::signal(SIGTERM, UsersHandler);
  }
  EXPECT_EQ(HandlerOf(SIGTERM), UsersHandler);
  std::signal(SIGTERM, SIG_DFL);
}

TEST_F(SignalsTest, EverySubscriberHearsEverySignalUntilItEnds) {
  std::optional<Signals> first(std::in_place, calls_);
  Signals second(calls_);
  std::raise(SIGTERM);
  EXPECT_EQ(first->Take().terminations, 1);
  EXPECT_EQ(second.Take().terminations, 1);
  std::raise(SIGTERM);
  first.reset();
  std::raise(SIGTERM);
  EXPECT_EQ(second.Take().terminations, 2);
  first.emplace(calls_);
  EXPECT_FALSE(first->HaveCome());
  EXPECT_EQ(first->Take().terminations, 0);
}

TEST_F(SignalsTest, TheThirdSigintMeetsTheDefaultHandler) {
  Signals signals(calls_);
  std::raise(SIGINT);
  EXPECT_NE(HandlerOf(SIGINT), SIG_DFL);
  std::raise(SIGINT);
  EXPECT_EQ(HandlerOf(SIGINT), SIG_DFL);
  EXPECT_EQ(signals.Take().interrupts, 2);
}

TEST_F(SignalsTest, ASignalAfterTheEndWantsNothing) {
  Signals other(calls_);  // keeps the handlers
  calls_.RunBatch();
  {
    Wakeup wakeup;
    ThreadCallQueue gone(wakeup);
    const Signals signals(gone);
  }
  std::raise(SIGTERM);
  EXPECT_EQ(other.Take().terminations, 1);
}

}  // namespace
}  // namespace heddle
