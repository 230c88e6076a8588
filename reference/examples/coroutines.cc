// SPDX-License-Identifier: Apache-2.0
//
// Work on a thread, a lock, a failure and a cancel, in a coroutine.
#include <iostream>
#include <stdexcept>
#include <utility>

#include "reference/coroutine.h"
#include "reference/deferred.h"
#include "reference/deferred_lock.h"
#include "reference/errors.h"
#include "reference/reactor.h"
#include "reference/threads.h"

namespace {

// Run on pool threads.
int Square(int number) { return number * number; }
int Divide(int number, int by) {
  if (by == 0) throw std::invalid_argument("division by zero");
  return number / by;
}

// Goes on, on the reactor's thread, each time a pool thread is done.
heddle::Deferred<int> SumOfSquares(heddle::Reactor& reactor, int count) {
  int sum = 0;
  for (int i = 1; i <= count; ++i) {
    const int square = co_await heddle::DeferToThread(reactor, Square, i);
    sum += square;
  }
  co_return sum;
}

heddle::Deferred<void> Report(heddle::Reactor& reactor,
                              heddle::DeferredLock& lock, const char* who) {
  co_await lock.Acquire();
  std::cout << who << " begins\n";
  const int sum = co_await SumOfSquares(reactor, 3);
  std::cout << who << " has " << sum << '\n';
  lock.Release();
}

heddle::Deferred<void> Main(heddle::Reactor& reactor) {
  heddle::DeferredLock lock;
  heddle::Deferred<void> first = Report(reactor, lock, "the first");
  heddle::Deferred<void> second = Report(reactor, lock, "the second");
  heddle::Deferred<void> third = Report(reactor, lock, "the third");
  second.Cancel();  // it waits for the lock, and now no more
  co_await std::move(first);
  try {
    co_await std::move(second);
  } catch (const heddle::CancelledError&) {
    std::cout << "the second was cancelled\n";
  }
  co_await std::move(third);
  try {
    co_await heddle::DeferToThread(reactor, Divide, 1, 0);
  } catch (const std::invalid_argument& error) {
    std::cout << error.what() << '\n';
  }
}

}  // namespace

int main() {
  heddle::Reactor reactor;
  reactor.CallWhenRunning([&reactor] {
    Main(reactor).AddBoth(
        [&reactor](heddle::Outcome<void>) { reactor.Stop(); });
  });
  reactor.Run();
}
