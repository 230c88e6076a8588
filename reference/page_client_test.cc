// SPDX-License-Identifier: Apache-2.0
//
// PageClient's life: cancelling, destruction, the reactor's end, connections.
#include "reference/page_client.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <future>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "reference/errors.h"
#include "reference/get_page.h"
#include "reference/listening_socket.h"
#include "reference/page_errors.h"
#include "reference/running_reactor.h"
#include "reference/threads.h"

namespace heddle {
namespace {

using Page = Outcome<std::string>;

constexpr char kHello[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

// Fulfilled with what the page came to.
std::future<Page> Watch(const Deferred<std::string>& page) {
  auto got = std::make_shared<std::promise<Page>>();
  std::future<Page> future = got->get_future();
  page.AddBoth([got](Page outcome) { got->set_value(std::move(outcome)); });
  return future;
}

template <class E>
testing::AssertionResult FailedWith(Page page) {
  if (page.ok()) {
    return testing::AssertionFailure() << "there was a page: " << page.value();
  }
  if (page.failure().Check<E>()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << page.failure().Describe();
}

// A client on the thread of a running reactor, and a server in the test's
// hands.
class PageClientTest : public testing::Test {
 protected:
  PageClientTest() {
    reactor_->Do([this] { client_.emplace(**reactor_); });
  }
  ~PageClientTest() override {
    if (reactor_) reactor_->Do([this] { client_.reset(); });
  }

  void Do(const std::function<void()>& function) { reactor_->Do(function); }

  Deferred<std::string> Get(const std::string& path = "/") {
    return client_->Get(server_.Url(path));
  }

  ListeningSocket server_;
  std::optional<RunningReactor> reactor_{std::in_place};
  std::optional<PageClient> client_;
};

TEST_F(PageClientTest, DeliversAPageOnTheReactorsThread) {
  std::promise<std::thread::id> fired;
  std::future<Page> page;
  Do([&] {
    page = Watch(Get("/a?b=c").AddCallback([&](std::string body) {
      fired.set_value(std::this_thread::get_id());
      return body;
    }));
  });
  Peer peer = server_.Accept();
  EXPECT_EQ(peer.ReadRequest().find("GET /a?b=c HTTP/1.1\r\n"), 0u);
  peer.Send(kHello);
  EXPECT_EQ(page.get().Take(), "hello");
  EXPECT_EQ(fired.get_future().get(), reactor_->thread());
}

TEST_F(PageClientTest, KeepsAConnectionForTheNextPage) {
  std::future<Page> first;
  Do([&] { first = Watch(Get("/first")); });
  Peer peer = server_.Accept();
  peer.ReadRequest();
  peer.Send(kHello);
  EXPECT_EQ(first.get().Take(), "hello");

  std::future<Page> second;
  Do([&] { second = Watch(Get("/second")); });
  EXPECT_EQ(peer.ReadRequest().find("GET /second "), 0u);
  peer.Send(kHello);
  EXPECT_EQ(second.get().Take(), "hello");

  Do([&] { client_.reset(); });
  peer.AwaitClose();
}

TEST_F(PageClientTest, FollowsARedirect) {
  std::future<Page> page;
  Do([&] { page = Watch(Get("/old")); });
  Peer peer = server_.Accept();
  peer.ReadRequest();
  peer.Send(
      "HTTP/1.1 301 Moved\r\nLocation: /new\r\nContent-Length: 4\r\n\r\nover");
  EXPECT_EQ(peer.ReadRequest().find("GET /new "), 0u);
  peer.Send(kHello);
  EXPECT_EQ(page.get().Take(), "hello");
}

TEST_F(PageClientTest, CancellingEndsTheTransfer) {
  std::optional<Deferred<std::string>> deferred;
  std::future<Page> page;
  Do([&] { page = Watch(deferred.emplace(Get())); });
  Peer peer = server_.Accept();
  peer.ReadRequest();
  peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
  Do([&] { deferred->Cancel(); });
  EXPECT_TRUE(FailedWith<CancelledError>(page.get()));
  peer.AwaitClose();
  Do([&] { deferred.reset(); });
}

TEST_F(PageClientTest, CancellingBeforeItBeginsIsSafe) {
  Do([&] {
    const Deferred<std::string> deferred = Get();
    auto page = Watch(deferred);
    deferred.Cancel();
    EXPECT_TRUE(FailedWith<CancelledError>(page.get()));
    deferred.Cancel();
  });
}

// Refused at once, all three end in one turn of libcurl's: two of them have
// ended and not fired yet when the first one's callback cancels them.
TEST_F(PageClientTest, ACallbackMayCancelOtherPages) {
  const ClosedPort port;
  std::vector<Deferred<std::string>> pages;
  std::vector<std::future<Page>> got;
  Do([&] {
    const auto cancel_all = [&](const Failure& failure) -> Page {
      for (const auto& page : pages) page.Cancel();
      return failure;
    };
    for (int i = 0; i < 3; ++i) {
      pages.push_back(client_->Get(port.Url()));
      got.push_back(Watch(pages.back().AddErrback(cancel_all)));
    }
  });
  int refused = 0;
  int cancelled = 0;
  for (auto& page : got) {
    const Page outcome = page.get();
    ASSERT_FALSE(outcome.ok());
    refused += outcome.failure().Check<ConnectionRefused>();
    cancelled += outcome.failure().Check<CancelledError>();
  }
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(cancelled, 2);
  Do([&] { pages.clear(); });
}

TEST_F(PageClientTest, ACallbackMayCancelAPageThatStillComes) {
  std::optional<Deferred<std::string>> second;
  std::future<Page> first_page;
  std::future<Page> second_page;
  Do([&] {
    first_page = Watch(Get("/first").AddCallback([&](std::string body) {
      second->Cancel();
      return body;
    }));
  });
  Peer a = server_.Accept();
  a.ReadRequest();
  Do([&] { second_page = Watch(second.emplace(Get("/second"))); });
  Peer b = server_.Accept();
  b.ReadRequest();
  b.Send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
  a.Send(kHello);
  EXPECT_EQ(first_page.get().Take(), "hello");
  EXPECT_TRUE(FailedWith<CancelledError>(second_page.get()));
  b.AwaitClose();
  Do([&] { second.reset(); });
}

TEST_F(PageClientTest, ItsDestructionFailsWhatIsUnderWay) {
  std::future<Page> first;
  std::future<Page> second;
  Do([&] {
    first = Watch(Get());
    second = Watch(Get());
  });
  Peer a = server_.Accept();
  Peer b = server_.Accept();
  a.ReadRequest();
  Do([&] { client_.reset(); });
  EXPECT_TRUE(FailedWith<PageClientDestroyed>(first.get()));
  EXPECT_TRUE(FailedWith<PageClientDestroyed>(second.get()));
  a.AwaitClose();
  b.AwaitClose();
}

TEST_F(PageClientTest, ACallbackOfAPageMayDestroyIt) {
  std::future<Page> first;
  std::future<Page> second;
  Do([&] {
    first = Watch(Get("/first").AddCallback([&](std::string body) {
      client_.reset();
      return body;
    }));
  });
  Peer a = server_.Accept();
  a.ReadRequest();
  Do([&] { second = Watch(Get("/second")); });
  Peer b = server_.Accept();
  a.Send(kHello);
  EXPECT_EQ(first.get().Take(), "hello");
  EXPECT_TRUE(FailedWith<PageClientDestroyed>(second.get()));
  a.AwaitClose();
  b.AwaitClose();
}

TEST_F(PageClientTest, ACallbackThatItsDestructionRunsMayEndTheOthers) {
  std::vector<Deferred<std::string>> pages;
  std::vector<std::future<Page>> got;
  Do([&] {
    for (int i = 0; i < 3; ++i) pages.push_back(Get());
    const auto cancel_all = [&](const Failure& failure) -> Page {
      for (const auto& page : pages) page.Cancel();
      return failure;
    };
    for (const auto& page : pages) {
      got.push_back(Watch(page.AddErrback(cancel_all)));
    }
    client_.reset();
    pages.clear();
  });
  int cancelled = 0;
  for (auto& page : got) {
    const Page outcome = page.get();
    ASSERT_FALSE(outcome.ok());
    if (outcome.failure().Check<CancelledError>()) ++cancelled;
  }
  EXPECT_EQ(cancelled, 2);
}

TEST_F(PageClientTest, TheReactorsEndFailsWhatIsUnderWay) {
  std::future<Page> page;
  std::future<Page> later;
  Do([&] {
    page = Watch(Get().AddErrback([&](const Failure& failure) -> Page {
      later = Watch(Get());
      return failure;
    }));
  });
  Peer peer = server_.Accept();
  reactor_->Stop();
  EXPECT_TRUE(FailedWith<ReactorStopped>(page.get()));
  EXPECT_TRUE(FailedWith<ReactorStopped>(later.get()));
  EXPECT_TRUE(FailedWith<ReactorStopped>(Watch(Get()).get()));
  peer.AwaitClose();
  reactor_.reset();
  // Now also without a reactor.
  EXPECT_TRUE(FailedWith<ReactorStopped>(Watch(Get()).get()));
}

TEST_F(PageClientTest, AReactorThatNeverRanFailsWhatIsUnderWay) {
  std::future<Page> page;
  std::optional<Reactor> reactor(std::in_place);
  PageClient client(*reactor);
  page = Watch(client.Get(server_.Url()));
  reactor.reset();
  EXPECT_TRUE(FailedWith<ReactorStopped>(page.get()));
}

TEST_F(PageClientTest, AReactorThatHasStoppedFetchesNothing) {
  reactor_->Stop();
  EXPECT_TRUE(FailedWith<ReactorStopped>(
      Watch(GetPage(**reactor_, server_.Url())).get()));
  reactor_.reset();
}

TEST_F(PageClientTest, ADeadlineOfTheWaitingThreadEndsTheTransfer) {
  EXPECT_THROW(BlockingCallFromThreadWithin(
                   **reactor_, std::chrono::milliseconds(20), GetPage,
                   std::ref(**reactor_), server_.Url()),
               TimeoutError);
  server_.Accept().AwaitClose();
}

TEST_F(PageClientTest, AnotherThreadIsRefused) {
  EXPECT_THROW(Get(), WrongThread);
  EXPECT_THROW(PageClient{**reactor_}, WrongThread);
}

TEST_F(PageClientTest, ADeferredThatSomebodyElseHasFiredIsLeftAlone) {
  std::future<Page> page;
  std::future<Page> next;
  Do([&] {
    const Deferred<std::string> deferred = Get();
    page = Watch(deferred);
    deferred.Callback("mine");
  });
  EXPECT_EQ(page.get().Take(), "mine");
  {
    Peer peer = server_.Accept();
    peer.ReadRequest();
    peer.Send("HTTP/1.0 200 OK\r\n\r\ntoo late");
  }
  Do([&] { next = Watch(Get()); });
  Peer peer = server_.Accept();
  peer.ReadRequest();
  peer.Send(kHello);
  EXPECT_EQ(next.get().Take(), "hello");
}

TEST(PageClientInAForkedChild, LeavesTheParentsPageAlone) {
  const ListeningSocket server;
  Reactor reactor;
  std::optional<PageClient> client(std::in_place, reactor);
  std::future<Page> page = Watch(client->Get(server.Url()));
  Peer peer = [&] {
    // Until it is connected, which the kernel does for the server.
    while (!server.HasConnection()) reactor.Iterate();
    return server.Accept();
  }();

  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    try {
      client->Get(server.Url());
    } catch (const UsedInForkedChild&) {
      client.reset();
      _exit(0);
    }
    _exit(1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);

  peer.Send(kHello);
  while (page.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    reactor.Iterate(Seconds(1));
  }
  EXPECT_EQ(page.get().Take(), "hello");
}

TEST(PageLimits, MustBeMoreThanZero) {
  Reactor reactor;
  for (const double wrong : {0.0, -1.0, std::nan("")}) {
    EXPECT_THROW(PageClient(reactor, {.total = Seconds(wrong)}),
                 std::invalid_argument);
    EXPECT_THROW(PageClient(reactor, {.connect = Seconds(wrong)}),
                 std::invalid_argument);
  }
  const Seconds never(std::numeric_limits<double>::infinity());
  PageClient(reactor, {.total = never, .connect = never});
}

}  // namespace
}  // namespace heddle
