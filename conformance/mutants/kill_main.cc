// SPDX-License-Identifier: Apache-2.0
//
// main of a mutant's test: runs each rule that must reject the mutant in a child
// process and passes only if all do, the claimed one with the claimed message.
// The argument names the file that says so: lines as mutant_list describes them
// (defs.bzl). A file, not code: there are hundreds, and each would be compiled.
//
// With the first argument run_rules it is a conformance program instead, whose
// backend is the reference with the fault in it.
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "conformance/kit/verdicts.h"

namespace heddle::conformance {
namespace {

// First argument of the child.
constexpr const char* kRunRules = "run_rules";

// The mutant is broken on purpose, so waits in vain are the rule here.
constexpr const char* kPatienceSeconds = "3";

// How often a rule that says it needs luck may try it, each time with a seed of
// its own: 1, 2 ... What a fault comes to may hang on the numbers drawn.
constexpr int kTries = 5;

// In the output of such a rule (chance.h).
constexpr const char* kNeedsLuck = "probabilistic: ";

// The child's own watchdog comes first, after five times its patience.
constexpr std::chrono::seconds kLimit(40);

// What a rule that has failed as claimed may still take to end. How it ends then
// says no more; a mutant that hangs is not waited for until its watchdog comes.
constexpr std::chrono::seconds kAfterwards(1);

// In the output once the rule has failed (verdicts.h).
constexpr const char* kHasFailed = "violated by backend: ";

// One line of the file.
struct Claim {
  std::string mutant;
  std::string rule;     // the name of a rule that must reject the mutant
  bool dies = false;    // the process may crash or hang instead of failing
  std::string message;  // what the rule must say; empty: anything
};

struct Ending {
  int status = 0;  // as from waitpid
  std::string output;
};

// None if a line is not as it should be.
std::vector<Claim> ReadClaims(const char* file) {
  std::vector<Claim> claims;
  std::ifstream input(file);
  for (std::string line; std::getline(input, line);) {
    std::istringstream fields(line);
    Claim claim;
    std::string weight, how;
    for (std::string* field : {&claim.mutant, &claim.rule, &weight, &how}) {
      if (!std::getline(fields, *field, '\t') || field->empty()) return {};
    }
    std::getline(fields, claim.message);
    claim.dies = how == "dies";
    if (!claim.dies && how != "fails") return {};
    if (claim.message.empty() != (weight == "also")) return {};
    claims.push_back(std::move(claim));
  }
  return claims;
}

[[noreturn]] void BecomeChild(const char* program, const std::string& rule,
                              int seed, int output) {
  setpgid(0, 0);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  setenv("HEDDLE_PATIENCE_SECONDS", kPatienceSeconds, 1);
  setenv("HEDDLE_SEED", std::to_string(seed).c_str(), 1);
  // A process of its own is what this child is.
  setenv("HEDDLE_IN_PROCESS", "1", 1);
  // What Bazel tells the test is not meant for the child.
  for (const char* const name :
       {"TESTBRIDGE_TEST_ONLY", "TEST_PREMATURE_EXIT_FILE", "TEST_SHARD_INDEX",
        "TEST_SHARD_STATUS_FILE", "TEST_TARGET", "TEST_TOTAL_SHARDS",
        "XML_OUTPUT_FILE"}) {
    unsetenv(name);
  }
  const std::string filter = "--gtest_filter=*." + rule;
  execl("/proc/self/exe", program, kRunRules, filter.c_str(), nullptr);
  std::perror("kill_main: cannot execute itself");
  _exit(127);
}

bool HasSaid(const std::string& output, const std::string& text) {
  return output.find(text) != std::string::npos;
}

// Whether the rule has failed with that message.
bool HasFailed(const std::string& output, const std::string& message) {
  return HasSaid(output, kHasFailed) && HasSaid(output, message);
}

// Reads until the child and its children have closed their output; kills them
// all at the limit, or if it hangs when it has said what it should.
std::string ReadOutput(int input, pid_t child, const std::string& message) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point deadline = Clock::now() + kLimit;
  bool has_spoken = false;
  std::string output;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - Clock::now());
    pollfd readable = {.fd = input, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 ||
        poll(&readable, 1, static_cast<int>(left.count())) == 0) {
      kill(-child, SIGKILL);
      return output + "\nkilled: it did not end\n";
    }
    char part[4096];
    const ssize_t size = read(input, part, sizeof part);
    if (size <= 0) return output;
    output.append(part, static_cast<std::size_t>(size));
    if (!has_spoken && HasFailed(output, message)) {
      has_spoken = true;
      deadline = Clock::now() + kAfterwards;
    }
  }
}

