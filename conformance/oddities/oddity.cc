// SPDX-License-Identifier: Apache-2.0
#include "conformance/oddities/oddity.h"

#include <utility>

namespace heddle::oddities {
namespace {

class OwnThread final : public ThreadHandle {
 public:
  explicit OwnThread(std::function<void()> body) : thread_(std::move(body)) {}
  void Join() override { thread_.join(); }

 private:
  std::thread thread_;
};

}  // namespace

OddThread Oddity::NewThread(std::function<void()> body) {
  return std::make_unique<OwnThread>(std::move(body));
}

}  // namespace heddle::oddities
