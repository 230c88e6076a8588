// SPDX-License-Identifier: Apache-2.0
//
// GetPage against real servers.
#include "reference/get_page.h"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reference/http_server.h"
#include "reference/page_client.h"
#include "reference/page_errors.h"
#include "reference/running_reactor.h"
#include "reference/threads.h"

namespace heddle {
namespace {

// Bytes that differ from place to place.
std::string Content(std::size_t size) {
  std::string content(size, '\0');
  unsigned state = 1;
  for (char& byte : content) {
    state = state * 1103515245 + 12345;
    byte = static_cast<char>(state >> 16);
  }
  return content;
}

std::string Get(RunningReactor& reactor, const std::string& url) {
  return BlockingCallFromThread(*reactor, GetPage, std::ref(*reactor), url);
}

// The status with which the server refuses the page; 0 if it does not.
int StatusOf(RunningReactor& reactor, const std::string& url) {
  try {
    Get(reactor, url);
  } catch (const HttpStatusError& error) {
    return error.status();
  }
  return 0;
}

// Fetches `url` so many times at once, by GetPage or by one client, and counts
// the pages that are equal to `content`.
int CountEqual(RunningReactor& reactor, int times, bool one_client,
               const std::string& url, const std::string& content) {
  std::optional<PageClient> client;
  std::promise<void> all;
  int left = times;
  int equal = 0;
  reactor.Do([&] {
    if (one_client) client.emplace(*reactor);
    for (int i = 0; i < times; ++i) {
      (one_client ? client->Get(url) : GetPage(*reactor, url))
          .AddBoth([&](Outcome<std::string> page) {
            if (page.ok()) {
              equal += page.value() == content;
            } else {
              ADD_FAILURE() << page.failure().Describe();
            }
            if (--left == 0) all.set_value();
          });
    }
  });
  all.get_future().wait();
  reactor.Do([&] { client.reset(); });
  return equal;
}

TEST(GetPageFromPython, FetchesAPage) {
  const ServedFolder folder;
  folder.Write("page.html", "<p>hello</p>\n");
  const PythonServer server(folder);
  RunningReactor reactor;
  EXPECT_EQ(Get(reactor, server.Url("/page.html")), "<p>hello</p>\n");
}

TEST(GetPageFromPython, SaysThatThereIsNoSuchPage) {
  const ServedFolder folder;
  const PythonServer server(folder);
  RunningReactor reactor;
  EXPECT_EQ(StatusOf(reactor, server.Url("/nothing.html")), 404);
}

TEST(GetPageFromPython, FetchesAHundredPagesAtOnce) {
  const ServedFolder folder;
  const std::string content = Content(10'000);
  folder.Write("page", content);
  const PythonServer server(folder);
  RunningReactor reactor;
  EXPECT_EQ(CountEqual(reactor, 100, false, server.Url("/page"), content), 100);
}

class GetPageFromNginx : public testing::Test {
 protected:
  static constexpr char kLocations[] = R"(
    location /error { return 500 "sorry"; }
    location /moved { return 302 /page; }
    location /circle { return 302 /circle; }
    location /slow { limit_rate 100k; }
    location /endless { limit_rate 1; limit_rate_after 0; }
)";

  const ServedFolder folder_;
  const NginxServer server_{folder_, kLocations};
  RunningReactor reactor_;
};

TEST_F(GetPageFromNginx, FetchesALargePage) {
  const std::string content = Content(50'000'000);
  folder_.Write("large", content);
  EXPECT_TRUE(Get(reactor_, server_.Url("/large")) == content);
}

TEST_F(GetPageFromNginx, FetchesASlowPage) {
  const std::string content = Content(200'000);
  folder_.Write("slow", content);
  EXPECT_TRUE(Get(reactor_, server_.Url("/slow")) == content);
}

TEST_F(GetPageFromNginx, FetchesOtherPagesWhileASlowOneComes) {
  folder_.Write("endless", Content(1'000'000));
  folder_.Write("page", "hello");
  std::optional<Deferred<std::string>> endless;
  bool over = false;
  reactor_.Do([&] {
    endless = GetPage(*reactor_, server_.Url("/endless"));
    endless->AddBoth([&](Outcome<std::string>) { over = true; });
  });
  EXPECT_EQ(CountEqual(reactor_, 100, true, server_.Url("/page"), "hello"),
            100);
  reactor_.Do([&] {
    EXPECT_FALSE(over);
    endless->Cancel();
    EXPECT_TRUE(over);
    endless.reset();
  });
}

TEST_F(GetPageFromNginx, FetchesAHundredPagesAtOnce) {
  const std::string content = Content(100'000);
  folder_.Write("page", content);
  EXPECT_EQ(CountEqual(reactor_, 100, false, server_.Url("/page"), content),
            100);
}

TEST_F(GetPageFromNginx, FetchesAHundredPagesAtOnceThroughOneClient) {
  const std::string content = Content(100'000);
  folder_.Write("page", content);
  EXPECT_EQ(CountEqual(reactor_, 100, true, server_.Url("/page"), content),
            100);
}

TEST_F(GetPageFromNginx, SaysWhatTheServerAnswers) {
  EXPECT_EQ(StatusOf(reactor_, server_.Url("/nothing")), 404);
  EXPECT_EQ(StatusOf(reactor_, server_.Url("/error")), 500);
}

TEST_F(GetPageFromNginx, FollowsARedirectButNotInCircles) {
  folder_.Write("page", "hello");
  EXPECT_EQ(Get(reactor_, server_.Url("/moved")), "hello");
  EXPECT_THROW(Get(reactor_, server_.Url("/circle")), PageError);
}

}  // namespace
}  // namespace heddle
