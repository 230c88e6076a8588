// SPDX-License-Identifier: Apache-2.0
#include "reference/processors.h"

#include <sched.h>

#include <thread>

#include "gtest/gtest.h"

namespace heddle {
namespace {

TEST(UsableProcessorsTest, IsOneForAThreadThatIsTiedToOne) {
  const int before = UsableProcessors();
  EXPECT_GE(before, 1);
  std::thread([] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(UsableProcessors(), 1);
  }).join();
  EXPECT_EQ(UsableProcessors(), before);
}

}  // namespace
}  // namespace heddle
