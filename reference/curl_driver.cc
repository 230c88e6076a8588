// SPDX-License-Identifier: Apache-2.0
#include "reference/curl_driver.h"

#include <stdexcept>
#include <string>
#include <utility>

#include "reference/reactor.h"

namespace heddle {
namespace {

// For the whole process, once, by whichever thread comes first; never undone,
// because nobody knows who else uses libcurl.
void SetUpCurl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code == CURLE_OK) return;
  throw std::runtime_error(std::string("GetPage: curl_global_init: ") +
                           curl_easy_strerror(code));
}

CURLM* NewMulti() {
  SetUpCurl();
  if (CURLM* const multi = curl_multi_init()) return multi;
  throw std::runtime_error("GetPage: curl_multi_init has failed");
}

std::exception_ptr ErrorOf(const char* function, CURLMcode code) {
  return std::make_exception_ptr(std::runtime_error(
      std::string("GetPage: ") + function + ": " + curl_multi_strerror(code)));
}

}  // namespace

CurlDriver::CurlDriver(Reactor& reactor, OnTurn on_turn)
    : reactor_(reactor), on_turn_(std::move(on_turn)), multi_(NewMulti()) {
  CURLM* const multi = multi_.get();
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &CurlDriver::OnSocket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &CurlDriver::OnTimer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
}

CurlDriver::~CurlDriver() { Close(); }

void CurlDriver::Add(CURL* easy) {
  refused_ = nullptr;
  const CURLMcode code = curl_multi_add_handle(multi_.get(), easy);
  if (code == CURLM_OK) return;
  std::rethrow_exception(refused_ ? refused_
                                  : ErrorOf("curl_multi_add_handle", code));
}

void CurlDriver::Remove(CURL* easy) {
  curl_multi_remove_handle(multi_.get(), easy);
}

std::optional<CurlDriver::Done> CurlDriver::TakeDone() {
  if (!multi_) return std::nullopt;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    return Done{.easy = message->easy_handle, .result = message->data.result};
  }
  return std::nullopt;
}

void CurlDriver::Close() {
  if (!multi_) return;
  multi_.reset();
  Guard([this] { StopTimer(); });
}

// No exception may pass through libcurl: it hears -1, and breaks down.
template <class F>
int CurlDriver::Guard(F&& function) noexcept {
  try {
    function();
    return 0;
  } catch (...) {
    refused_ = std::current_exception();
    return -1;
  }
}

int CurlDriver::OnSocket(CURL*, curl_socket_t socket, int what, void* driver,
                         void*) {
  auto& self = *static_cast<CurlDriver*>(driver);
  return self.Guard([&] { self.Watch(socket, what); });
}

int CurlDriver::OnTimer(CURLM*, long milliseconds, void* driver) {
  auto& self = *static_cast<CurlDriver*>(driver);
  return self.Guard([&] {
    if (milliseconds < 0) {
      self.StopTimer();
    } else {
      self.SetTimer(std::chrono::milliseconds(milliseconds));
    }
  });
}

// CURL_POLL_REMOVE has neither bit.
void CurlDriver::Watch(curl_socket_t socket, int what) {
  const auto act = [this, socket](int events) {
    return [self = shared_from_this(), socket, events] {
      self->Act(socket, events);
    };
  };
  // What is wanted first: the reactor keeps its entry if one callback stays.
  if ((what & CURL_POLL_IN) != 0) {
    reactor_.AddReader(socket, act(CURL_CSELECT_IN));
  }
  if ((what & CURL_POLL_OUT) != 0) {
    reactor_.AddWriter(socket, act(CURL_CSELECT_OUT));
  }
  if ((what & CURL_POLL_IN) == 0) reactor_.RemoveReader(socket);
  if ((what & CURL_POLL_OUT) == 0) reactor_.RemoveWriter(socket);
}

void CurlDriver::SetTimer(Seconds delay) {
  if (timer_.active()) {
    timer_.Reset(delay);
  } else {
    timer_ = reactor_.CallLater(delay, [self = shared_from_this()] {
      self->Act(CURL_SOCKET_TIMEOUT, 0);
    });
  }
}

void CurlDriver::StopTimer() {
  if (timer_.active()) timer_.Cancel();
}

void CurlDriver::Act(curl_socket_t socket, int events) {
  if (!multi_) return;
  refused_ = nullptr;
  int running = 0;
  const CURLMcode code =
      curl_multi_socket_action(multi_.get(), socket, events, &running);
  std::exception_ptr broken;
  if (code != CURLM_OK) {
    broken = refused_ ? refused_ : ErrorOf("curl_multi_socket_action", code);
  }
  on_turn_(broken);
}

}  // namespace heddle
