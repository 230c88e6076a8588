// SPDX-License-Identifier: Apache-2.0
//
// Running several functions one after another on one pool thread.
#include <iostream>
#include <string>

#include "reference/reactor.h"
#include "reference/threads.h"

namespace {

void SillyBlockingMethodOne(int x) { std::cout << "one got " << x << '\n'; }

void SillyBlockingMethodTwo(const std::string& y) {
  std::cout << "two got " << y << '\n';
}

}  // namespace

int main() {
  heddle::Reactor reactor;
  heddle::CallMultipleInThread(
      reactor,
      {[] { SillyBlockingMethodOne(2); },
       [] { SillyBlockingMethodTwo("hello"); },
       [&reactor] {
         reactor.CallFromThread([&reactor] { reactor.Stop(); }).OrThrow();
       }})
      .OrThrow();
  reactor.Run();
}
