// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/wedge_report.h"

#include <unistd.h>

#include <future>
#include <string>
#include <thread>

#include "conformance/kit/thread_events.h"
#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(WedgeReport, GivesTheAnswerThatIsThere) {
  EXPECT_EQ(AskWithin(seconds(600), [] { return "idle 3"; }, "nothing"),
            "idle 3");
}

TEST(WedgeReport, DoesNotWaitForAnAnswerThatDoesNotCome) {
  std::promise<void> go, ended;
  std::future<void> gone = go.get_future();
  EXPECT_EQ(AskWithin(
                milliseconds(1),
                [&] {
                  gone.get();
                  ended.set_value();
                  return "late";
                },
                "nothing"),
            "nothing");
  go.set_value();
  ended.get_future().get();
}

// The lines about one thread, from its headline to the next.
std::string PartOf(const std::string& report, pid_t thread) {
  const std::string headline = "  thread " + std::to_string(thread) + " \"";
  const std::size_t begin = report.find(headline);
  if (begin == std::string::npos) return "";
  return report.substr(begin, report.find("\n  thread", begin) - begin);
}

TEST(WedgeReport, GivesEachThreadItsEventsAndItsStack) {
  std::promise<pid_t> number;
  std::promise<void> go;
  std::thread other([&] {
    NoteEvent("waits for", "the test");
    number.set_value(gettid());
    go.get_future().get();
  });
  const pid_t thread = number.get_future().get();
  NoteEvent("writes", "a report");
  const std::string report = DescribeThreads(seconds(600));
  go.set_value();
  other.join();

  const std::string others = PartOf(report, thread);
  EXPECT_NE(others.find(" s ago: waits for the test\n"), std::string::npos)
      << report;
  EXPECT_NE(others.find("    stack:\n      "), std::string::npos) << report;
  const std::string own = PartOf(report, gettid());
  EXPECT_NE(own.find(" s ago: writes a report\n"), std::string::npos) << report;
  EXPECT_NE(own.find("no stack: it took these stacks"), std::string::npos)
      << report;
  EXPECT_NE(report.find("addr2line -Cfipe /"), std::string::npos) << report;
}

TEST(WedgeReport, SaysWhereACallWasMade) {
  NoteEvent("calls", "a pool", reinterpret_cast<const void*>(&AskWithin));
  const std::string report = DescribeThreads(seconds(600));
  EXPECT_NE(report.find("calls a pool at heddle::conformance::AskWithin("),
            std::string::npos)
      << report;
}

TEST(WedgeReport, CountsTheThreadsThatHaveEnded) {
  std::thread([] { NoteEvent("comes and goes"); }).join();
  EXPECT_NE(DescribeThreads(seconds(600))
                .find("threads that have ended and noted events before: "),
            std::string::npos);
}

}  // namespace
}  // namespace heddle::conformance
