// SPDX-License-Identifier: Apache-2.0
#include "reference/deferred_debug.h"

namespace heddle {

void SetDeferredDebugging(bool on) {
  deferred_debugging.store(on, std::memory_order_relaxed);
}

}  // namespace heddle
