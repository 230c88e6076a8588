// SPDX-License-Identifier: Apache-2.0
//
// Rules that hang, each in a way of its own, for watchdog_test.cc.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "conformance/kit/helper_thread.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "conformance/kit/subject.h"

namespace heddle::conformance {

// Waits for what never comes, and past all patience.
[[gnu::noinline]] void HangHere() {
  for (;;) pause();
}

namespace {

[[gnu::noinline]] void HangInAHelper() {
  HangHere();
  asm volatile("");  // or the call above could be a jump
}

RULE(XX_1, ATaskThatHangs) {
  Event begun("the task to begin");
  const auto pool = MakePool(1, 1, "hung");
  pool->Start();
  RequireAccepted(pool->CallInThread([&] {
    begun.Happen();
    HangHere();
  }));
  RequireAccepted(pool->CallInThread([] {}));
  begun.Await();
  HelperThread helper([] { HangInAHelper(); });
  pool->Stop();
}

RULE(XX_2, AThreadThatIsDeaf) {
  Event begun("the helper to begin");
  HelperThread helper([&] {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    begun.Happen();
    HangHere();
  });
  begun.Await();
}

}  // namespace
}  // namespace heddle::conformance
