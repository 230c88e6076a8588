// SPDX-License-Identifier: Apache-2.0
//
// TH-07: a function that returns a Deferred is refused by the compiler, which
// says what to write instead. A does_not_compile_test.
#include "reference/deferred.h"
#include "reference/threads.h"

namespace heddle::conformance {

void DeferAFunctionThatReturnsADeferred(Reactor& reactor) {
  DeferToThread(reactor, [] { return 3; }).AddCallback([](int number) {
    return Succeed(number);
  });
#ifdef REFUSED
  DeferToThread(reactor, [] { return Succeed(3); });
#endif
}

}  // namespace heddle::conformance
