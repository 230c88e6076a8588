// SPDX-License-Identifier: Apache-2.0
//
// Getting a result from a thread back to the reactor.
#include <iostream>

#include "reference/reactor.h"
#include "reference/threads.h"

namespace {

// Runs on a pool thread.
int DoLongCalculation() {
  int sum = 0;
  for (int i = 1; i <= 100; ++i) sum += i;
  return sum;
}

// Runs on the reactor's thread.
void PrintResult(int result) { std::cout << "the sum is " << result << '\n'; }

}  // namespace

int main() {
  heddle::Reactor reactor;
  heddle::DeferToThread(reactor, DoLongCalculation)
      .AddCallback(PrintResult)
      .AddBoth([&reactor](heddle::Outcome<void>) { reactor.Stop(); });
  reactor.Run();
}
