// SPDX-License-Identifier: Apache-2.0
#include "reference/reactor_life.h"

#include "gtest/gtest.h"
#include "reference/errors.h"

namespace heddle {
namespace {

using State = ReactorLife::State;

TEST(ReactorLifeTest, ANewReactorCannotStopOrCrash) {
  ReactorLife life;
  EXPECT_FALSE(life.Stop());
  EXPECT_FALSE(life.Crash());
  EXPECT_EQ(life.state(), State::kNew);
}

TEST(ReactorLifeTest, ARunThatIsStoppedEndsForGood) {
  ReactorLife life;
  life.Start();
  EXPECT_THROW(life.Start(), ReactorAlreadyRunning);
  EXPECT_TRUE(life.Stop());
  EXPECT_FALSE(life.Stop());
  EXPECT_TRUE(life.turning());
  EXPECT_THROW(life.Start(), ReactorAlreadyRunning);
  life.BeginEnd();
  EXPECT_FALSE(life.turning());
  EXPECT_FALSE(life.Crash());
  EXPECT_THROW(life.Start(), ReactorNotRestartable);
  EXPECT_FALSE(life.End());
  EXPECT_THROW(life.Start(), ReactorNotRestartable);
  EXPECT_FALSE(life.Stop());
}

TEST(ReactorLifeTest, ARunThatCrashedMayBeFollowedByAnother) {
  ReactorLife life;
  life.Start();
  EXPECT_TRUE(life.Crash());
  EXPECT_FALSE(life.Crash());
  EXPECT_FALSE(life.Stop());
  EXPECT_FALSE(life.turning());
  EXPECT_THROW(life.Start(), ReactorAlreadyRunning);
  EXPECT_TRUE(life.End());
  life.Start();
  EXPECT_TRUE(life.turning());
}

TEST(ReactorLifeTest, ACrashAfterStopEndsForGood) {
  ReactorLife life;
  life.Start();
  EXPECT_TRUE(life.Stop());
  EXPECT_TRUE(life.Crash());
  EXPECT_TRUE(life.ended());
  EXPECT_FALSE(life.End());
  EXPECT_THROW(life.Start(), ReactorNotRestartable);
}

TEST(ReactorLifeTest, RunningEndsWithTheTurning) {
  ReactorLife life;
  life.Start();
  EXPECT_FALSE(life.running());
  life.SetRunning();
  EXPECT_TRUE(life.Stop());
  EXPECT_TRUE(life.running());
  life.BeginEnd();
  EXPECT_FALSE(life.running());
  life.SetRunning();
  EXPECT_FALSE(life.running());

  ReactorLife crashed;
  crashed.Start();
  crashed.SetRunning();
  EXPECT_TRUE(crashed.Crash());
  EXPECT_FALSE(crashed.running());
  crashed.SetRunning();
  EXPECT_FALSE(crashed.running());
}

}  // namespace
}  // namespace heddle
