// SPDX-License-Identifier: Apache-2.0
#include "reference/wakeup.h"

#include <poll.h>

#include <cerrno>

#include "gtest/gtest.h"

namespace heddle {
namespace {

bool IsReadable(int fd) {
  pollfd polled = {.fd = fd, .events = POLLIN, .revents = 0};
  return poll(&polled, 1, 0) == 1;
}

TEST(WakeupTest, IsReadableFromSignalToClear) {
  Wakeup wakeup;
  EXPECT_FALSE(IsReadable(wakeup.fd()));
  wakeup.Signal();
  wakeup.Signal();
  EXPECT_TRUE(IsReadable(wakeup.fd()));
  EXPECT_EQ(wakeup.Clear(), 2u);
  EXPECT_FALSE(IsReadable(wakeup.fd()));
}

TEST(WakeupTest, ClearingAQuietOneTakesNothingBackAndDoesNotBlock) {
  Wakeup wakeup;
  EXPECT_EQ(wakeup.Clear(), 0u);
}

TEST(WakeupTest, SignalLeavesErrnoAlone) {
  Wakeup wakeup;
  errno = ENOTTY;
  wakeup.Signal();
  EXPECT_EQ(errno, ENOTTY);
}

}  // namespace
}  // namespace heddle
