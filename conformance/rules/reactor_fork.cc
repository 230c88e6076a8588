// SPDX-License-Identifier: Apache-2.0
//
// BT-33: a reactor in a child of fork(), where its threads are not.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conformance/kit/chance.h"
#include "conformance/kit/helper_thread.h"
#include "conformance/kit/patience.h"
#include "conformance/kit/reactor_harness.h"
#include "conformance/kit/rule.h"
#include "conformance/rules/forked_child.h"
#include "gtest/gtest.h"
#include "reference/errors.h"
#include "reference/reactor.h"
#include "reference/threads.h"

namespace heddle::conformance {
namespace {

// Something that must be an error in the child.
struct Use {
  const char* function;
  std::function<bool()> is_an_error;
};

bool Refused(const Submission& submission) {
  return !submission.accepted() &&
         submission.refusal() == Refusal::kForkedChild;
}

template <class F>
bool Throws(F use) {
  try {
    use();
  } catch (const UsedInForkedChild&) {
    return true;
  } catch (...) {
  }
  return false;
}

// Tries all in a child; the name of the first that was no error, or empty.
std::string FirstThatWorks(const std::vector<Use>& uses) {
  const int status = RunInChild([&] {
    for (std::size_t use = 0; use < uses.size(); ++use) {
      if (!uses[use].is_an_error()) return static_cast<int>(use) + 1;
    }
    return 0;
  });
  if (!WIFEXITED(status)) return "the child died";
  const int exit_status = WEXITSTATUS(status);
  return exit_status == 0 ? "" : uses[exit_status - 1].function;
}

std::vector<Use> UsesOnAnyThread(Reactor& reactor) {
  return {
      {"CallFromThread",
       [&] { return Refused(reactor.CallFromThread([] {})); }},
      {"CallInThread", [&] { return Refused(reactor.CallInThread([] {})); }},
      {"CallMultipleInThread",
       [&] { return Refused(CallMultipleInThread(reactor, [] {}, [] {})); }},
      {"GetThreadPool",
       [&] { return Throws([&] { reactor.GetThreadPool(); }); }},
      {"SuggestThreadPoolSize",
       [&] { return Throws([&] { reactor.SuggestThreadPoolSize(7); }); }},
      {"Stop", [&] { return Throws([&] { reactor.Stop(); }); }},
      {"Run", [&] { return Throws([&] { reactor.Run(); }); }},
      {"Iterate", [&] { return Throws([&] { reactor.Iterate(); }); }},
      {"BlockingCallFromThread",
       [&] { return Throws([&] { BlockingCallFromThread(reactor, [] {}); }); }},
      {"BlockingCallFromThreadWithin",
       [&] {
         return Throws([&] {
           BlockingCallFromThreadWithin(reactor, std::chrono::hours(1), [] {});
         });
       }},
      {"DeferToThread",
       [&] { return Throws([&] { DeferToThread(reactor, [] {}); }); }},
      // No error, because they have nothing to say, but no hang either.
      {"WakeUp", [&] { return reactor.WakeUp(), true; }},
      {"Crash", [&] { return reactor.Crash(), true; }},
  };
}

RULE(BT_33, UseOfARunningReactorInAForkedChildIsAnErrorNotAHang) {
  if (!kChildCanAllocate) NOT_OBSERVABLE(kAllocatorMayBeLocked);
  RunningReactor reactor;
  reactor->GetThreadPool();
  EXPECT_EQ(FirstThatWorks(UsesOnAnyThread(*reactor)), "")
      << "worked in the child";
  reactor.Do([] {});
  EXPECT_EQ(BlockingCallFromThread(*reactor, [] { return 7; }), 7)
      << "the parent was disturbed";
}

RULE(BT_33, UseOfAReactorThatDoesNotRunIsAnErrorInAForkedChildToo) {
  Reactor reactor(SubjectOptions());
  EXPECT_EQ(FirstThatWorks(UsesOnAnyThread(reactor)), "")
      << "worked in the child";
  bool ran = false;
  MustCall(reactor, [&] {
    ran = true;
    reactor.Stop();
  });
  RunHere(reactor);
  EXPECT_TRUE(ran) << "the parent was disturbed";
}

// Another thread is often inside the reactor, with a lock held that nobody
// gives back in the child, when this one forks.
RULE(BT_33, AForkWhileOtherThreadsUseTheReactorLeavesNoHang) {
  if (!kChildCanAllocate) NOT_OBSERVABLE(kAllocatorMayBeLocked);
  constexpr int kForks = 20;
  const Chance chance(kForks);
  RandomNumbers random = chance.Numbers();
  RunningReactor reactor;
  reactor->GetThreadPool();
  std::atomic<bool> over = false;
  std::vector<HelperThread> users;
  for (int user = 0; user < 2; ++user) {
    users.emplace_back([&] {
      while (!over && !RuleHasFailed()) {
        BlockingCallFromThread(*reactor, [] {});
        (void)reactor->CallInThread([] {});
      }
    });
  }
  const struct Over {
    std::atomic<bool>& over;
    ~Over() { over = true; }
  } at_end{over};
  for (int fork = 0; fork < kForks; ++fork) {
    const auto attempt = chance.Try(fork);
    random.Pause();
    ASSERT_EQ(FirstThatWorks(UsesOnAnyThread(*reactor)), "")
        << "worked in the child";
  }
}

RULE(BT_33, AReactorCanBeDestroyedInAForkedChild) {
  if (!kChildCanAllocate) NOT_OBSERVABLE(kAllocatorMayBeLocked);
  auto reactor = std::make_unique<Reactor>(SubjectOptions());
  reactor->GetThreadPool();
  MustCall(*reactor, [&] { reactor->Crash(); });
  RunHere(*reactor);  // and leave the pool running
  const int status = RunInChild([&] {
    reactor.reset();
    return 0;
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
      << "wait status " << status;
}

// In a process of its own, where nobody waits for the threads of the rule.
RULE(BT_33, AForkInACallEndsRunInTheChild) {
  enum { kRunThrew = 3, kRunReturned = 4, kParentFailed = 5 };
  const int status = RunInChild([] {
    Reactor reactor(SubjectOptions());
    pid_t child = -1;
    (void)reactor.CallFromThread([&] {
      child = fork();
      if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);  // should it sleep for ever
      } else {
        reactor.Stop();
      }
    });
    try {
      reactor.Run();
    } catch (const UsedInForkedChild&) {
      if (child == 0) _exit(kRunThrew);
    } catch (...) {
    }
    if (child == 0) _exit(kRunReturned);
    int ended = 0;
    if (child < 0 || waitpid(child, &ended, 0) != child || !WIFEXITED(ended)) {
      return static_cast<int>(kParentFailed);
    }
    return WEXITSTATUS(ended);
  });
  ASSERT_TRUE(WIFEXITED(status)) << "wait status " << status;
  EXPECT_EQ(WEXITSTATUS(status), kRunThrew)
      << "3: Run() threw, 4: it did not, 5: the parent failed";
}

}  // namespace
}  // namespace heddle::conformance
