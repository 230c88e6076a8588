// SPDX-License-Identifier: Apache-2.0
//
// The workloads of a reactor without a pool that peers run too: "reactor" waits
// for threads alone, "reactor_watching" for a descriptor too.
#include <sys/eventfd.h>
#include <unistd.h>

#include "benchmarks/post.h"
#include "benchmarks/reactor_loop.h"
#include "benchmarks/workloads.h"

namespace heddle::workloads {
namespace {

// Its descriptor never becomes readable.
class WatchingLoop {
 public:
  WatchingLoop() {
    loop_.Post([this] { loop_.reactor().AddReader(quiet_.fd, [] {}); });
  }

  template <class F>
  void Post(F&& call) {
    loop_.Post(std::forward<F>(call));
  }

 private:
  struct Quiet {
    ~Quiet() { close(fd); }
    const int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  };

  Quiet quiet_;  // outlives the reactor
  ReactorLoop loop_;
};

}  // namespace

void RegisterPostToReactor() {
  RegisterPost("reactor", [] { return ReactorLoop(); });
  RegisterPost("reactor_watching", [] { return WatchingLoop(); });
}

}  // namespace heddle::workloads
