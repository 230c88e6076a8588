// SPDX-License-Identifier: Apache-2.0
//
// PageClient while the system looks up a name: a look-up blocks for as long as
// it likes, on a thread of libcurl's, and nobody else must.
#include <gtest/gtest.h>
#include <netdb.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "reference/errors.h"
#include "reference/page_client.h"
#include "reference/page_errors.h"
#include "reference/running_reactor.h"

namespace heddle {
namespace {

// A look-up that the test lets go on.
struct HeldLookUp {
  std::promise<void> begun;
  std::promise<int> result;
  std::promise<void> over;
};

// The one that comes next; every look-up but the test's own ends at once.
HeldLookUp* held = nullptr;

int LookUp(const char* name) {
  if (held == nullptr || name == nullptr || std::string(name) != "held.test") {
    return EAI_NONAME;
  }
  HeldLookUp& look_up = *held;
  look_up.begun.set_value();
  const int result = look_up.result.get_future().get();
  // libcurl's thread goes on a little, and touches nothing of ours.
  look_up.over.set_value();
  return result;
}

}  // namespace
}  // namespace heddle

// Instead of the system's.
extern "C" int getaddrinfo(const char* name, const char*, const addrinfo*,
                           addrinfo** found) {
  *found = nullptr;
  return heddle::LookUp(name);
}

namespace heddle {
namespace {

class PageLookUp : public testing::Test {
 protected:
  PageLookUp() { held = &look_up_; }
  ~PageLookUp() override {
    reactor_.Do([this] { client_.reset(); });
    held = nullptr;
  }

  // Begins to get a page and waits for its look-up to begin.
  void Get(PageLimits limits = {}) {
    reactor_.Do([&] {
      client_.emplace(*reactor_, limits);
      deferred_ = client_->Get("http://held.test/");
      deferred_->AddBoth([this](Outcome<std::string> page) {
        page_.set_value(std::move(page));
      });
    });
    look_up_.begun.get_future().wait();
  }

  void EndLookUp(int result) {
    look_up_.result.set_value(result);
    look_up_.over.get_future().wait();
  }

  template <class E>
  void ExpectFailure() {
    const Outcome<std::string> page = page_.get_future().get();
    ASSERT_FALSE(page.ok());
    EXPECT_TRUE(page.failure().Check<E>()) << page.failure().Describe();
  }

  HeldLookUp look_up_;
  RunningReactor reactor_;
  std::optional<PageClient> client_;
  std::optional<Deferred<std::string>> deferred_;
  std::promise<Outcome<std::string>> page_;
};

TEST_F(PageLookUp, ThatFailsForNowIsAnUnknownHostToo) {
  Get();
  EndLookUp(EAI_AGAIN);
  ExpectFailure<UnknownHost>();
}

TEST_F(PageLookUp, IsNotWaitedForByCancelling) {
  Get();
  reactor_.Do([this] { deferred_->Cancel(); });
  ExpectFailure<CancelledError>();
  EndLookUp(EAI_FAIL);
}

TEST_F(PageLookUp, IsNotWaitedForByTheClientsDestruction) {
  Get();
  reactor_.Do([this] { client_.reset(); });
  ExpectFailure<PageClientDestroyed>();
  EndLookUp(EAI_FAIL);
}

TEST_F(PageLookUp, CountsForTheLimits) {
  Get({.connect = std::chrono::milliseconds(20)});
  ExpectFailure<PageTimeout>();
  EndLookUp(EAI_FAIL);
}

}  // namespace
}  // namespace heddle
