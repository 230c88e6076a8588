// SPDX-License-Identifier: Apache-2.0
#include "reference/signals.h"

#include <poll.h>

#include <csignal>
#include <optional>

#include "gtest/gtest.h"

namespace heddle {
namespace {

bool IsReadable(int fd) {
  pollfd polled = {.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&polled, 1, 0) == 1;
}

void (*HandlerOf(int signal))(int) {
  struct sigaction now = {};
  sigaction(signal, nullptr, &now);
  return now.sa_handler;
}

void UsersHandler(int) {}

TEST(SignalsTest, ASignalIsCountedAndMakesTheDescriptorReadable) {
  Signals signals;
  EXPECT_FALSE(IsReadable(signals.fd()));
  std::raise(SIGTERM);
  EXPECT_TRUE(IsReadable(signals.fd()));
  Signals::Counts counts = signals.Take();
  EXPECT_EQ(counts.terminations, 1);
  EXPECT_EQ(counts.interrupts, 0);
  EXPECT_FALSE(IsReadable(signals.fd()));
  std::raise(SIGINT);
  counts = signals.Take();
  EXPECT_EQ(counts.terminations, 0);
  EXPECT_EQ(counts.interrupts, 1);
}

TEST(SignalsTest, HandlersAreGivenBack) {
  std::signal(SIGTERM, UsersHandler);
  {
    Signals signals;
    EXPECT_NE(HandlerOf(SIGTERM), UsersHandler);
    EXPECT_NE(HandlerOf(SIGINT), SIG_DFL);
  }
  EXPECT_EQ(HandlerOf(SIGTERM), UsersHandler);
  EXPECT_EQ(HandlerOf(SIGINT), SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

TEST(SignalsTest, AUsersHandlerOfSigintStays) {
  std::signal(SIGINT, UsersHandler);
  {
    Signals signals;
    EXPECT_EQ(HandlerOf(SIGINT), UsersHandler);
    std::raise(SIGINT);
    EXPECT_EQ(signals.Take().interrupts, 0);
  }
  EXPECT_EQ(HandlerOf(SIGINT), UsersHandler);
  std::signal(SIGINT, SIG_DFL);
}

TEST(SignalsTest, AHandlerThatWasChangedMeanwhileStays) {
  {
    Signals signals;
    std::signal(SIGTERM, UsersHandler);
  }
  EXPECT_EQ(HandlerOf(SIGTERM), UsersHandler);
  std::signal(SIGTERM, SIG_DFL);
}

TEST(SignalsTest, EverySubscriberHearsEverySignalUntilItEnds) {
  std::optional<Signals> first(std::in_place);
  Signals second;
  std::raise(SIGTERM);
  EXPECT_EQ(first->Take().terminations, 1);
  EXPECT_EQ(second.Take().terminations, 1);
  std::raise(SIGTERM);
  first.reset();
  std::raise(SIGTERM);
  EXPECT_EQ(second.Take().terminations, 2);
  first.emplace();
  EXPECT_FALSE(IsReadable(first->fd()));
  EXPECT_EQ(first->Take().terminations, 0);
}

TEST(SignalsTest, TheThirdSigintMeetsTheDefaultHandler) {
  Signals signals;
  std::raise(SIGINT);
  EXPECT_NE(HandlerOf(SIGINT), SIG_DFL);
  std::raise(SIGINT);
  EXPECT_EQ(HandlerOf(SIGINT), SIG_DFL);
  EXPECT_EQ(signals.Take().interrupts, 2);
}

}  // namespace
}  // namespace heddle
