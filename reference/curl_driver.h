// SPDX-License-Identifier: Apache-2.0
//
// CurlDriver: libcurl's multi-socket interface, driven by a reactor.
#ifndef HEDDLE_REFERENCE_CURL_DRIVER_H_
#define HEDDLE_REFERENCE_CURL_DRIVER_H_

#include <curl/curl.h>

#include <exception>
#include <functional>
#include <memory>
#include <optional>

#include "reference/clock.h"
#include "reference/delayed_call.h"

namespace heddle {

class Reactor;

// What it is: a multi handle. What libcurl wants to wait for becomes readers,
// writers and one timer of the reactor; what the reactor finds is told to
// libcurl.
//
// Its states: open, then closed.
//
// What the caller must do: use it on the reactor's thread; Close() it before
// the reactor goes; none of this inside of a callback of libcurl's.
//
// What it promises: `on_turn` is called after libcurl has done something, and
// never inside of it, so that it may use this driver in every way. Once closed
// it touches neither libcurl nor the reactor, and `on_turn` is not called.
//
// Happens-before: none; one thread.
//
// Destruction: shared, because on_turn may drop the last other owner; closed.
class CurlDriver : public std::enable_shared_from_this<CurlDriver> {
 public:
  // Gets the reason if libcurl has broken down, in which case every transfer
  // should be taken off; else null.
  using OnTurn = std::function<void(const std::exception_ptr& broken)>;

  struct Done {
    CURL* easy;
    CURLcode result;
  };

  // Throws std::runtime_error if libcurl cannot be set up.
  CurlDriver(Reactor& reactor, OnTurn on_turn);
  ~CurlDriver();

  CurlDriver(const CurlDriver&) = delete;
  CurlDriver& operator=(const CurlDriver&) = delete;

  // Begins the transfer; nothing is done for it before this returns. Throws,
  // with nothing begun, std::runtime_error or what the reactor throws.
  void Add(CURL* easy);

  // Ends the transfer, or forgets one that has ended.
  void Remove(CURL* easy);

  // A transfer that has ended and was not taken yet.
  std::optional<Done> TakeDone();

  // When all transfers are removed. Idempotent.
  void Close();

 private:
  struct CloseMulti {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  static int OnSocket(CURL* easy, curl_socket_t socket, int what, void* driver,
                      void* socket_data);
  static int OnTimer(CURLM* multi, long milliseconds, void* driver);

  template <class F>
  int Guard(F&& function) noexcept;
  void Watch(curl_socket_t socket, int what);
  void SetTimer(Seconds delay);
  void StopTimer();
  void Act(curl_socket_t socket, int events);

  Reactor& reactor_;
  const OnTurn on_turn_;
  std::unique_ptr<CURLM, CloseMulti> multi_;  // null when closed
  DelayedCall timer_;
  std::exception_ptr refused_;  // what the reactor threw last
};

}  // namespace heddle

#endif  // HEDDLE_REFERENCE_CURL_DRIVER_H_
