// SPDX-License-Identifier: Apache-2.0
//
// Rules that end in every way a rule can, for runner_test.
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include "conformance/kit/patience.h"
#include "conformance/kit/rule.h"
#include "gtest/gtest.h"
#include "reference/backend.h"
#include "reference/reference_thread_pool.h"

namespace heddle::conformance {
namespace {

RULE(TP_01, Conforms) { EXPECT_EQ(MakePool(1, 2)->Size().max, 2); }

RULE(TP_02, Fails) {
  std::puts("printed before the failure");
  EXPECT_EQ(MakePool(1, 2)->Size().max, 3) << "planted";
}

RULE(TP_03, IsNotOfferedAndIsNotThere) {
  REQUIRE_ABILITY(worker_control);
  FAIL() << "there is no such thing";
}

RULE(TP_04, IsNotOfferedButIsThere) {
  REQUIRE_ABILITY(fifo);
}

RULE(TP_05, IsNotObservable) { NOT_OBSERVABLE("nobody can see it"); }

RULE(TP_06, Crashes) {
  prctl(PR_SET_DUMPABLE, 0);  // no core file
  std::raise(SIGSEGV);
}

RULE(TP_07, FailsAndCrashes) {
  ADD_FAILURE() << "said before the crash";
  prctl(PR_SET_DUMPABLE, 0);
  std::raise(SIGKILL);
}

RULE(TP_08, Leaves) { _exit(0); }

RULE(TP_09, Hangs) {
  Gate gate("nobody");
  for (;;) pause();
}

RULE(TP_10, Throws) { throw std::runtime_error("planted"); }

RULE(TP_11, SpoilsTheExit) {
  std::atexit([] { _exit(66); });
}

RULE(TP_12, IsProbabilistic) {
  RecordProperty("tries", 7);
  RecordProperty("seed", static_cast<int>(GivenSeed().value_or(5)));
}

RULE(TP_13, LeavesAChildThatHoldsItsOutput) {
  if (fork() == 0) {
    for (;;) pause();
  }
}

const BackendRegistration kRegistration({
    .name = "strange",
    .version = "1.2",
    .make =
        [](const PoolOptions& options) {
          return std::make_unique<ReferenceThreadPool>(options);
        },
    .abilities = {.fifo = Ability::NotOffered("it says so"),
                  .worker_control = Ability::NotOffered("nobody wrote it")},
});

}  // namespace
}  // namespace heddle::conformance
