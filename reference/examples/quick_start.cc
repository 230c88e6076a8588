// SPDX-License-Identifier: Apache-2.0
//
// The README's first program.
#include <iostream>

#include "reference/reactor.h"
#include "reference/threads.h"

int main() {
  heddle::Reactor reactor;
  heddle::DeferToThread(reactor, [] { return 6 * 7; })
      .AddCallback([](int result) { std::cout << result << '\n'; })
      .AddBoth([&](heddle::Outcome<void>) { reactor.Stop(); });
  reactor.Run();
}
