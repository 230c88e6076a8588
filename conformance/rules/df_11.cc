// SPDX-License-Identifier: Apache-2.0
//
// DF-11: a Deferred as the value of a Deferred is refused by the compiler,
// which says what to write instead. A does_not_compile_test.
#include "reference/deferred.h"

namespace heddle::conformance {

void FireWithADeferred(const Deferred<int>& outer, const Deferred<int>& inner) {
  inner.ChainDeferred(outer);
  outer.AddCallback([inner](int) { return inner; });
#ifdef REFUSED
  outer.Callback(inner);
  Succeed(inner);
  Deferred<Deferred<int>> of_deferred;
#endif
}

}  // namespace heddle::conformance
