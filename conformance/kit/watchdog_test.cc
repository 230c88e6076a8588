// SPDX-License-Identifier: Apache-2.0
//
// What the watchdog writes of rules that hang: hanging_rules.cc, run in
// processes of their own.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "gtest/gtest.h"

namespace heddle::conformance {
namespace {

struct Ending {
  int status = 0;  // as from pclose
  std::string output;
};

// The rule hangs for five times the patience.
Ending RunRule(const std::string& rule, const std::string& flags) {
  const std::string command =
      "env -u TEST_TARGET -u TESTBRIDGE_TEST_ONLY -u XML_OUTPUT_FILE "
      "-u TEST_TOTAL_SHARDS -u TEST_SHARD_STATUS_FILE "
      "-u TEST_PREMATURE_EXIT_FILE HEDDLE_PATIENCE_SECONDS=0.5 "
      "conformance/kit/hanging_rules " +
      flags + " --gtest_filter=XX." + rule + " 2>&1";
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) {
    ADD_FAILURE() << "popen failed";
    return {};
  }
  Ending run;
  char part[4096];
  while (const std::size_t size = fread(part, 1, sizeof part, pipe)) {
    run.output.append(part, size);
  }
  run.status = pclose(pipe);
  return run;
}

// The part of a report about the thread of which `line` is said.
std::string PartWith(const std::string& output, const std::string& line) {
  const std::size_t at = output.find(line);
  if (at == std::string::npos) return "no thread " + line + " in:\n" + output;
  const std::size_t begin = output.rfind("  thread ", at);
  return output.substr(begin, output.find("\n  thread ", at) - begin);
}

void ExpectInOrder(const std::string& text,
                   const std::initializer_list<const char*> parts) {
  std::size_t from = 0;
  for (const char* const part : parts) {
    from = text.find(part, from);
    ASSERT_NE(from, std::string::npos) << "missing: " << part << " in:\n"
                                       << text;
  }
}

TEST(Watchdog, ReportsAHangAndEndsTheProcess) {
  const Ending run = RunRule("XX_1_ATaskThatHangs", "--in_process");
  EXPECT_NE(run.status, 0);
  ExpectInOrder(run.output,
                {"XX-1: A task that hangs\n", "  replay: ",
                 "--gtest_filter=XX.XX_1_ATaskThatHangs\n",
                 "  hangs: no end after 2.5 s\n",
                 "  newest pool: stopping, size 1..1, threads 1, idle 0, busy "
                 "1, backlog 1, completed 0",
                 "  threads: ", "addr2line -Cfipe /"});
}

TEST(Watchdog, GivesTheLastEventsAndTheStackOfEachThread) {
  const std::string output =
      RunRule("XX_1_ATaskThatHangs", "--in_process").output;
  // The rule's.
  ExpectInOrder(
      PartWith(output, "s ago: waits for the task to begin\n"),
      {"calls a pool at ", "XX_1_ATaskThatHangs::Check()",
       "is back from a pool\n", "waits for the task to begin\n",
       "got the task to begin\n", "calls a pool at ", "stops a pool\n",
       "stack:\n", "heddle::ThreadPool::Stop()", "heddle::ThreadPool::Stop() [noted]",
       "XX_1_ATaskThatHangs::Check()", "main"});
  // The pool's.
  ExpectInOrder(PartWith(output, "s ago: runs a task\n"),
                {"\"", "runs a task\n", "stack:\n",
                 "heddle::conformance::HangHere()", "heddle::Task::Run()"});
  // The helper's.
  ExpectInOrder(PartWith(output, "s ago: begins to help the rule\n"),
                {"stack:\n", "heddle::conformance::HangHere()",
                 "heddle::conformance::(anonymous namespace)::HangInAHelper()"});
  // Its own.
  ExpectInOrder(PartWith(output, "it took these stacks"), {"no events noted"});
}

TEST(Watchdog, NamesAThreadThatBlocksSignals) {
  const std::string output =
      RunRule("XX_2_AThreadThatIsDeaf", "--in_process").output;
  ExpectInOrder(PartWith(output, "s ago: begins to help the rule\n"),
                {"no stack: blocks signal "});
  // The others all the same.
  ExpectInOrder(PartWith(output, "joins a helper of the rule\n"),
                {"stack:\n", "XX_2_AThreadThatIsDeaf::Check()"});
}

TEST(Watchdog, SpeaksAlsoForARuleInAProcessOfItsOwn) {
  const Ending run = RunRule("XX_1_ATaskThatHangs", "--in_process=0");
  EXPECT_NE(run.status, 0);
  ExpectInOrder(run.output, {"hangs: its watchdog ended the process",
                             "  hangs: no end after 2.5 s\n",
                             "heddle::conformance::HangHere()"});
}

}  // namespace
}  // namespace heddle::conformance
