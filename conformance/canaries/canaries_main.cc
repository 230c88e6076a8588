// SPDX-License-Identifier: Apache-2.0
//
// Canaries: each plants a fault in tasks of the linked backend, in a process of
// its own, and passes only if the fault is seen.
#include <sys/wait.h>

#include <chrono>
#include <csignal>
#include <initializer_list>
#include <string>

#include "conformance/canaries/planted_faults.h"
#include "conformance/canaries/sanitizers.h"
#include "conformance/kit/child_process.h"
#include "conformance/kit/subject.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

constexpr const char* kPlant = "--plant=";

// Never a pass: without the sanitizer, a clean run means nothing.
#define NEEDS(has, sanitizer)                                         \
  if (!(has))                                                         \
  GTEST_SKIP() << "not observable here: built without " << (sanitizer) \
               << "; see --config=asan and --config=tsan"

// The sanitizers' options that Bazel was given do not matter for a canary.
ChildReport Plant(const std::string& fault, const char* patience_seconds) {
  return RunChild({
      .arguments = {kPlant + fault},
      .environment = {"ASAN_OPTIONS=detect_leaks=1",
                      "TSAN_OPTIONS=halt_on_error=1", "UBSAN_OPTIONS=",
                      std::string("HEDDLE_PATIENCE_SECONDS=") +
                          patience_seconds},
      .not_inherited = {"TEST_PREMATURE_EXIT_FILE", "XML_OUTPUT_FILE",
                        "LSAN_OPTIONS"},
      .limit = std::chrono::seconds(240),
  });
}

bool Exited(const ChildReport& report, int status) {
  return WIFEXITED(report.status) && WEXITSTATUS(report.status) == status;
}

// `report` is of a process that died of what `parts` say, in this order.
void ExpectSeen(const ChildReport& report,
                const std::initializer_list<const char*> parts) {
  EXPECT_FALSE(Exited(report, kNobodyMinds))
      << "the planted fault was not seen: clean runs of the rules mean nothing "
         "for this backend";
  EXPECT_FALSE(report.killed) << "no end";
  std::size_t from = 0;
  for (const char* const part : parts) {
    from = report.output.find(part, from);
    if (from == std::string::npos) {
      ADD_FAILURE() << "the report lacks '" << part << "'; "
                    << DescribeStatus(report.status) << "\n"
                    << report.output;
      return;
    }
  }
}

constexpr const char* kLongPatience = "60";

// Or seeing a fault would mean nothing either.
TEST(Canary, IsNotSeenWhereNoFaultIsPlanted) {
  const ChildReport report = Plant("nothing", kLongPatience);
  EXPECT_TRUE(Exited(report, kNobodyMinds))
      << DescribeStatus(report.status) << "\n"
      << report.output;
  EXPECT_EQ(report.output.find("Sanitizer"), std::string::npos)
      << report.output;
}

TEST(ThreadSanitizerCanary, SeesARaceBetweenTwoTasks) {
  NEEDS(kHasThreadSanitizer, "ThreadSanitizer");
  const ChildReport report = Plant("race_of_tasks", kLongPatience);
  if (Exited(report, kNeverTwoAtATime)) {
    GTEST_SKIP() << "not observable: two workers never ran two tasks at the "
                    "same time";
  }
  ExpectSeen(report, {"ThreadSanitizer: data race", "RaceOfTasks"});
}

TEST(ThreadSanitizerCanary, SeesARaceBetweenATaskAndItsSubmitter) {
  NEEDS(kHasThreadSanitizer, "ThreadSanitizer");
  ExpectSeen(Plant("race_with_submitter", kLongPatience),
             {"ThreadSanitizer: data race", "RaceWithSubmitter"});
}

TEST(AddressSanitizerCanary, SeesATaskUseWhatIsFreed) {
  NEEDS(kHasAddressSanitizer, "AddressSanitizer");
  ExpectSeen(Plant("use_after_free", kLongPatience),
             {"AddressSanitizer: heap-use-after-free", "UseAfterFree",
              "heddle::Task::Run"});
}

TEST(UndefinedBehaviorSanitizerCanary, SeesATaskOverflow) {
  NEEDS(HasUndefinedBehaviorSanitizer(), "UndefinedBehaviorSanitizer");
  ExpectSeen(Plant("overflow", kLongPatience),
             {"planted_faults.cc", "runtime error: signed integer overflow"});
}

TEST(LeakSanitizerCanary, SeesTasksLeak) {
  NEEDS(kHasAddressSanitizer, "LeakSanitizer");
  const ChildReport report = Plant("leak", kLongPatience);
  if (report.output.find("LeakSanitizer has encountered a fatal error") !=
      std::string::npos) {
    GTEST_SKIP() << "not observable: LeakSanitizer does not work here";
  }
  ExpectSeen(report, {"LeakSanitizer: detected memory leaks", "Leak"});
}

TEST(WatchdogCanary, SeesATaskHang) {
  const ChildReport report = Plant("hang", "0.2");
  EXPECT_TRUE(WIFSIGNALED(report.status) &&
              WTERMSIG(report.status) == SIGABRT)
      << DescribeStatus(report.status);
  ExpectSeen(report, {"a canary\n  replay: this test\n",
                      "  hangs: no end after 1 s\n", "newest pool: running",
                      "  threads: "});
  ExpectSeen(report, {"runs a task\n", "stack:\n", "HangInATask"});
}

TEST(PatienceCanary, SeesWhatDoesNotComeAbout) {
  const ChildReport report = Plant("wait_in_vain", "0.2");
  EXPECT_NE(report.output.find(
                "waited in vain for what no task does; seen: 0 of 1 "
                "(patience 0.2 s)"),
            std::string::npos)
      << report.output;
}

TEST(ClockCanary, SeesTheTimeOfATaskPass) {
  const ChildReport report = Plant("stopped_clock", kLongPatience);
  EXPECT_TRUE(Exited(report, 0)) << DescribeStatus(report.status) << "\n"
                                 << report.output;
}

}  // namespace
}  // namespace heddle::conformance

int main(int argc, char** argv) {
  using heddle::conformance::kPlant;
  const std::string first = argc > 1 ? argv[1] : "";
  heddle::conformance::RequireSubject();
  if (first.starts_with(kPlant)) {
    return heddle::conformance::PlantFault(
        first.substr(std::string(kPlant).size()));
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
