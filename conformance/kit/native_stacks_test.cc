// SPDX-License-Identifier: Apache-2.0
#include "conformance/kit/native_stacks.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "conformance/kit/program_symbols.h"
#include "gtest/gtest.h"

namespace heddle::conformance {

// Outside of the unnamed namespace: known to the dynamic linker or not, it must
// be named.
[[gnu::noinline]] void WaitWithLinkage(std::binary_semaphore& go) {
  go.acquire();
  asm volatile("");  // or the call above could be a jump
}

namespace {

[[gnu::noinline]] void WaitWithoutLinkage(std::binary_semaphore& go) {
  go.acquire();
  asm volatile("");
}

// A thread in `body`, from when it says where it is until it is let go.
class Held {
 public:
  template <class F>
  explicit Held(F body)
      : thread_([this, body] {
          number_.set_value(gettid());
          body(go_);
        }) {
    number = number_.get_future().get();
  }

  ~Held() {
    go_.release();
    thread_.join();
  }

  pid_t number;

 private:
  std::promise<pid_t> number_;
  std::binary_semaphore go_{0};
  std::thread thread_;
};

constexpr std::chrono::seconds kPatience(60);

ThreadStack StackOf(const std::vector<ThreadStack>& stacks, pid_t thread) {
  for (const ThreadStack& stack : stacks) {
    if (stack.thread == thread) return stack;
  }
  ADD_FAILURE() << "no stack of thread " << thread;
  return {};
}

std::string Describe(const ThreadStack& stack) {
  const ProgramSymbols symbols;
  std::string text;
  for (const void* const frame : stack.frames) {
    text += symbols.Describe(frame) + "\n";
  }
  return text;
}

// The thread may not yet have come to where it will wait. A stack without that
// ends the test by Bazel's limit.
std::string AwaitInStack(pid_t thread, const std::string& name) {
  std::string text;
  do {
    text = Describe(StackOf(CaptureStacks(kPatience), thread));
  } while (text.find(name) == std::string::npos);
  return text;
}

TEST(ProgramSymbols, NamesAFunctionOfTheProgram) {
  const std::string text = ProgramSymbols().Describe(
      reinterpret_cast<const void*>(&WaitWithLinkage));
  EXPECT_TRUE(text.starts_with("heddle::conformance::WaitWithLinkage("))
      << text;
  EXPECT_NE(text.find(")+0x0 (native_stacks_test+0x"), std::string::npos)
      << text;
}

TEST(ProgramSymbols, NamesAFunctionThatOnlyItsFileKnows) {
  EXPECT_TRUE(
      ProgramSymbols()
          .Describe(reinterpret_cast<const void*>(&WaitWithoutLinkage))
          .starts_with(
              "heddle::conformance::(anonymous namespace)::WaitWithoutLinkage"));
}

TEST(ProgramSymbols, NamesAFunctionOfASharedLibrary) {
  const std::string text =
      ProgramSymbols().Describe(reinterpret_cast<const void*>(&std::terminate));
  EXPECT_NE(text.find("terminate"), std::string::npos) << text;
}

TEST(ProgramSymbols, GivesTheBareAddressOfWhatIsNowhere) {
  EXPECT_EQ(ProgramSymbols().Describe(reinterpret_cast<const void*>(0x10)),
            "0x10");
}

TEST(NativeStacks, NameTheFunctionsOfAThreadThatWaits) {
  const Held with([](auto& go) { WaitWithLinkage(go); });
  const Held without([](auto& go) { WaitWithoutLinkage(go); });
  AwaitInStack(with.number, "heddle::conformance::WaitWithLinkage");
  AwaitInStack(without.number,
               "heddle::conformance::(anonymous namespace)::WaitWithoutLinkage");
}

TEST(NativeStacks, BeginWithTheInterruptedCode) {
  const Held waiting([](auto& go) { WaitWithLinkage(go); });
  const std::string text = AwaitInStack(waiting.number, "WaitWithLinkage");
  EXPECT_EQ(text.find("WriteDown"), std::string::npos)
      << "the signal handler is nobody's business:\n"
      << text;
}

TEST(NativeStacks, HoldEveryThreadOnceThisOneFirst) {
  const Held one([](auto& go) { go.acquire(); });
  const Held other([](auto& go) { go.acquire(); });
  std::vector<pid_t> threads;
  for (const ThreadStack& stack : CaptureStacks(kPatience)) {
    threads.push_back(stack.thread);
  }
  ASSERT_FALSE(threads.empty());
  EXPECT_EQ(threads.front(), gettid());
  EXPECT_EQ(std::count(threads.begin(), threads.end(), one.number), 1);
  EXPECT_EQ(std::count(threads.begin(), threads.end(), other.number), 1);
  EXPECT_TRUE(std::is_sorted(threads.begin() + 1, threads.end()));
}

TEST(NativeStacks, GiveNameAndState) {
  const Held waiting([](auto& go) {
    pthread_setname_np(pthread_self(), "a_worker");
    WaitWithLinkage(go);
  });
  AwaitInStack(waiting.number, "WaitWithLinkage");
  const ThreadStack stack = StackOf(CaptureStacks(kPatience), waiting.number);
  EXPECT_EQ(stack.name, "a_worker");
  // It may still be on its way back from the first capture.
  EXPECT_TRUE(stack.state == "sleeping" || stack.state == "running")
      << stack.state;
}

TEST(NativeStacks, SayThatAThreadBlocksTheSignal) {
  std::promise<void> blocked;
  const Held deaf([&](auto& go) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    blocked.set_value();
    go.acquire();
  });
  blocked.get_future().get();
  const ThreadStack stack =
      StackOf(CaptureStacks(std::chrono::milliseconds(1)), deaf.number);
  EXPECT_EQ(stack.silence,
            "blocks signal " + std::to_string(StackSignal()));
  EXPECT_LE(stack.frames.size(), 1u);
}

// A thread which hears the signal but does not come to answering: it is in a
// handler that keeps the others waiting.
TEST(NativeStacks, DoNotWaitForAThreadLongerThanTheirPatience) {
  static std::binary_semaphore* in_handler;
  static std::binary_semaphore* leave;
  std::binary_semaphore in(0), out(0);
  in_handler = &in;
  leave = &out;
  struct sigaction action {};
  action.sa_handler = [](int) {
    // A handler may hardly do anything; this one only has to stay.
    in_handler->release();
    while (!leave->try_acquire()) {
    }
  };
  sigfillset(&action.sa_mask);
  struct sigaction former;
  ASSERT_EQ(sigaction(SIGUSR1, &action, &former), 0);
  std::thread busy([] { raise(SIGUSR1); });
  in.acquire();
  const auto stacks = CaptureStacks(std::chrono::milliseconds(1));
  EXPECT_GE(stacks.size(), 2u);
  out.release();
  busy.join();
  sigaction(SIGUSR1, &former, nullptr);
}

TEST(NativeStacks, LeaveErrnoAlone) {
  std::atomic<bool> enough = false;
  std::atomic<bool> busy = false;
  std::atomic<pid_t> number = 0;
  bool changed = false;
  std::thread thread([&] {
    number.store(gettid());
    errno = 4711;
    busy.store(true);
    while (!enough.load()) changed = changed || errno != 4711;
  });
  while (!busy.load()) std::this_thread::yield();
  EXPECT_EQ(StackOf(CaptureStacks(kPatience), number.load()).silence, "");
  enough.store(true);
  thread.join();
  EXPECT_FALSE(changed);
}

}  // namespace
}  // namespace heddle::conformance
