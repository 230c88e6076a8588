// SPDX-License-Identifier: Apache-2.0
//
// What GetPage says when a page does not come.
#include "reference/page_errors.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "reference/failure.h"
#include "reference/get_page.h"
#include "reference/listening_socket.h"
#include "reference/page_client.h"
#include "reference/running_reactor.h"
#include "reference/threads.h"

namespace heddle {
namespace {

using testing::Test;

class PageErrors : public Test {
 protected:
  std::string Get(const std::string& url) {
    return BlockingCallFromThread(*reactor_, GetPage, std::ref(*reactor_), url);
  }

  // The exception that Get throws, which must be an E and not of a type
  // derived from it.
  template <class E>
  E Failing(const std::string& url) {
    try {
      const std::string page = Get(url);
      ADD_FAILURE() << "there was a page: " << page;
    } catch (const E& error) {
      EXPECT_EQ(typeid(error), typeid(E)) << error.what();
      EXPECT_NE(std::string_view(error.what()).find(url),
                std::string_view::npos)
          << error.what();
      return error;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "another error: " << typeid(error).name() << ' '
                    << error.what();
    }
    throw std::runtime_error("see above");
  }

  // Serves one request with `bytes`, and closes the connection.
  std::future<void> Answer(std::string_view bytes) {
    return std::async(std::launch::async, [this, bytes] {
      Peer peer = server_.Accept();
      peer.ReadRequest();
      peer.Send(bytes);
    });
  }

  ListeningSocket server_;
  RunningReactor reactor_;
};

TEST_F(PageErrors, AnAnswerOfStatus399IsAPage) {
  const auto served = Answer("HTTP/1.0 399 Fine\r\n\r\nbody");
  EXPECT_EQ(Get(server_.Url()), "body");
}

TEST_F(PageErrors, AnAnswerOfStatus400HasItsStatusAndBody) {
  const auto served = Answer("HTTP/1.0 400 Bad\r\n\r\nwhy");
  const auto error = Failing<HttpStatusError>(server_.Url());
  EXPECT_EQ(error.status(), 400);
  EXPECT_EQ(error.body(), "why");
}

TEST_F(PageErrors, AnAnswerOfStatus503HasItsStatusInItsMessage) {
  const auto served = Answer("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
  const auto error = Failing<HttpStatusError>(server_.Url());
  EXPECT_EQ(error.status(), 503);
  EXPECT_EQ(error.body(), "");
  EXPECT_EQ(error.what(),
            server_.Url() + ": the server answers with HTTP status 503");
}

TEST_F(PageErrors, ANameThatNobodyKnowsIsAnUnknownHost) {
  Failing<UnknownHost>("http://nowhere.invalid/");
}

TEST_F(PageErrors, APortThatNobodyListensOnRefuses) {
  const ClosedPort port;
  Failing<ConnectionRefused>(port.Url());
}

TEST_F(PageErrors, AServerThatNeverAnswersTimesOut) {
  // Connections succeed, since the kernel takes them.
  PageLimits limits;
  limits.total = std::chrono::milliseconds(50);
  std::promise<Outcome<std::string>> got;
  std::optional<PageClient> client;
  reactor_.Do([&] {
    client.emplace(*reactor_, limits);
    client->Get(server_.Url()).AddBoth([&](Outcome<std::string> page) {
      got.set_value(std::move(page));
    });
  });
  const Outcome<std::string> page = got.get_future().get();
  ASSERT_FALSE(page.ok());
  EXPECT_TRUE(page.failure().Check<PageTimeout>()) << page.failure().Describe();
  EXPECT_NE(page.failure().Describe().find(server_.Url()), std::string::npos);
  reactor_.Do([&] { client.reset(); });
}

TEST_F(PageErrors, ABodyShorterThanAnnouncedIsCutShort) {
  const auto served =
      Answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
  Failing<PageCutShort>(server_.Url());
}

TEST_F(PageErrors, ABodyWithoutItsLastChunkIsCutShort) {
  const auto served = Answer(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n");
  Failing<PageCutShort>(server_.Url());
}

TEST_F(PageErrors, AnAnswerThatStopsInItsHeadIsCutShort) {
  const auto served = Answer("HTTP/1.1 200 OK\r\nContent-Le");
  Failing<PageCutShort>(server_.Url());
}

TEST_F(PageErrors, AConnectionClosedWithoutAnAnswerIsCutShort) {
  const auto served = Answer("");
  Failing<PageCutShort>(server_.Url());
}

TEST_F(PageErrors, AConnectionResetWithinTheBodyIsCutShort) {
  const auto served = std::async(std::launch::async, [&] {
    Peer peer = server_.Accept();
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
    peer.Reset();
  });
  Failing<PageCutShort>(server_.Url());
}

TEST_F(PageErrors, AnAnswerThatIsNotHttpIsAnError) {
  const auto served = Answer("SSH-2.0-OpenSSH_9.2\r\n");
  Failing<PageError>(server_.Url());
}

TEST_F(PageErrors, ARedirectToAnotherProtocolIsAnError) {
  const auto served = Answer(
      "HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\n"
      "Content-Length: 0\r\n\r\n");
  Failing<PageError>(server_.Url());
}

TEST_F(PageErrors, APasswordStaysOutOfTheMessage) {
  const ClosedPort port;
  std::string url = port.Url();
  url.insert(std::string_view("http://").size(), "user:secret@");
  try {
    Get(url);
    ADD_FAILURE() << "there was a page";
  } catch (const ConnectionRefused& error) {
    EXPECT_EQ(std::string_view(error.what()).find("secret"),
              std::string_view::npos)
        << error.what();
    EXPECT_EQ(std::string_view(error.what()).find(port.Url()), 0u)
        << error.what();
  }
}

TEST_F(PageErrors, WhatIsNoUrlOfHttpIsRefusedAtOnce) {
  using std::string_literals::operator""s;
  for (const std::string& url :
       {""s, "127.0.0.1"s, "/path"s, "http://"s, "ftp://127.0.0.1/"s,
        "file:///etc/hostname"s, "http://127.0.0.1:port/"s,
        "http://two words/"s, "http://127.0.0.1/\0/"s}) {
    reactor_.Do([&] {
      try {
        GetPage(*reactor_, url);
        ADD_FAILURE() << "accepted: " << url;
      } catch (const std::invalid_argument& error) {
        const std::string seen = url.substr(0, url.find('\0'));
        EXPECT_NE(std::string(error.what()).find('\'' + seen + '\''),
                  std::string::npos)
            << error.what();
      }
    });
  }
}

}  // namespace
}  // namespace heddle
