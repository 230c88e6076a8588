// SPDX-License-Identifier: Apache-2.0
//
// Calling code that is not thread-safe from a thread: have the reactor do it.
#include <iostream>

#include "reference/reactor.h"

namespace {

int total = 0;  // only ever touched on the reactor's thread

void NotThreadSafe(int x) {
  total += x;
  std::cout << "total is " << total << '\n';
}

// Runs on any thread.
void ThreadSafeScheduler(heddle::Reactor& reactor) {
  reactor.CallFromThread(NotThreadSafe, 3).OrThrow();
  reactor.CallFromThread([&reactor] { reactor.Stop(); }).OrThrow();
}

}  // namespace

int main() {
  heddle::Reactor reactor;
  reactor.CallInThread(ThreadSafeScheduler, std::ref(reactor)).OrThrow();
  reactor.Run();
}
