// SPDX-License-Identifier: Apache-2.0
//
// How to test code that uses threads and time, without either: everything
// happens when the test says so, and the same way every time.
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "reference/clock.h"
#include "reference/deferred.h"
#include "reference/errors.h"
#include "reference/memory_thread_pool.h"
#include "reference/reactor.h"
#include "reference/scheduler.h"
#include "reference/test_clock.h"
#include "reference/threads.h"

namespace {

using heddle::Deferred;
using heddle::Failure;
using heddle::Reactor;
using std::chrono::seconds;

// --- What is tested ---

// Counts down by the second. It needs timers and nothing else.
class Countdown {
 public:
  Countdown(heddle::Scheduler& scheduler, int from)
      : scheduler_(scheduler), left_(from) {
    SetTimer();
  }
  int left() const { return left_; }

 private:
  void SetTimer() {
    scheduler_.CallLater(seconds(1), [this] {
      if (--left_ > 0) SetTimer();
    });
  }

  heddle::Scheduler& scheduler_;
  int left_;
};

// Looks something up on a thread, for five seconds at the most. It needs a
// reactor.
Deferred<std::string> LookUp(Reactor& reactor) {
  return heddle::DeferToThread(reactor, [] { return std::string("a result"); })
      .AddTimeout(seconds(5), reactor)
      .AddErrback([](const Failure& failure) {
        return std::string(failure.Check<heddle::TimeoutError>()
                               ? "no result in time"
                               : "another failure");
      });
}

// --- The tests ---

// Timers alone: a TestClock stands in for the reactor.
void TestCountdown() {
  heddle::TestClock clock;
  Countdown countdown(clock, 3);
  clock.Advance(seconds(1));
  std::cout << "after one second: " << countdown.left() << '\n';
  for (int second = 0; second < 5; ++second) clock.Advance(seconds(1));
  std::cout << "after six: " << countdown.left() << '\n';
}

// A reactor: its time stands still, its pool has no threads, and it turns when
// told to.
class LookUpTest {
 public:
  LookUpTest() {
    reactor_.GetThreadPool()->Start();  // Run() would; Iterate() does not
    LookUp(reactor_).AddCallback(
        [this](std::string answer) { answer_ = std::move(answer); });
  }

  void TestAResultInTime() {
    pool_->RunOne();
    reactor_.Iterate();
    std::cout << "in time: " << answer_ << '\n';
  }

  void TestAResultTooLate() {
    clock_.Advance(seconds(5));
    reactor_.Iterate();
    std::cout << "too late: " << answer_ << '\n';
    const bool ran = pool_->RunOne();
    std::cout << "the lookup " << (ran ? "was run" : "had nothing to run")
              << '\n';
    reactor_.Iterate();
    std::cout << "and then: " << answer_ << '\n';
  }

 private:
  heddle::ReactorOptions Options() {
    heddle::ReactorOptions options;
    options.clock = &clock_;
    options.make_pool = [this](const heddle::PoolOptions& pool_options) {
      auto pool = std::make_unique<heddle::MemoryThreadPool>(pool_options);
      pool_ = pool.get();
      return pool;
    };
    return options;
  }

  heddle::ManualClock clock_;
  heddle::MemoryThreadPool* pool_ = nullptr;  // the reactor's
  std::string answer_;
  Reactor reactor_{Options()};
};

}  // namespace

int main() {
  TestCountdown();
  LookUpTest().TestAResultInTime();
  LookUpTest().TestAResultTooLate();
}
