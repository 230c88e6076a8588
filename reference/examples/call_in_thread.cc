// SPDX-License-Identifier: Apache-2.0
//
// Running a method that blocks without blocking the reactor.
#include <chrono>
#include <iostream>
#include <thread>

#include "reference/reactor.h"

namespace {

void SillyBlockingMethod(heddle::Reactor& reactor, const char* message) {
  std::this_thread::sleep_for(std::chrono::seconds(2));
  std::cout << message << '\n';
  reactor.CallFromThread([&reactor] { reactor.Stop(); }).OrThrow();
}

}  // namespace

int main() {
  heddle::Reactor reactor;
  reactor
      .CallInThread(SillyBlockingMethod, std::ref(reactor),
                    "2 seconds have passed")
      .OrThrow();
  reactor.CallWhenRunning(
      [] { std::cout << "the reactor runs meanwhile\n"; });
  reactor.Run();
}
