// SPDX-License-Identifier: Apache-2.0
//
// Says in the log, as information, when a worker comes and when it goes.
#include <utility>

#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"
#include "reference/log.h"

namespace heddle::oddities {
namespace {

class Chatty final : public Oddity {
  OddThread NewThread(std::function<void()> body) override {
    return Oddity::NewThread([body = std::move(body)] {
      Say("a worker comes");
      body();
      Say("a worker has gone");
    });
  }

  static void Say(const char* what) { Log({Severity::kInfo, what, nullptr}); }
};

const BackendRegistration kRegistration({
    .name = "odd_chatty",
    .make = MakeOddPool<Chatty>,
    .abilities = {},
});

}  // namespace
}  // namespace heddle::oddities
