// SPDX-License-Identifier: Apache-2.0
//
// The workloads of a reactor without a pool that peers run too.
#include "benchmarks/post.h"
#include "benchmarks/reactor_loop.h"
#include "benchmarks/workloads.h"

namespace heddle::workloads {

void RegisterPostToReactor() {
  RegisterPost("reactor", [] { return ReactorLoop(); });
}

}  // namespace heddle::workloads
