// SPDX-License-Identifier: Apache-2.0
//
// A rule's own threads, beside those of the pool.
#ifndef HEDDLE_CONFORMANCE_KIT_HELPER_THREAD_H_
#define HEDDLE_CONFORMANCE_KIT_HELPER_THREAD_H_

#include <string>
#include <thread>
#include <utility>

#include "conformance/kit/patience.h"
#include "conformance/kit/thread_events.h"

namespace heddle::conformance {

// Runs a callable on a thread of its own, which is joined on destruction. An
// exception that escapes from it ends the process where it was thrown. If the
// rule has failed, waits are abandoned before the join.
class HelperThread {
 public:
  template <class F>
  explicit HelperThread(F body)
      : thread_([body = std::move(body)]() mutable noexcept {
          NoteEvent("begins to help the rule");
          body();
          NoteEvent("has helped the rule");
        }) {}

  HelperThread(HelperThread&&) = default;

  ~HelperThread() {
    if (thread_.joinable()) Join();
  }

  void Join() {
    if (RuleHasFailed()) AbandonAllWaits();
    NoteEvent("joins a helper of the rule");
    thread_.join();
    NoteEvent("has joined a helper of the rule");
  }

  std::thread::id id() const { return thread_.get_id(); }

 private:
  std::jthread thread_;
};

// Makes a call that must return, on a thread of its own, so that one which
// does not is a failure in words: "waited in vain for <what>".
template <class F>
void AwaitReturn(const std::string& what, F call) {
  Event returned(what);
  HelperThread helper([&] {
    call();
    returned.Happen();
  });
  returned.Await();
}

}  // namespace heddle::conformance

#endif  // HEDDLE_CONFORMANCE_KIT_HELPER_THREAD_H_
