// SPDX-License-Identifier: Apache-2.0
//
// Where no thread is to be had it asks again, three times.
#include <system_error>
#include <utility>

#include "conformance/oddities/odd_pool.h"
#include "reference/backend.h"

namespace heddle::oddities {
namespace {

class Stubborn final : public Oddity {
  OddThread NewThread(std::function<void()> body) override {
    for (int tries = 1; tries < 3; ++tries) {
      try {
        return Oddity::NewThread(body);
      } catch (const std::system_error&) {  // once more
      }
    }
    return Oddity::NewThread(std::move(body));
  }
};

const BackendRegistration kRegistration({
    .name = "odd_stubborn",
    .make = MakeOddPool<Stubborn>,
    .abilities = {},
});

}  // namespace
}  // namespace heddle::oddities
