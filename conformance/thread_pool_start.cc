// SPDX-License-Identifier: Apache-2.0
//
// TP-01 to TP-06: construction and start.
#include <atomic>

#include "conformance/patience.h"
#include "conformance/rule.h"
#include "conformance/subject.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

RULE(TP_05, WorkSubmittedBeforeStartIsKeptNotRunAndRunsAfterStart) {
  History<bool> started_when_run("the work to run");
  std::atomic<bool> start_called = false;
  const auto pool = MakePool(1, 1);
  const Submission submission = pool->CallInThread(
      [&] { started_when_run.Add(start_called.load()); });
  ASSERT_TRUE(submission.accepted());
  EXPECT_EQ(started_when_run.entries().size(), 0u)
      << "the work ran before Start()";
  start_called = true;
  pool->Start();
  EXPECT_TRUE(started_when_run.Await(1).front())
      << "the work ran before Start()";
}

}  // namespace
}  // namespace heddle::conformance
