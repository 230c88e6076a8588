// SPDX-License-Identifier: Apache-2.0
//
// A million steps of random programs, from a fixed seed; or
// HEDDLE_PROGRAM_STEPS from HEDDLE_PROGRAM_SEED, as bazel's --test_env sets
// them. A failure names the seed of the one program that shows it.
#include "reference/deferred_program.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "reference/deferred_model.h"

namespace heddle {
namespace {

std::uint64_t Setting(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(DeferredProgram, DoesWhatTheModelOfTheContractDoes) {
  const std::uint64_t first = Setting("HEDDLE_PROGRAM_SEED", 1);
  const long steps =
      static_cast<long>(Setting("HEDDLE_PROGRAM_STEPS", 1'000'000));
  std::uint64_t seed = first;
  for (long done = 0; done < steps; ++seed) {
    const ProgramRun run = PlayProgram(seed);
    ASSERT_EQ(run.difference, "");
    done += run.steps;
  }
  std::printf("%llu programs from HEDDLE_PROGRAM_SEED=%llu\n",
              static_cast<unsigned long long>(seed - first),
              static_cast<unsigned long long>(first));
}

// What is compared is not empty.
TEST(DeferredProgram, MakesUpProgramsInWhichMuchHappens) {
  int calls = 0;
  int errbacks = 0;
  int cancellers = 0;
  int refusals = 0;
  int reports = 0;
  int cancelled = 0;
  int consumed = 0;
  int waits_for_itself = 0;
  int timed_out = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    DeferredModel model(seed, 6);
    for (int i = 0; i < 60; ++i) {
      model.Step();
      reports += static_cast<int>(model.reports().size());
      for (const Event& event : model.events()) {
        calls += event.sight == Sight::kCallback;
        errbacks += event.sight == Sight::kErrback;
        cancellers += event.sight == Sight::kCanceller;
        refusals += event.sight == Sight::kRefused;
        cancelled += event.with == kCancelled;
        consumed += event.with == kConsumed;
        timed_out += event.with == kTimedOut;
        waits_for_itself +=
            event.sight == Sight::kErrback && event.with == kMisuse;
      }
    }
  }
  EXPECT_GT(calls, 1000);
  EXPECT_GT(errbacks, 500);
  EXPECT_GT(cancellers, 100);
  EXPECT_GT(refusals, 500);
  EXPECT_GT(reports, 200);
  EXPECT_GT(cancelled, 50);
  EXPECT_GT(consumed, 50);
  EXPECT_GT(waits_for_itself, 5);
  EXPECT_GT(timed_out, 5);
}

}  // namespace
}  // namespace heddle
