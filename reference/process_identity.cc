// SPDX-License-Identifier: Apache-2.0
#include "reference/process_identity.h"

#include <pthread.h>

namespace heddle {

constinit std::atomic<unsigned> ProcessIdentity::current_generation = 0;

ProcessIdentity::ProcessIdentity()
    : generation_([] {
        static const int registered = pthread_atfork(nullptr, nullptr, [] {
          current_generation.fetch_add(1, std::memory_order_relaxed);
        });
        static_cast<void>(registered);
        return current_generation.load(std::memory_order_relaxed);
      }()) {}

}  // namespace heddle
