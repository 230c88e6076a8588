// SPDX-License-Identifier: Apache-2.0
#include "reference/processors.h"

#include <sched.h>

namespace heddle {

int UsableProcessors() {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  if (sched_getaffinity(0, sizeof usable, &usable) != 0) return 1;
  return CPU_COUNT(&usable);
}

}  // namespace heddle
