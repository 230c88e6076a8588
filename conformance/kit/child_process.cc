// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace heddle::conformance {
namespace {

using Clock = std::chrono::steady_clock;

// How often to look whether a child has ended whose children hold its output.
constexpr int kLookMilliseconds = 50;

constexpr std::size_t kMostOutput = 1 << 20;

void Require(int error, const char* what) {
  if (error != 0) throw std::system_error(error, std::generic_category(), what);
}

// Both ends are closed by exec, and here at the end.
class Pipe {
 public:
  Pipe() { Require(pipe2(ends_, O_CLOEXEC) == 0 ? 0 : errno, "pipe2"); }
  ~Pipe() {
    Close(ends_[0]);
    Close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void CloseWriteEnd() { Close(ends_[1]); }
  void CloseReadEnd() { Close(ends_[0]); }

  // Appends what is there; closes the end when there is no more to come.
  void ReadTo(std::string& text) {
    char part[16384];
    const ssize_t size = read(read_end(), part, sizeof part);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (size <= 0) return CloseReadEnd();
    text.append(part, static_cast<std::size_t>(size));
  }

 private:
  static void Close(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }

  int ends_[2];
};

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const ChildRequest& request) {
  std::vector<std::string> strings = request.environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name(*entry, std::strcspn(*entry, "="));
    const auto sets = [&](const std::string& other) {
      return other.starts_with(name + "=");
    };
    const auto& unwanted = request.not_inherited;
    if (std::find(unwanted.begin(), unwanted.end(), name) == unwanted.end() &&
        std::none_of(request.environment.begin(), request.environment.end(),
                     sets)) {
      strings.push_back(*entry);
    }
  }
  return strings;
}

pid_t Spawn(const ChildRequest& request, const Pipe& output,
            const Pipe& results) {
  std::vector<std::string> arguments = request.arguments;
  arguments.insert(arguments.begin(), program_invocation_name);
  std::vector<std::string> environment = Environment(request);
  // The descriptors of the pipes may be the very numbers that the child wants;
  // so they go through numbers far above.
  constexpr int kAside = 500;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, output.write_end(), kAside);
  posix_spawn_file_actions_adddup2(&actions, results.write_end(), kAside + 1);
  posix_spawn_file_actions_adddup2(&actions, kAside, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, kAside, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, kAside + 1, kResultDescriptor);
  posix_spawn_file_actions_addclose(&actions, kAside);
  posix_spawn_file_actions_addclose(&actions, kAside + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child = -1;
  const int error =
      posix_spawn(&child, "/proc/self/exe", &actions, &attributes,
                  Pointers(arguments).data(), Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  Require(error, "posix_spawn");
  return child;
}

bool HasEnded(pid_t child) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(child), &info,
                WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == child;
}

}  // namespace

ChildReport RunChild(const ChildRequest& request) {
  const Clock::time_point deadline = Clock::now() + request.limit;
  Pipe output;
  Pipe results;
  const pid_t child = Spawn(request, output, results);
  output.CloseWriteEnd();
  results.CloseWriteEnd();
  ChildReport report;
  bool ended = false;
  while (output.read_end() >= 0 || results.read_end() >= 0) {
    pollfd ends[] = {{output.read_end(), POLLIN, 0},
                     {results.read_end(), POLLIN, 0}};
    const int ready = poll(ends, 2, ended ? 0 : kLookMilliseconds);
    if (ends[0].revents != 0) output.ReadTo(report.output);
    if (ends[1].revents != 0) results.ReadTo(report.results);
    if (report.output.size() > 2 * kMostOutput) {
      report.output.erase(0, report.output.size() - kMostOutput);
    }
    if (ended && ready <= 0) break;  // somebody else still holds an end
    if (!ended && ready <= 0) ended = HasEnded(child);
    if (!ended && Clock::now() > deadline) {
      report.killed = true;
      kill(-child, SIGKILL);
    }
  }
  // It may have closed its output and go on.
  while (!HasEnded(child)) {
    if (Clock::now() > deadline) {
      report.killed = true;
      kill(-child, SIGKILL);
    }
    poll(nullptr, 0, 1);
  }
  kill(-child, SIGKILL);  // not yet reaped, so the number is still its own
  while (waitpid(child, &report.status, 0) < 0 && errno == EINTR) {
  }
  return report;
}

std::string DescribeStatus(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    const char* const name = sigdescr_np(number);
    return "signal " + std::to_string(number) + " (" +
           (name != nullptr ? name : "unknown") + ")";
  }
  return "status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace heddle::conformance
