// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/native_stacks.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

namespace heddle::conformance {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostFrames = 96;

constexpr const char* kHasEnded = "has ended";

// For the handler. ThreadSanitizer's runtime is part of what it may interrupt,
// so nothing in it may call there.
#define HEDDLE_NOT_INSTRUMENTED __attribute__((no_sanitize("thread")))

// What a thread writes down.
struct Answer {
  void* frames[kMostFrames];
  const void* interrupted = nullptr;  // null where the processor is not known
  int count = 0;
  bool complete = false;  // by __atomic only, being the handler's
};

// A pipe that gets a byte for each answer. Never closed: a thread may answer
// when nobody waits any more.
int bell[2] = {-1, -1};

// The C library's own, where a sanitizer has put others before them:
// ThreadSanitizer's sigaction keeps signals back from a thread that waits for a
// futex by itself, as std::counting_semaphore does.
struct {
  decltype(&::sigaction) sigaction = &::sigaction;
  decltype(&::backtrace) backtrace = &::backtrace;
} own;

void FindOwn() {
  void* const library = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return;
  if (void* const found = dlsym(library, "sigaction")) {
    own.sigaction = reinterpret_cast<decltype(own.sigaction)>(found);
  }
  if (void* const found = dlsym(library, "backtrace")) {
    own.backtrace = reinterpret_cast<decltype(own.backtrace)>(found);
  }
}

HEDDLE_NOT_INSTRUMENTED const void* InterruptedCode(
    [[maybe_unused]] void* context) {
#if defined(__x86_64__)
  return reinterpret_cast<const void*>(
      static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return reinterpret_cast<const void*>(
      static_cast<const ucontext_t*>(context)->uc_mcontext.pc);
#else
  return nullptr;
#endif
}

// The signal handler. Whatever it interrupts may hold any lock.
HEDDLE_NOT_INSTRUMENTED void WriteDown(int, siginfo_t* info, void* context) {
  if (info->si_code != SI_QUEUE || info->si_value.sival_ptr == nullptr) return;
  const int saved_errno = errno;
  Answer& answer = *static_cast<Answer*>(info->si_value.sival_ptr);
  answer.interrupted = InterruptedCode(context);
  answer.count = own.backtrace(answer.frames, kMostFrames);
  __atomic_store_n(&answer.complete, true, __ATOMIC_RELEASE);
  const char ring = 1;
  syscall(SYS_write, bell[1], &ring, 1);
  errno = saved_errno;
}

bool IsComplete(const Answer& answer) {
  return __atomic_load_n(&answer.complete, __ATOMIC_ACQUIRE);
}

// From the interrupted code on: before it come the handler and what the system
// and a sanitizer put between.
std::vector<const void*> Frames(const Answer& answer) {
  std::vector<const void*> frames(answer.frames, answer.frames + answer.count);
  const auto begin =
      std::find(frames.begin(), frames.end(), answer.interrupted);
  if (begin != frames.end()) frames.erase(frames.begin(), begin);
  return frames;
}

std::string TaskPath(pid_t thread, const char* file) {
  return "/proc/self/task/" + std::to_string(thread) + "/" + file;
}

std::string FirstLine(const std::string& path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  return line;
}

// What follows "State:" in a thread's status, without the whitespace between.
std::string StatusField(pid_t thread, const std::string& name) {
  std::ifstream file(TaskPath(thread, "status"));
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    const std::size_t begin = line.find_first_not_of(" \t", name.size());
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

// "sleeping" of "S (sleeping)".
std::string State(pid_t thread) {
  const std::string field = StatusField(thread, "State:");
  const std::size_t open = field.find('(');
  const std::size_t close = field.find(')');
  if (open == std::string::npos || close == std::string::npos) return field;
  return field.substr(open + 1, close - open - 1);
}

bool BlocksSignal(pid_t thread, int signal) {
  const std::uint64_t blocked = std::strtoull(
      StatusField(thread, "SigBlk:").c_str(), nullptr, 16);
  return ((blocked >> (signal - 1)) & 1) != 0;
}

// Where a thread that is in a system call made it, as the kernel knows it; null
// if it is not in one, or the kernel does not say.
const void* CallingCode(pid_t thread) {
  const std::string line = FirstLine(TaskPath(thread, "syscall"));
  const std::size_t last = line.rfind(" 0x");
  if (last == std::string::npos) return nullptr;
  return reinterpret_cast<const void*>(
      std::strtoull(line.c_str() + last, nullptr, 16));
}

std::vector<pid_t> Threads() {
  std::vector<pid_t> threads;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/self/task")) {
    threads.push_back(std::atoi(entry.path().filename().c_str()));
  }
  const pid_t self = gettid();
  std::sort(threads.begin(), threads.end(), [self](pid_t a, pid_t b) {
    return a == self ? b != self : b != self && a < b;
  });
  return threads;
}

// tgkill that carries a pointer.
bool Ask(pid_t thread, Answer& answer) {
  siginfo_t info{};
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_ptr = &answer;
  return syscall(SYS_rt_tgsigqueueinfo, getpid(), thread, StackSignal(),
                 &info) == 0;
}

// False if no pipe can be had.
bool Prepare() {
  if (bell[0] < 0 && pipe2(bell, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  FindOwn();
  void* frame = nullptr;
  own.backtrace(&frame, 1);  // loads the unwinder, which a handler must not
  struct sigaction action {};
  action.sa_sigaction = WriteDown;
  action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  return own.sigaction(StackSignal(), &action, nullptr) == 0;
}

struct Question {
  pid_t thread;
  const Answer* answer;
};

// Returns when all have answered, at the deadline, or when all who have not
// still block the signal after a while: every thread does at its very beginning
// and end, some do for ever.
void AwaitAnswers(std::vector<Question> open, Clock::time_point deadline) {
  constexpr int kPauseMilliseconds = 10;
  constexpr int kLooks = 20;
  int looks = 0;
  for (;;) {
    std::erase_if(open, [](const Question& question) {
      return IsComplete(*question.answer);
    });
    if (open.empty() || Clock::now() >= deadline) return;
    const bool all_block =
        std::all_of(open.begin(), open.end(), [](const Question& question) {
          return BlocksSignal(question.thread, StackSignal());
        });
    looks = all_block ? looks + 1 : 0;
    if (looks == kLooks) return;
    pollfd readable = {.fd = bell[0], .events = POLLIN, .revents = 0};
    poll(&readable, 1, kPauseMilliseconds);
    char rings[64];
    [[maybe_unused]] const ssize_t size = read(bell[0], rings, sizeof rings);
  }
}

std::string Silence(pid_t thread) {
  if (BlocksSignal(thread, StackSignal())) {
    return "blocks signal " + std::to_string(StackSignal());
  }
  return "did not answer";
}

}  // namespace

// Near neither end, where others look for a signal first.
int StackSignal() { return SIGRTMAX - 2; }

std::vector<ThreadStack> CaptureStacks(std::chrono::milliseconds patience) {
  const Clock::time_point deadline = Clock::now() + patience;
  const bool prepared = Prepare();
  const std::vector<pid_t> threads = Threads();
  // Not freed, for the late ones.
  static std::vector<std::unique_ptr<Answer[]>>* const kept =
      new std::vector<std::unique_ptr<Answer[]>>;
  Answer* const answers =
      kept->emplace_back(std::make_unique<Answer[]>(threads.size())).get();
  std::vector<Question> asked;
  std::vector<ThreadStack> stacks;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    const pid_t thread = threads[i];
    ThreadStack& stack = stacks.emplace_back();
    stack.thread = thread;
    stack.name = FirstLine(TaskPath(thread, "comm"));
    stack.state = State(thread);
    if (thread == gettid()) {
      stack.silence = "it took these stacks";
    } else if (!prepared) {
      stack.silence = "could not be asked";
    } else if (!Ask(thread, answers[i])) {
      stack.silence = errno == ESRCH ? kHasEnded : std::strerror(errno);
    } else {
      asked.push_back({thread, &answers[i]});
    }
  }
  AwaitAnswers(asked, deadline);
  for (std::size_t i = 0; i < threads.size(); ++i) {
    if (IsComplete(answers[i])) {
      stacks[i].frames = Frames(answers[i]);
      continue;
    }
    if (stacks[i].silence.empty()) {
      stacks[i].silence = Silence(threads[i]);
    }
    if (threads[i] == gettid()) continue;
    if (const void* const code = CallingCode(threads[i])) {
      stacks[i].frames = {code};
    }
  }
  std::erase_if(stacks, [](const ThreadStack& stack) {
    return stack.silence == kHasEnded;
  });
  return stacks;
}

}  // namespace heddle::conformance
