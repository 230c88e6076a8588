// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/isolation.h"

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

#include "conformance/kit/child_process.h"
#include "conformance/kit/options.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/verdicts.h"
#include "conformance/kit/watchdog.h"

namespace heddle::conformance {
namespace {

// The child's own watchdog comes first; this is for one that cannot bark.
std::chrono::nanoseconds Limit(std::chrono::nanoseconds patience) {
  return (Watchdog::kPatiences + 1) * patience + std::chrono::seconds(30);
}

// To see that an ability is there takes no time; that it is not, this long.
constexpr int kProbePatienceSeconds = 2;

ChildRequest RequestFor(const std::string& rule) {
  const Options& options = GivenOptions();
  ChildRequest request{
      .arguments = {"run_rules", "--in_process", "--gtest_filter=" + rule,
                    "--result_descriptor=" + std::to_string(kResultDescriptor)},
      // What Bazel and GoogleTest tell this program is not meant for its child.
      .not_inherited = {"GTEST_FILTER", "GTEST_OUTPUT", "GTEST_REPEAT",
                        "GTEST_SHARD_INDEX", "GTEST_TOTAL_SHARDS",
                        "GTEST_SHARD_STATUS_FILE", "GTEST_SHUFFLE",
                        "HEDDLE_IN_PROCESS", "HEDDLE_KNOWN_VIOLATIONS",
                        "HEDDLE_CHAPTER", "TESTBRIDGE_TEST_ONLY",
                        "TEST_PREMATURE_EXIT_FILE", "TEST_SHARD_INDEX",
                        "TEST_SHARD_STATUS_FILE", "TEST_TOTAL_SHARDS",
                        "XML_OUTPUT_FILE"},
      .limit = Limit(Patience())};
  if (options.seed) {
    request.arguments.push_back("--seed=" + std::to_string(*options.seed));
  }
  return request;
}

// What the child's end adds to what it said.
void JudgeEnd(const ChildReport& report, RuleResult& result) {
  const bool exited = WIFEXITED(report.status);
  const int expected =
      result.verdict() == Verdict::kViolates ? kViolates : kConforms;
  if (result.complete && exited && WEXITSTATUS(report.status) == expected) {
    return;
  }
  std::string what = "crashes: its process ended with ";
  if (report.killed) {
    what = "hangs: its process had to be killed: ";
  } else if (report.output.find(Watchdog::kHangs) != std::string::npos) {
    what = "hangs: its watchdog ended the process with ";
  } else if (result.complete) {
    what = "its process then ended with ";
  }
  result.parts.push_back({.failed = true,
                          .file = "",
                          .line = -1,
                          .message = what + DescribeStatus(report.status)});
}

RuleResult RunOnce(const ChildRequest& request) {
  RuleResult result;
  try {
    ChildReport report = RunChild(request);
    result = ParseResult(report.results);
    JudgeEnd(report, result);
    result.output = std::move(report.output);
  } catch (const std::exception& error) {
    result.parts.push_back({.failed = true,
                            .file = "",
                            .line = -1,
                            .message = std::string("no process: ") +
                                       error.what()});
  }
  return result;
}

// Whether the rule holds if the ability counts as declared.
bool Works(ChildRequest request) {
  request.arguments.push_back("--assume_abilities");
  request.environment.push_back("HEDDLE_PATIENCE_SECONDS=" +
                                std::to_string(kProbePatienceSeconds));
  request.limit = Limit(std::chrono::seconds(kProbePatienceSeconds));
  return RunOnce(request).verdict() == Verdict::kConforms;
}

}  // namespace

RuleResult RunIsolated(const std::string& rule) {
  const ChildRequest request = RequestFor(rule);
  RuleResult result = RunOnce(request);
  if (GivenOptions().probe && result.verdict() == Verdict::kNotOffered) {
    result.parts.back().message +=
        Works(request) ? "; probed: works, but undeclared"
                       : "; probed: was not seen to work";
  }
  return result;
}

Isolation::Isolation(std::vector<std::string> rules)
    : waiting_(rules.begin(), rules.end()) {
  const std::size_t jobs = std::min(
      rules.size(), static_cast<std::size_t>(GivenOptions().jobs));
  for (std::size_t i = 0; i < jobs; ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

Isolation::~Isolation() {
  std::lock_guard lock(mutex_);
  waiting_.clear();
}

RuleResult Isolation::Await(const std::string& rule) {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] { return results_.contains(rule); });
  return results_.at(rule);
}

void Isolation::Work() {
  std::unique_lock lock(mutex_);
  while (!waiting_.empty()) {
    const std::string rule = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    RuleResult result = RunIsolated(rule);
    lock.lock();
    results_.emplace(rule, std::move(result));
    done_.notify_all();
  }
}

}  // namespace heddle::conformance
