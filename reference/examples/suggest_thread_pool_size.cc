// SPDX-License-Identifier: Apache-2.0
//
// Letting more calls block at once: thirty tasks that all wait for one
// another fit only into a pool of at least thirty workers.
#include <iostream>
#include <latch>

#include "reference/reactor.h"

int main() {
  constexpr int kThreads = 30;
  heddle::Reactor reactor;
  reactor.SuggestThreadPoolSize(kThreads);
  std::latch all_here(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    reactor.CallInThread([&] { all_here.arrive_and_wait(); }).OrThrow();
  }
  reactor
      .CallInThread([&] {
        all_here.wait();
        reactor.CallFromThread([&] {
          std::cout << kThreads << " tasks ran at once\n";
          reactor.Stop();
        }).OrThrow();
      })
      .OrThrow();
  reactor.Run();
}