Ending RunOneRule(const char* program, const Claim& claim, int seed) {
  int ends[2];
  if (pipe(ends) != 0) {
    std::perror("kill_main: pipe");
    std::exit(1);
  }
  const pid_t child = fork();
  if (child < 0) {
    std::perror("kill_main: fork");
    std::exit(1);
  }
  if (child == 0) {
    close(ends[0]);
    BecomeChild(program, claim.rule, seed, ends[1]);
  }
  setpgid(child, child);  // whoever of the two comes first
  close(ends[1]);
  Ending ending;
  ending.output = ReadOutput(ends[0], child, claim.message);
  waitpid(child, &ending.status, 0);
  kill(-child, SIGKILL);
  return ending;
}

// Null if the mutant was killed as it should be; otherwise what went wrong.
const char* Objection(const Ending& ending, const Claim& claim) {
  const bool exited = WIFEXITED(ending.status);
  const int status = exited ? WEXITSTATUS(ending.status) : -1;
  if (status == kConforms) return "the mutant survives: the rule does not fail";
  if (status == kNoRules) return "the rule does not exist";
  if (status != kViolates && !claim.dies &&
      !HasFailed(ending.output, claim.message)) {
    return "the process died, but the mutant is not declared to (dies = True)";
  }
  if (!HasSaid(ending.output, claim.message)) {
    return "the rule fails without the claimed message";
  }
  return nullptr;
}

bool MissedByBadLuck(const Ending& ending) {
  return WIFEXITED(ending.status) &&
         WEXITSTATUS(ending.status) == kConforms &&
         HasSaid(ending.output, kNeedsLuck);
}

bool IsTrue(const Claim& claim, const char* program) {
  Ending ending = RunOneRule(program, claim, 1);
  for (int seed = 2; seed <= kTries && MissedByBadLuck(ending); ++seed) {
    std::printf("missed with seed %d\n", seed - 1);
    ending = RunOneRule(program, claim, seed);
  }
  const char* const objection = Objection(ending, claim);
  std::printf("rule: %s\nmessage: %s\n", claim.rule.c_str(),
              claim.message.c_str());
  if (objection == nullptr) {
    std::printf("killed\n");
    return true;
  }
  std::printf("NOT KILLED: %s\noutput of the rule:\n%s\n", objection,
              ending.output.c_str());
  return false;
}

int Kill(const char* program, const char* file) {
  const std::vector<Claim> claims = ReadClaims(file);
  if (claims.empty()) {
    std::printf("%s: no claims, or not in the form of mutant_list\n", file);
    return 1;
  }
  std::printf("mutant %s\n", claims.front().mutant.c_str());
  bool killed = true;
  for (const Claim& claim : claims) killed &= IsTrue(claim, program);
  return killed ? 0 : 1;
}

}  // namespace
}  // namespace heddle::conformance

int main(int argc, char** argv) {
  using heddle::conformance::kRunRules;
  if (argc > 1 && std::string(argv[1]) == kRunRules) {
    return heddle::conformance::RunRules(argc, argv);
  }
  if (argc != 2) {
    std::fprintf(stderr, "%s: wants the file with the mutant's claims\n",
                 argv[0]);
    return 1;
  }
  return heddle::conformance::Kill(argv[0], argv[1]);
}
